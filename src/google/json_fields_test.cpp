#include "google/json_fields.h"

#include <gtest/gtest.h>

namespace lastrun::google {
namespace {

std::string problem_of(std::string_view text) {
  const auto fields = JsonFields::decode(text);
  return fields.ok() ? "none" : fields.error().message;
}

JsonFields read(std::string_view text) {
  auto fields = JsonFields::decode(text);
  CHECK(fields.ok());
  return std::move(fields).value();
}

TEST(JsonFields, ReadsStringsAndNumbers) {
  const auto fields = read(R"({"text": "a\u00e9", "number": 3599, "quoted": "3599", "none": null})");
  EXPECT_EQ(*fields.string("text"), "a\xc3\xa9");
  EXPECT_EQ(*fields.integer("number"), 3599);
  EXPECT_EQ(*fields.integer("quoted"), 3599);
  EXPECT_EQ(*fields.optional_string("none"), std::nullopt);
  EXPECT_EQ(*fields.optional_string("absent"), std::nullopt);
}

TEST(JsonFields, KnowsNestedObjectsByName) {
  const auto fields = read(R"({"source": {"file": "x", "format": {"deep": 1}}, "list": [{"file": 1}], "after": "y"})");
  EXPECT_TRUE(fields.has("source", "file"));
  EXPECT_FALSE(fields.has("source", "deep"));
  EXPECT_FALSE(fields.has("list", "url"));
  EXPECT_EQ(*fields.string("after"), "y");
}

TEST(JsonFields, SaysWhereItStopsBeingJson) {
  EXPECT_EQ(problem_of(""), "is empty");
  EXPECT_EQ(problem_of(" \n"), "is empty");
  EXPECT_EQ(problem_of("-----BEGIN PRIVATE KEY-----"), "is not JSON: it cannot be read on from byte 2 (line 1)");
  EXPECT_EQ(problem_of("{\"a\": 1,\n \"b\"}"), "is not JSON: it cannot be read on from byte 14 (line 2)");
  EXPECT_EQ(problem_of("{} {}"), "is not JSON: it cannot be read on from byte 4 (line 1)");
  EXPECT_EQ(problem_of("{\"a\": \"\xff\"}"), "is not JSON: it cannot be read on from byte 8 (line 1)");
}

TEST(JsonFields, RefusesWhatIsNoObject) {
  for (const char* text : {"[]", "[{\"type\":\"x\"}]", "\"text\"", "1", "1.5", "true", "null"}) {
    EXPECT_EQ(problem_of(text), "is not a JSON object") << text;
  }
}

TEST(JsonFields, RefusesAFieldThatComesTwice) {
  EXPECT_EQ(problem_of(R"({"type":"a","type":"b"})"), "has the field 'type' twice");
  EXPECT_EQ(problem_of(R"({"type":null,"type":"b"})"), "has the field 'type' twice");
  EXPECT_EQ(problem_of("{\"\\u001b[2J\":1,\"\\u001b[2J\":1}"), "has the field (an unprintable name) twice");
}

TEST(JsonFields, NamesTheFieldButNeverItsValue) {
  const auto fields = read(R"({"secret": 4711, "empty": "", "list": ["sesame"], "half": 0.5, "no": "12x", "no2": ""})");
  EXPECT_EQ(fields.string("secret").error().message, "field 'secret' must be a string, but is a number");
  EXPECT_EQ(fields.string("list").error().message, "field 'list' must be a string, but is an array");
  EXPECT_EQ(fields.string("empty").error().message, "field 'empty' is empty");
  EXPECT_EQ(fields.string("gone").error().message, "field 'gone' is missing");
  EXPECT_EQ(fields.integer("half").error().message, "field 'half' must be a whole number");
  EXPECT_EQ(fields.integer("no").error().message, "field 'no' must be a whole number");
  EXPECT_EQ(fields.integer("no2").error().message, "field 'no2' must be a whole number");
  EXPECT_EQ(fields.integer("gone").error().message, "field 'gone' is missing");
}

TEST(JsonFields, SurvivesAMegabyteOfBrackets) {
  EXPECT_EQ(problem_of(std::string(1u << 20, '[')), "is not a JSON object");
  const std::string nested = "{\"a\":" + std::string(1u << 20, '[');
  EXPECT_TRUE(problem_of(nested).starts_with("is not JSON"));
}

TEST(JsonFields, WritesFieldsInTheirOrder) {
  EXPECT_EQ(render_json({{"b", "x\"y\n"}, {"a", std::int64_t{7}}}), R"({"b":"x\"y\n","a":7})");
  EXPECT_EQ(render_json({{"b", "\xff"}}), "{\"b\":\"\xef\xbf\xbd\"}");
}

}  // namespace
}  // namespace lastrun::google
