#include "sink/cloud_monitoring/retry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "testing/fake_http_client.h"

namespace lastrun::cloud_monitoring {
namespace {

using lastrun::testing::response;
using std::chrono::milliseconds;

constexpr Time kEnd{Seconds{1'795'348'800}};  // 2026-11-22T12:00:00Z, a Sunday

struct Errors {
  int code;
  int points;
};

// An error answer with a summary.
http::Response with_summary(int status, int success, const std::vector<Errors>& errors, std::string date = {}) {
  std::string list;
  for (const Errors& error : errors) {
    list += fmt::format(R"({}{{"status":{{"code":{}}},"pointCount":{}}})", list.empty() ? "" : ",", error.code,
                        error.points);
  }
  return response(status,
                  fmt::format(R"({{"error":{{"code":{},"status":"S","message":"m","details":[{{"@type":)"
                              R"("type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary",)"
                              R"("successPointCount":{},"errors":[{}]}}]}}}})",
                              status, success, list),
                  {{"Date", std::move(date)}});
}

// No answer, and the server may have the request.
http::Outcome broken(ErrorKind kind) {
  const bool passing = kind == ErrorKind::kTimeout || kind == ErrorKind::kUnavailable;
  return Error{kind, "POST e: broken", passing ? Retry::kYes : Retry::kNo};
}

// No answer, and the server surely has not got the request.
http::Outcome no_connection(ErrorKind kind = ErrorKind::kUnavailable) {
  return {broken(kind).error(), http::Reached::kNo};
}

// A request of 10 points and the answers to its tries.
class Judging {
 public:
  Judging() {
    progress_.points = 10;
    report.points = 10;
  }
  Next operator()(const http::Outcome& outcome) { return judge_answer(outcome, kEnd, progress_, report); }
  // delivered/refused/uncertain/unsent
  std::string tally() const {
    return fmt::format("{}/{}/{}/{}", report.delivered, report.refused, report.uncertain, report.unsent);
  }

  DeliveryReport report;

 private:
  Progress progress_;
};

TEST(JudgeAnswer, OkIsDeliveredOnlyWithAnAnswerOfTheApi) {
  Judging fine;
  EXPECT_EQ(fine(response(200, "{}\n")), Next::kDone);
  EXPECT_EQ(fine.tally(), "10/0/0/0");
  Judging captive_portal;
  EXPECT_EQ(captive_portal(response(200, "<html>log in</html>")), Next::kDone);
  EXPECT_EQ(captive_portal.tally(), "0/0/10/0");
  Judging no_content;
  EXPECT_EQ(no_content(response(204)), Next::kDone);
  EXPECT_EQ(no_content.tally(), "0/0/10/0");
}

TEST(JudgeAnswer, ServerFailuresAndBrokenConnectionsAreTriedAgain) {
  for (const int status : {500, 502, 503, 504}) {
    Judging judging;
    EXPECT_EQ(judging(response(status)), Next::kRetry) << status;
    EXPECT_EQ(judging.tally(), "0/0/0/0") << status;
  }
  for (const ErrorKind kind : {ErrorKind::kTimeout, ErrorKind::kUnavailable}) {
    Judging judging;
    EXPECT_EQ(judging(broken(kind)), Next::kRetry);
  }
}

TEST(JudgeAnswer, OtherAnswersAreNot) {
  for (const int status : {400, 402, 403, 404, 405, 408, 409, 412, 413, 415, 301, 302, 501, 505, 511}) {
    Judging judging;
    EXPECT_EQ(judging(response(status)), Next::kDone) << status;
    EXPECT_EQ(judging.tally(), "0/10/0/0") << status;
  }
}

TEST(JudgeAnswer, TooManyRequestsIsTriedAgainOnlyWithoutASummary) {
  Judging quota;
  EXPECT_EQ(quota(response(429)), Next::kRetry);
  Judging too_many_series;
  EXPECT_EQ(too_many_series(with_summary(429, 4, {{8, 6}})), Next::kDone);
  EXPECT_EQ(too_many_series.tally(), "4/6/0/0");
}

TEST(JudgeAnswer, UnauthorizedAsksForANewToken) {
  Judging judging;
  EXPECT_EQ(judging(response(401)), Next::kNewToken);
}

TEST(JudgeAnswer, PartialFailureCountsWhatWasWritten) {
  Judging judging;
  EXPECT_EQ(judging(with_summary(400, 7, {{3, 2}, {9, 1}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "7/3/0/0");
  ASSERT_EQ(judging.report.losses.size(), 2u);
  EXPECT_EQ(judging.report.losses[0].reason, "400 INVALID_ARGUMENT");
  EXPECT_EQ(judging.report.losses[1].points, 1u);
}

TEST(JudgeAnswer, SecondTryRefusedAsOlderMeansDelivered) {
  Judging judging;
  EXPECT_EQ(judging(response(504)), Next::kRetry);
  EXPECT_EQ(judging(with_summary(400, 1, {{3, 5}, {9, 3}, {7, 1}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "9/1/0/0");
}

TEST(JudgeAnswer, FirstTryRefusedAsOlderMeansRefused) {
  Judging judging;
  EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "0/10/0/0");
}

TEST(JudgeAnswer, AfterAnAnswerThatWroteNothingASecondTryIsLikeAFirst) {
  Judging judging;
  EXPECT_EQ(judging(response(429)), Next::kRetry);
  EXPECT_EQ(judging(response(401)), Next::kNewToken);
  EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "0/10/0/0");
}

TEST(JudgeAnswer, OutsideOfTheServersWindowNothingCanHaveLanded) {
  for (const char* date : {"Sun, 22 Nov 2026 11:54:59 GMT", "Mon, 23 Nov 2026 13:00:01 GMT"}) {
    Judging judging;
    EXPECT_EQ(judging(response(503)), Next::kRetry);
    EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}}, date)), Next::kDone);
    EXPECT_EQ(judging.tally(), "0/10/0/0") << date;
  }
  for (const char* date : {"Sun, 22 Nov 2026 11:55:00 GMT", "Mon, 23 Nov 2026 13:00:00 GMT"}) {
    Judging judging;
    EXPECT_EQ(judging(response(503)), Next::kRetry);
    EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}}, date)), Next::kDone);
    EXPECT_EQ(judging.tally(), "10/0/0/0") << date;
  }
}

