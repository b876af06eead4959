#include "google/retry.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <optional>
#include <random>
#include <string>

namespace lastrun::google {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

bool worth_another_try(const http::Outcome& outcome) {
  if (!outcome.ok()) return outcome.error().retry == Retry::kYes;
  switch (outcome->status) {
    case 408:
    case 429:
    case 500:
    case 503:
    case 504: return true;
    default: return false;
  }
}

// RFC 9110, 10.2.3: whole seconds, or a date such as "Sun, 06 Nov 1994 08:49:37 GMT". Anything else counts for nothing.
milliseconds decode_retry_after(std::string_view text, std::chrono::system_clock::time_point now) {
  constexpr std::chrono::seconds kLongest{86'400};  // far beyond every deadline of ours
  long seconds = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failed == std::errc{} && rest == text.data() + text.size()) {
    return std::clamp(std::chrono::seconds{seconds}, std::chrono::seconds{0}, kLongest);
  }
  std::tm date{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return milliseconds{0};
  const auto until = std::chrono::system_clock::from_time_t(::timegm(&date)) - now;
  return std::clamp(duration_cast<milliseconds>(until), milliseconds{0}, milliseconds{kLongest});
}

// Not a secret and not for statistics: it only keeps a fleet from asking in step.
milliseconds varied(milliseconds wait) {
  thread_local std::minstd_rand random{std::random_device{}()};
  std::uniform_real_distribution<double> factor(0.9, 1.1);
  return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(wait.count()) * factor(random))};
}

// Waits in small pieces, so that a stop is noticed within 100 ms.
void wait(Clock& clock, milliseconds duration, const std::stop_token& stop) {
  constexpr milliseconds kPiece{50};
  while (duration > milliseconds{0} && !stop.stop_requested()) {
    clock.sleep_for(std::min(duration, kPiece));
    duration -= kPiece;
  }
}

}  // namespace

http::Outcome send_with_retries(http::HttpClient& http, Clock& clock, http::Request request, const Tries& tries,
                                const std::stop_token& stop) {
  const auto end = clock.steady_now() + tries.deadline;
  const http::Deadlines deadlines = request.deadlines;
  milliseconds next_wait = tries.first_wait;
  for (int nth = 1;; ++nth, next_wait *= 2) {
    const auto left = std::max(milliseconds{1}, duration_cast<milliseconds>(end - clock.steady_now()));
    request.deadlines.connect = std::min(deadlines.connect, left);
    request.deadlines.first_byte = std::min(deadlines.first_byte, left);
    request.deadlines.whole = std::min(deadlines.whole, left);
    auto outcome = http.send(request, stop);
    if (nth == tries.most || !worth_another_try(outcome)) return outcome;

    milliseconds pause = varied(next_wait);
    if (outcome.ok()) pause = std::max(pause, decode_retry_after(outcome->headers.get("Retry-After"), clock.now()));
    if (clock.steady_now() + pause >= end) return outcome;
    wait(clock, pause, stop);
    if (stop.stop_requested()) return Error{ErrorKind::kCancelled, "stopped while waiting to try again"};
  }
}

}  // namespace lastrun::google
