#include "testing/environment.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace lastrun::testing {
namespace {

constexpr const char* kName = "LASTRUN_TEST_VARIABLE";

TEST(EnvironmentVariable, IsAsBeforeAfterwards) {
  {
    const EnvironmentVariable outer{kName, "1"};
    {
      const EnvironmentVariable inner{kName, std::nullopt};
      EXPECT_EQ(getenv(kName), nullptr);
    }
    EXPECT_STREQ(getenv(kName), "1");
  }
  EXPECT_EQ(getenv(kName), nullptr);
}

}  // namespace
}  // namespace lastrun::testing
