#include "source/file/syntax_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace lastrun::source {
namespace {

using ::testing::HasSubstr;

TEST(SyntaxError, RightTextsHaveNone) {
  for (const std::string_view text : {"{}", "[1,-2.5e-3,true,false,null,\"\\u0000\\ud83d\\ude00\"]", " 7 ", "\"\""}) {
    EXPECT_FALSE(find_syntax_error(text).has_value()) << text;
  }
}

struct Case {
  std::string text;
  std::uint64_t byte;
  std::uint64_t lines;
  std::string what;  // a part of it
};

TEST(SyntaxError, NoHeadOfTheLibraryIsLeft) {
  const auto error = find_syntax_error("{\"a\":}");
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(error->what, ::testing::Not(HasSubstr("json.exception")));
  EXPECT_THAT(error->what, ::testing::Not(HasSubstr("column")));
}

TEST(SyntaxError, DeepNestingIsNoMatter) {
  constexpr std::size_t kDepth = 1'000'000;
  EXPECT_FALSE(find_syntax_error(std::string(kDepth, '[') + std::string(kDepth, ']')).has_value());
  const auto error = find_syntax_error(std::string(kDepth, '[') + "}");
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->byte, kDepth);
}

}  // namespace
}  // namespace lastrun::source
