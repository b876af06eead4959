#include "testing/fake_clock.h"

#include <gtest/gtest.h>

namespace lastrun::testing {
namespace {

using std::chrono::seconds;

TEST(FakeClock, StandsStillUntilSomeoneSleeps) {
  FakeClock clock;
  const auto wall = clock.now();
  const auto steady = clock.steady_now();
  EXPECT_EQ(clock.now(), wall);
  clock.sleep_for(seconds{3});
  EXPECT_EQ(clock.now() - wall, seconds{3});
  EXPECT_EQ(clock.steady_now() - steady, seconds{3});
}

TEST(FakeClock, SettingTheWallLeavesTheSteadyClockAlone) {
  FakeClock clock;
  const auto steady = clock.steady_now();
  clock.set_wall(Time{Seconds{0}});
  EXPECT_EQ(clock.now(), Time{Seconds{0}});
  EXPECT_EQ(clock.steady_now(), steady);
}

}  // namespace
}  // namespace lastrun::testing
