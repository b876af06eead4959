#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <thread>

namespace lastrun {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

// Reads exactly `count` decimal digits at `position`, or -1.
int digits(std::string_view text, size_t position, size_t count) {
  if (position + count > text.size()) return -1;
  int value = 0;
  for (size_t i = position; i < position + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// The zone that follows the seconds: "Z", "z" or "+hh:mm". Empty if it is neither.
std::optional<Seconds> parse_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return Seconds{0};
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return std::nullopt;
  const int hour = digits(zone, 1, 2);
  const int minute = digits(zone, 4, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return std::nullopt;
  const Seconds offset = hours{hour} + minutes{minute};
  return zone[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<Time> parse_rfc3339(std::string_view text) {
  constexpr size_t kSecondsEnd = 19;  // "2026-11-22T11:57:00"
  if (text.size() < kSecondsEnd + 1) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (text[10] != 'T' && text[10] != 't') return std::nullopt;

  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  if (year < 0 || month < 1 || day < 1) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;

  size_t zone = kSecondsEnd;
  if (text[zone] == '.') {
    ++zone;
    while (zone < text.size() && text[zone] >= '0' && text[zone] <= '9') ++zone;
    if (zone == kSecondsEnd + 1) return std::nullopt;
  }
  const auto offset = parse_zone(text.substr(zone));
  if (!offset) return std::nullopt;
  return std::chrono::sys_days{date} + hours{hour} + minutes{minute} + Seconds{second} - *offset;
}

std::string format_rfc3339(Time time) {
  const auto day = std::chrono::floor<days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string format_duration(Seconds duration) {
  const auto seconds = duration.count();
  if (seconds <= 0) return "0s";
  if (seconds < 60) return fmt::format("{}s", seconds);
  if (seconds < 3600) return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{}d{:02}h", seconds / 86400, seconds / 3600 % 24);
}

std::optional<Seconds> parse_duration(std::string_view text) {
  struct Unit {
    char name;
    int64_t seconds;
  };
  static constexpr std::array<Unit, 4> kUnits{{{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}}};
  constexpr size_t kMostDigits = 9;  // 10^9 days still fit into 64 bits of seconds

  Seconds total{0};
  size_t next_unit = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    size_t length = 0;
    while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
    if (length == 0 || length > kMostDigits || length == text.size()) return std::nullopt;
    while (next_unit < kUnits.size() && kUnits[next_unit].name != text[length]) ++next_unit;
    if (next_unit == kUnits.size()) return std::nullopt;
    total += Seconds{digits(text, 0, length) * kUnits[next_unit].seconds};
    ++next_unit;
    text.remove_prefix(length + 1);
  }
  return total;
}

std::chrono::system_clock::time_point SystemClock::now() const {
  return std::chrono::system_clock::now();
}

std::chrono::steady_clock::time_point SystemClock::steady_now() const {
  return std::chrono::steady_clock::now();
}

void SystemClock::sleep_for(std::chrono::milliseconds duration) {
  std::this_thread::sleep_for(duration);
}

}  // namespace lastrun
