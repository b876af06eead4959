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

TEST(SyntaxError, TheFirstMistakeIsFoundAtItsByteAndLine) {
  const std::vector<Case> cases{
      {"{\"a\":NaN}", 5, 0, "invalid literal"},
      {"{\"a\":1,\n\"b\":tru}", 15, 1, "invalid literal"},
      {"{\"a\" 1}", 5, 0, "unexpected number literal"},
      {"{\"a\":1 \"longer\":2}", 7, 0, "unexpected string literal"},
      {"{\"a\":1,\n  1234:2}", 10, 1, "unexpected number literal"},
      {"{\"a\":1,}", 7, 0, "unexpected '}'"},
      {"{\n\"a\":[1,2}\n}", 10, 1, "unexpected '}'"},
      {"{\"a\":\"\xc3(\"}", 7, 0, "ill-formed UTF-8"},
      {"{\"a\":\"x\x80\"}", 7, 0, "ill-formed UTF-8"},
      {"{\"a\":\"\xf4\x90\x80\x80\"}", 7, 0, "ill-formed UTF-8"},
      {"{\"a\":\"\xed\xa0\x80\"}", 7, 0, "ill-formed UTF-8"},
      {"{\"a\":\"\\ud800\"}", 12, 0, "surrogate"},
      {"{\"a\":\"\\x\"}", 7, 0, "backslash"},
      {"{\"a\":\"tab\there\"}", 9, 0, "control character"},
      {"{\"a\":01}", 6, 0, "unexpected number literal"},
      {"{\"a\":1.}", 7, 0, "invalid number"},
      {"{\"a\":+1}", 5, 0, "invalid literal"},
      {"{'a':1}", 1, 0, "invalid literal"},
      {"{} x", 3, 0, "invalid literal"},
      {"{\"a\":[1 true]}", 8, 0, "unexpected true literal"},
      {"{\"a\":[1 false]}", 8, 0, "unexpected false literal"},
      {"{\"a\":{null:1}}", 6, 0, "unexpected null literal"},
      {"{\"a\":[\"\u00e9\\u00e9\" -1.25e3]}", 17, 0, "unexpected number literal"},
  };
  for (const Case& each : cases) {
    const auto error = find_syntax_error(each.text);
    ASSERT_TRUE(error.has_value()) << each.text;
    EXPECT_EQ(error->byte, each.byte) << each.text << ": " << error->what;
    EXPECT_EQ(error->lines, each.lines) << each.text;
    EXPECT_THAT(error->what, HasSubstr(each.what)) << each.text;
  }
}

TEST(SyntaxError, NoHeadOfTheLibraryIsLeft) {
  const auto error = find_syntax_error("{\"a\":}");
  ASSERT_TRUE(error.has_value());
  EXPECT_THAT(error->what, ::testing::Not(HasSubstr("json.exception")));
  EXPECT_THAT(error->what, ::testing::Not(HasSubstr("column")));
}

TEST(SyntaxError, AWrongLongStringIsNotRepeated) {
  const auto error = find_syntax_error("{\"a\":\"" + std::string(10'000'000, 'x') + "\n\"}");
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->byte, 10'000'006U);
  EXPECT_LT(error->what.size(), 300U);
  EXPECT_THAT(error->what, HasSubstr("control character"));
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