TEST(JudgeAnswer, WhatAnEarlierSummaryRefusedStaysRefused) {
  Judging judging;
  EXPECT_EQ(judging(with_summary(500, 5, {{3, 2}, {13, 3}})), Next::kRetry);
  EXPECT_EQ(judging(with_summary(400, 3, {{3, 7}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "8/2/0/0");
}

TEST(JudgeAnswer, RefusalWithoutASummaryLeavesWhatMayHaveLandedUncertain) {
  Judging judging;
  EXPECT_EQ(judging(broken(ErrorKind::kTimeout)), Next::kRetry);
  EXPECT_EQ(judging(response(400)), Next::kDone);
  EXPECT_EQ(judging.tally(), "0/0/10/0");
}

TEST(JudgeAnswer, SummaryThatDoesNotAddUpLeavesTheRestUncertain) {
  Judging too_few;
  EXPECT_EQ(too_few(with_summary(400, 2, {{3, 1}})), Next::kDone);
  EXPECT_EQ(too_few.tally(), "2/1/7/0");
  Judging too_many;
  EXPECT_EQ(too_many(with_summary(400, 8, {{3, 500}})), Next::kDone);
  EXPECT_EQ(too_many.tally(), "8/2/0/0");
}

TEST(JudgeAnswer, CancelledAndOversizedAnswersLeaveItUncertain) {
  for (const ErrorKind kind : {ErrorKind::kCancelled, ErrorKind::kLimit}) {
    Judging judging;
    EXPECT_EQ(judging(broken(kind)), Next::kDone);
    EXPECT_EQ(judging.tally(), "0/0/10/0");
  }
  for (const ErrorKind kind : {ErrorKind::kCancelled, ErrorKind::kUsage}) {
    Judging never_left;
    EXPECT_EQ(never_left(no_connection(kind)), Next::kDone);
    EXPECT_EQ(never_left.tally(), "0/0/0/10");
  }
}

TEST(JudgeAnswer, WithoutAConnectionItIsTriedAgainAndNothingCanHaveLanded) {
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kTimeout}) {
    Judging judging;
    EXPECT_EQ(judging(no_connection(kind)), Next::kRetry);
    EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}})), Next::kDone);
    EXPECT_EQ(judging.tally(), "0/10/0/0") << "refused as older by another writer's points, not by ours";
  }
}

