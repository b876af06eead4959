#pragma once

#include <chrono>
#include <mutex>

#include "base/time.h"

namespace lastrun::testing {

// A clock that stands still until it is told otherwise. Any thread may call anything.
class FakeClock : public Clock {
 public:
  // Starts at 2026-11-22T12:00:00Z where the test does not care.
  explicit FakeClock(Time start = Time{Seconds{1'795'348'800}}) : wall_(start) {}

  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override;
  // Returns at once; both clocks have moved on by `duration`.
  void sleep_for(std::chrono::milliseconds duration) override { advance(duration); }

  // Moves both clocks on. Time never goes back: a negative duration is a mistake (CHECK).
  void advance(std::chrono::nanoseconds duration);
  // Someone set the machine's clock: wall time jumps, in either direction; the steady clock does not.
  void set_wall(Time time);

 private:
  mutable std::mutex mutex_;
  std::chrono::system_clock::time_point wall_;
  std::chrono::steady_clock::time_point steady_{std::chrono::hours{1}};
};

}  // namespace lastrun::testing
