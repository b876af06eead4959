#include "sink/cloud_monitoring/wire.h"

#include <gtest/gtest.h>

namespace lastrun::cloud_monitoring {
namespace {

constexpr Time kEnd{Seconds{1'795'348'800}};

TEST(RenderTimeSeries, IsWhatTheDiscoveryDocumentSays) {
  const Point point{{{"namespace_name", "billing"}}, -7};
  EXPECT_EQ(render_time_series(&point, 1, "custom.googleapis.com/x", {"global", {{"project_id", "p"}}}, kEnd),
            R"({"timeSeries":[{"metric":{"type":"custom.googleapis.com/x","labels":{"namespace_name":"billing"}},)"
            R"("resource":{"type":"global","labels":{"project_id":"p"}},"metricKind":"GAUGE","valueType":"INT64",)"
            R"("points":[{"interval":{"endTime":"2026-11-22T12:00:00Z"},"value":{"int64Value":"-7"}}]}]})");
}

TEST(RenderTimeSeries, NoLabelsIsAnEmptyObject) {
  const Point point{{}, INT64_MIN};
  const auto body = render_time_series(&point, 1, "t", {"global", {}}, kEnd);
  EXPECT_NE(body.find(R"("labels":{}})"), std::string::npos) << body;
  EXPECT_NE(body.find(R"("int64Value":"-9223372036854775808")"), std::string::npos) << body;
}

TEST(RenderTimeSeries, LabelsCannotBreakOut) {
  const Point point{{{"a", "\"}],\n\x01"}}, 1};
  EXPECT_NE(render_time_series(&point, 1, "t", {}, kEnd).find(R"("a":"\"}],\n\u0001")"), std::string::npos);
}

TEST(Descriptor, IsReadBackAsItWasWritten) {
  const Descriptor descriptor{"custom.googleapis.com/x", "GAUGE", "INT64", {{"a", "STRING"}, {"b", "INT64"}}};
  EXPECT_EQ(*decode_descriptor(render_descriptor(descriptor)), descriptor);
}

TEST(Descriptor, MissingFieldsReadAsTheDefaultsOfTheApi) {
  const auto descriptor = decode_descriptor(R"({"type":"t","labels":[{"key":"a"}]})");
  EXPECT_EQ(*descriptor, (Descriptor{"t", "METRIC_KIND_UNSPECIFIED", "VALUE_TYPE_UNSPECIFIED", {{"a", "STRING"}}}));
}

TEST(Descriptor, WhatIsNoneIsAnError) {
  for (const char* body : {"", "[]", "{}", "null", R"({"type":1})", "<html>", R"({"type":"t")"}) {
    EXPECT_FALSE(decode_descriptor(body).ok()) << body;
  }
}

TEST(ApiErrors, SummaryIsReadFromTheDetails) {
  const ApiError error = decode_error(R"({"error":{"code":400,"message":"no","status":"INVALID_ARGUMENT","details":[
    {"@type":"type.googleapis.com/google.rpc.DebugInfo"},
    {"@type":"type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary","totalPointCount":5,
     "successPointCount":2,"errors":[{"status":{"code":9,"message":"m"},"pointCount":3}]}]}})");
  EXPECT_EQ(error.status, "INVALID_ARGUMENT");
  EXPECT_EQ(error.message, "no");
  ASSERT_TRUE(error.summary.has_value());
  EXPECT_EQ(error.summary->total, 5u);
  EXPECT_EQ(error.summary->success, 2u);
  ASSERT_EQ(error.summary->errors.size(), 1u);
  EXPECT_EQ(error.summary->errors[0].code, 9);
  EXPECT_EQ(error.summary->errors[0].points, 3u);
}

TEST(ApiErrors, AnyBytesAreAnErrorWithEmptyFields) {
  for (const char* body :
       {"", "<html>502</html>", "[]", "{}", R"({"error":"text"})", R"({"error":{"details":{"@type":1}}})",
        R"({"error":{"details":[1,null,"x",{"@type":2}],"message":3}})", "\xff\xfe", "[[[[[["}) {
    const ApiError error = decode_error(body);
    EXPECT_EQ(error.status + error.message, "") << body;
    EXPECT_FALSE(error.summary.has_value()) << body;
  }
}

TEST(ApiErrors, OddCountsInASummaryCountAsNone) {
  const ApiError error = decode_error(R"({"error":{"details":[
    {"@type":"type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary","totalPointCount":-1,
     "successPointCount":"2","errors":[{"pointCount":1.5},7,{"status":"x","pointCount":4}]}]}})");
  ASSERT_TRUE(error.summary.has_value());
  EXPECT_EQ(error.summary->total + error.summary->success, 0u);
  ASSERT_EQ(error.summary->errors.size(), 3u);
  EXPECT_EQ(error.summary->errors[2].points, 4u);
}

TEST(DryRun, IsOneJsonObjectALine) {
  EXPECT_EQ(render_dry_run("GET", "https://e/x", ""), "{\"method\":\"GET\",\"url\":\"https://e/x\"}\n");
  EXPECT_EQ(render_dry_run("POST", "u", R"({"b":1,"a":[]})"),
            "{\"method\":\"POST\",\"url\":\"u\",\"body\":{\"b\":1,\"a\":[]}}\n");
}

TEST(DryRun, CannotDriveATerminalAndReadsAsTheSame) {
  EXPECT_EQ(render_dry_run("POST", "u", "{\"a\":\"\x7f\xc2\x9b\\u001b\"}"),
            "{\"method\":\"POST\",\"url\":\"u\",\"body\":{\"a\":\"\\u007f\\u009b\\u001b\"}}\n");
}

TEST(Codes, HaveTheNamesOfGoogleRpc) {
  EXPECT_EQ(name_of_code(3), "INVALID_ARGUMENT");
  EXPECT_EQ(name_of_code(16), "UNAUTHENTICATED");
  EXPECT_EQ(name_of_code(-1), "code -1");
  EXPECT_EQ(name_of_code(99), "code 99");
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
