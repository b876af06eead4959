#include "sink/json/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace lastrun::json {
namespace {

std::string render(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes) {
  return collect([&](TextOut out) { write(verdicts, notes, out); });
}

Verdict full() {
  Verdict verdict;
  verdict.batch = {"prod", "cron", "nightly", "CronWorkflow"};
  verdict.status = Status::kFailed;
  verdict.reason = Reason::kRunFailed;
  verdict.also = {Status::kUnknown};
  verdict.since = parse_rfc3339("2026-11-22T11:57:09Z");
  verdict.since_at_least = true;
  verdict.suspended = true;
  verdict.run = RunInfo{"nightly-1",
                        "Failed",
                        *parse_rfc3339("2026-11-22T11:57:00Z"),
                        parse_rfc3339("2026-11-22T11:57:01Z"),
                        parse_rfc3339("2026-11-22T11:57:09Z"),
                        "child failed",
                        FailedNode{"nightly-1.work", "main", "nightly-1-main-7", "Error (exit code 1)", "1"}};
  return verdict;
}

constexpr const char* kFull =
    R"json({"batches":[
{"cluster":"prod","namespace":"cron","kind":"CronWorkflow","name":"nightly",)json"
    R"json("status":"failed","failing":1,"reason":"run-failed","message":"","also":["unknown"],)json"
    R"json("since":"2026-11-22T11:57:09Z","since_at_least":true,"suspended":true,"stale":false,)json"
    R"json("run":{"name":"nightly-1","phase":"Failed","created_at":"2026-11-22T11:57:00Z",)json"
    R"json("started_at":"2026-11-22T11:57:01Z","finished_at":"2026-11-22T11:57:09Z","message":"child failed",)json"
    R"json("failed_node":{"name":"nightly-1.work","template":"main","pod":"nightly-1-main-7",)json"
    R"json("message":"Error (exit code 1)","exit_code":"1"}}}
],
"notes":["a note"]}
)json";

TEST(Json, AVerdictHasExactlyTheseFields) {
  EXPECT_EQ(render({full()}, {"a note"}), kFull);
}

TEST(Json, WhatIsNotKnownIsNull) {
  Verdict verdict;
  verdict.batch = {"", "n", "b", "CronJob"};
  verdict.status = Status::kUnknown;
  verdict.reason = Reason::kOutcomeUnseen;
  auto batch = nlohmann::json::parse(render({verdict}, {})).at("batches").at(0);
  EXPECT_EQ(batch.size(), 14U);
  for (const char* field : {"failing", "since", "run"}) EXPECT_TRUE(batch.at(field).is_null()) << field;
  EXPECT_EQ(batch.at("also"), nlohmann::json::array());

  verdict.run = RunInfo{};
  batch = nlohmann::json::parse(render({verdict}, {})).at("batches").at(0);
  for (const char* field : {"started_at", "finished_at"}) EXPECT_TRUE(batch.at("run").at(field).is_null()) << field;
  EXPECT_FALSE(batch.at("run").contains("failed_node"));
}

TEST(Json, OfNothingIsAnEmptyList) {
  EXPECT_EQ(nlohmann::json::parse(render({}, {})), nlohmann::json::parse(R"({"batches": [], "notes": []})"));
}

TEST(Json, HostileTextComesBackAsItWas) {
  std::string every_byte;
  for (char c = 0; c < 0x7f; ++c) every_byte += c;
  Verdict verdict = full();
  verdict.batch.name = every_byte + "\x7f\u2028\u202e\U0001f600</script>";
  const auto document = nlohmann::json::parse(render({verdict}, {every_byte}));
  EXPECT_EQ(document.at("batches").at(0).at("name"), verdict.batch.name);
  EXPECT_EQ(document.at("notes").at(0), every_byte);
}

TEST(Json, ATerminalCanShowIt) {
  Verdict verdict = full();
  verdict.batch.name = "a\u009b31m\x7f\u202e";
  const std::string text = render({verdict}, {});
  for (const char* raw : {"\u009b", "\x7f", "\u202e"}) EXPECT_EQ(text.find(raw), std::string::npos);
}

TEST(Json, BytesThatAreNoUtf8AreReplaced) {
  Verdict verdict = full();
  verdict.batch.name = "a\xff";
  EXPECT_EQ(nlohmann::json::parse(render({verdict}, {})).at("batches").at(0).at("name"), "a\uFFFD");
}

}  // namespace
}  // namespace lastrun::json
