#include "google/retry.h"

#include <algorithm>
#include <random>

#include "http/date.h"

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
    if (outcome.ok()) {
      const auto asked = http::retry_after(*outcome, std::chrono::floor<Seconds>(clock.now()));
      pause = std::max<milliseconds>(pause, asked.value_or(Seconds{0}));
    }
    if (clock.steady_now() + pause >= end) return outcome;
    wait(clock, pause, stop);
    if (stop.stop_requested()) return Error{ErrorKind::kCancelled, "stopped while waiting to try again"};
  }
}

}  // namespace lastrun::google
