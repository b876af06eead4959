#include "app/throw_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace lastrun::app {
namespace {

using cloud_monitoring::Labels;
using ::testing::HasSubstr;

std::int64_t value_of(const std::string& number) {
  const auto point = decode_throw_line(R"({"labels":{},"value":)" + number + "}");
  EXPECT_TRUE(point.ok()) << number << ": " << (point.ok() ? "" : point.error().message);
  return point.ok() ? point->value : -1;
}

std::string refusal(const std::string& line) {
  const auto point = decode_throw_line(line);
  EXPECT_FALSE(point.ok()) << line;
  if (point.ok()) return {};
  EXPECT_EQ(point.error().kind, ErrorKind::kInput);
  return point.error().message;
}

TEST(ThrowLine, IsLabelsAndAValue) {
  const auto point = decode_throw_line(R"({"labels":{"namespace_name":"billing","b":"\u00e9\n"},"value":1})");
  ASSERT_TRUE(point.ok());
  EXPECT_EQ(point->labels, (Labels{{"namespace_name", "billing"}, {"b", "\xc3\xa9\n"}}));
  EXPECT_EQ(point->value, 1);
}

TEST(ThrowLine, MayHaveSpacesAnyOrderAndACarriageReturn) {
  const auto point = decode_throw_line(" { \"value\" : 2 , \"labels\" : { } }\t\r");
  ASSERT_TRUE(point.ok());
  EXPECT_EQ(point->value, 2);
}

TEST(ThrowLine, OtherKeysAreIgnoredWhateverTheyHold) {
  const auto point = decode_throw_line(
      R"({"time":"now","x":[1,{"labels":{"no":1},"value":"no"},[[]]],"labels":{"a":"b"},"y":{"value":7},"value":3,"z":null})");
  ASSERT_TRUE(point.ok()) << point.error().message;
  EXPECT_EQ(point->labels, (Labels{{"a", "b"}}));
  EXPECT_EQ(point->value, 3);
}

TEST(ThrowLine, ValuesAreCutTowardZero) {
  EXPECT_EQ(value_of("10.1"), 10);
  EXPECT_EQ(value_of("-7.9"), -7);
  EXPECT_EQ(value_of("0.999"), 0);
  EXPECT_EQ(value_of("-0.5"), 0);
  EXPECT_EQ(value_of("1e3"), 1000);
  EXPECT_EQ(value_of("-0"), 0);
  EXPECT_EQ(value_of("1e-400"), 0);
}

TEST(ThrowLine, AllOf64BitsIsExact) {
  EXPECT_EQ(value_of("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(value_of("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value_of("9007199254740993"), 9007199254740993);
  EXPECT_EQ(value_of("-9223372036854775808.0"), std::numeric_limits<std::int64_t>::min());
}

TEST(ThrowLine, BeyondThemIsRefused) {
  for (const char* number : {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "1e30", "-1e30",
                             "9223372036854775808.0", "99999999999999999999999999"}) {
    EXPECT_THAT(refusal(std::string(R"({"labels":{},"value":)") + number + "}"), HasSubstr("beyond 64 bits")) << number;
  }
  refusal(R"({"labels":{},"value":1e400})");
}

TEST(ThrowLine, RefusesWhatIsNoObject) {
  for (const char* line : {"", " ", "\r", "null", "1", "\"x\"", "[]", R"([{"labels":{},"value":1}])", "true"})
    refusal(line);
  EXPECT_THAT(refusal("  "), HasSubstr("blank"));
}

TEST(ThrowLine, RefusesWhatIsNotJson) {
  const std::string whole = R"({"labels":{"a":"b"},"value":1})";
  for (std::size_t length = 0; length < whole.size(); ++length) refusal(whole.substr(0, length));
  for (const char* line :
       {R"({"labels":{},"value":NaN})", R"({"labels":{},"value":Infinity})", R"({"labels":{},"value":01})",
        R"({"labels":{},"value":1} x)", R"({"labels":{},"value":1}{"labels":{},"value":1})",
        R"({"labels":{},"value":1,})", R"({'labels':{},"value":1})", "{\"labels\":{\"a\":\"\xff\"},\"value\":1}",
        "{\"labels\":{\"a\":\"\x01\"},\"value\":1}", R"({"labels":{"a":"\ud800"},"value":1})", "\x1f\x8b\x08"}) {
    EXPECT_THAT(refusal(line), HasSubstr("not JSON at byte")) << line;
  }
  EXPECT_THAT(refusal("\xef\xbb\xbf{\"labels\":{},\"value\":1}"), HasSubstr("byte order mark"));
}

TEST(ThrowLine, RefusesMissingAndRepeatedKeys) {
  EXPECT_THAT(refusal(R"({"value":1})"), HasSubstr("\"labels\" is missing"));
  EXPECT_THAT(refusal(R"({"labels":{}})"), HasSubstr("\"value\" is missing"));
  EXPECT_THAT(refusal(R"({"Labels":{},"value":1})"), HasSubstr("\"labels\" is missing"));
  EXPECT_THAT(refusal(R"({"labels":{},"value":1,"value":2})"), HasSubstr("\"value\" is given twice"));
  EXPECT_THAT(refusal(R"({"labels":{},"labels":{},"value":2})"), HasSubstr("\"labels\" is given twice"));
  EXPECT_THAT(refusal(R"({"labels":{"a":"1","a":"1"},"value":2})"), HasSubstr("label \"a\" is given twice"));
}

TEST(ThrowLine, RefusesOtherTypes) {
  EXPECT_THAT(refusal(R"({"labels":{},"value":"1"})"), HasSubstr("\"value\" is a string"));
  EXPECT_THAT(refusal(R"({"labels":{},"value":null})"), HasSubstr("\"value\" is null"));
  EXPECT_THAT(refusal(R"({"labels":{},"value":true})"), HasSubstr("\"value\" is a boolean"));
  EXPECT_THAT(refusal(R"({"labels":{},"value":[1]})"), HasSubstr("\"value\" is an array"));
  EXPECT_THAT(refusal(R"({"labels":{},"value":{}})"), HasSubstr("\"value\" is an object"));
  EXPECT_THAT(refusal(R"({"labels":null,"value":1})"), HasSubstr("\"labels\" is null"));
  EXPECT_THAT(refusal(R"({"labels":"x","value":1})"), HasSubstr("\"labels\" is a string"));
  EXPECT_THAT(refusal(R"({"labels":[],"value":1})"), HasSubstr("\"labels\" is an array"));
  EXPECT_THAT(refusal(R"({"labels":{"a":1},"value":1})"), HasSubstr("label \"a\" is a number"));
  EXPECT_THAT(refusal(R"({"labels":{"a":null},"value":1})"), HasSubstr("label \"a\" is null"));
  EXPECT_THAT(refusal(R"({"labels":{"a":{}},"value":1})"), HasSubstr("label \"a\" is an object"));
  EXPECT_THAT(refusal(R"({"labels":{"a":["b"]},"value":1})"), HasSubstr("label \"a\" is an array"));
}

TEST(ThrowLine, DeepNestingEndsInAnError) {
  refusal(std::string(500'000, '['));
  std::string deep = R"({"x":)" + std::string(100'000, '[') + std::string(100'000, ']') + R"(,"labels":{},"value":5})";
  EXPECT_EQ(decode_throw_line(deep)->value, 5);
}

}  // namespace
}  // namespace lastrun::app
