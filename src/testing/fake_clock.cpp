#include "testing/fake_clock.h"

#include "base/check.h"

namespace lastrun::testing {

std::chrono::system_clock::time_point FakeClock::now() const {
  const std::lock_guard lock{mutex_};
  return wall_;
}

std::chrono::steady_clock::time_point FakeClock::steady_now() const {
  const std::lock_guard lock{mutex_};
  return steady_;
}

void FakeClock::advance(std::chrono::nanoseconds duration) {
  CHECK(duration >= std::chrono::nanoseconds::zero());
  const std::lock_guard lock{mutex_};
  wall_ += duration;
  steady_ += duration;
}

void FakeClock::set_wall(Time time) {
  const std::lock_guard lock{mutex_};
  wall_ = time;
}

}  // namespace lastrun::testing
