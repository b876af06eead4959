#include "http/date.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace lastrun::http {

std::optional<Time> parse_date(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::size_t kLength = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"
  if (text.size() != kLength || !text.ends_with(" GMT")) return std::nullopt;
  const auto* month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  // The same moment as RFC 3339 has it; that reader checks digits and ranges.
  return parse_rfc3339(fmt::format("{}-{:02}-{}T{}Z", text.substr(12, 4), month - kMonths.begin() + 1,
                                   text.substr(5, 2), text.substr(17, 8)));
}

std::optional<Time> sent_at(const Response& response) {
  return parse_date(response.headers.get("Date"));
}

std::optional<Seconds> retry_after(const Response& response, Time our_now) {
  const std::string_view value = response.headers.get("Retry-After");
  std::uint64_t seconds = 0;  // without a sign: "-1" and "+1" are malformed
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool number = !value.empty() && end == value.data() + value.size();
  if (number && error == std::errc::result_out_of_range) return kLongestRetryAfter;
  if (number && error == std::errc{}) {
    return Seconds{std::min<std::uint64_t>(seconds, static_cast<std::uint64_t>(kLongestRetryAfter.count()))};
  }
  const auto until = parse_date(value);
  if (!until) return std::nullopt;
  return std::clamp(*until - sent_at(response).value_or(our_now), Seconds{0}, kLongestRetryAfter);
}

}  // namespace lastrun::http
