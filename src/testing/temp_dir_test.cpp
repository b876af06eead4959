#include "testing/temp_dir.h"

#include <gtest/gtest.h>

namespace lastrun::testing {
namespace {

TEST(TempDir, IsGoneAfterwards) {
  std::filesystem::path path;
  {
    const TempDir dir;
    path = dir.path();
    EXPECT_EQ(read_file(dir.write("a/b", std::string_view{"x\0y", 3})), std::string("x\0y", 3));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(TempDir, TwoAreNotTheSame) {
  const TempDir one;
  const TempDir other;
  EXPECT_NE(one.path(), other.path());
}

}  // namespace
}  // namespace lastrun::testing