TEST(JudgeAnswer, ATryThatNeverLeftTakesNoDoubtAway) {
  Judging judging;
  EXPECT_EQ(judging(broken(ErrorKind::kTimeout)), Next::kRetry);
  EXPECT_EQ(judging(no_connection()), Next::kRetry);
  EXPECT_EQ(judging(with_summary(400, 0, {{3, 10}})), Next::kDone);
  EXPECT_EQ(judging.tally(), "10/0/0/0");
}

TEST(GiveUp, TheLastTryTellsWhetherPointsWereRefusedOrUnsent) {
  const auto fate = [](const std::vector<http::Outcome>& outcomes) {
    Progress progress;
    progress.points = 1;
    DeliveryReport report;
    for (const auto& outcome : outcomes) EXPECT_EQ(judge_answer(outcome, kEnd, progress, report), Next::kRetry);
    give_up(progress, "why", report);
    return report.losses.at(0).fate;
  };
  EXPECT_EQ(fate({}), Fate::kUnsent);
  EXPECT_EQ(fate({no_connection()}), Fate::kUnsent);
  EXPECT_EQ(fate({response(429)}), Fate::kRefused);
  EXPECT_EQ(fate({response(429), no_connection()}), Fate::kUnsent);
  EXPECT_EQ(fate({no_connection(), response(429)}), Fate::kRefused);
  EXPECT_EQ(fate({response(503), no_connection(), response(429)}), Fate::kUncertain);
}

TEST(JudgeAnswer, CertificateThatDoesNotVerifyIsNotTriedAgain) {
  const http::Outcome refused{Error{ErrorKind::kUnavailable, "the certificate does not verify", Retry::kNo},
                              http::Reached::kNo};
  Judging judging;
  EXPECT_EQ(judging(refused), Next::kDone);
  EXPECT_EQ(judging.tally(), "0/0/0/10");
  EXPECT_EQ(judge_idempotent(refused), Next::kDone);
}

TEST(DeliveryReport, ManyReasonsAreToldShort) {
  DeliveryReport report;
  report.points = 21;
  for (std::size_t i = 1; i <= 6; ++i) report.add(Fate::kUncertain, i, fmt::format("stream {}", i));
  EXPECT_EQ(check_complete(report).error().message,
            "of 21 points 0 were delivered; 6 uncertain: stream 6; 5 uncertain: stream 5; 4 uncertain: stream 4; "
            "3 uncertain: stream 3; and 2 other reasons");
}

TEST(Backoff, DoublesUpToEightSecondsAndVaries) {
  Backoff backoff(1);
  std::chrono::milliseconds whole{500};
  for (std::size_t tries = 1; tries <= 8; ++tries) {
    const auto pause = backoff.pause_after(tries);
    EXPECT_GE(pause, whole / 2) << tries;
    EXPECT_LE(pause, whole) << tries;
    whole = std::min(whole * 2, milliseconds{8000});
  }
  EXPECT_NE(Backoff(1).pause_after(5), Backoff(2).pause_after(5));
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
