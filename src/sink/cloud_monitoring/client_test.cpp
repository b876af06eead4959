#include "sink/cloud_monitoring/client.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace lastrun::cloud_monitoring {
namespace {

using lastrun::testing::FakeClock;
using lastrun::testing::FakeHttpClient;
using lastrun::testing::Fault;
using lastrun::testing::Reply;
using lastrun::testing::response;
using ::testing::HasSubstr;

constexpr Time kEnd{Seconds{1'795'348'800}};

// Gives "token-1", after a drop "token-2", and so on; or an error.
class FakeTokens : public google::TokenSource {
 public:
  Result<google::Token> token(std::stop_token) override {
    if (broken) return Error{ErrorKind::kPermission, "no credentials"};
    return google::Token{fmt::format("token-{}", drops + 1), quota_project};
  }
  void drop() override { ++drops; }

  bool broken = false;
  int drops = 0;
  std::string quota_project;
};

std::vector<Point> points(std::size_t count) {
  std::vector<Point> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(Point{{{"batch", std::to_string(i)}}, 1});
  return all;
}

std::string error_body(int status, std::string_view name) {
  return fmt::format(R"({{"error":{{"code":{},"status":"{}","message":"why"}}}})", status, name);
}

Reply error(int status, std::string_view name, std::vector<std::pair<std::string, std::string>> headers = {}) {
  return response(status, error_body(status, name), std::move(headers));
}

Reply refused_points(int code, int count) {
  return response(400, fmt::format(R"({{"error":{{"code":400,"status":"INVALID_ARGUMENT","message":"m","details":[)"
                                   R"({{"@type":"type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary",)"
                                   R"("totalPointCount":{1},"errors":[{{"status":{{"code":{0}}},"pointCount":{1}}}]}})"
                                   R"(]}}}})",
                                   code, count));
}

const Reply kFine = response(200, "{}");

class MonitoringClientTest : public ::testing::Test {
 protected:
  MonitoringClientTest() { settings_.project = "p", settings_.metric = "m"; }

  MonitoringClient client() {
    auto opened = MonitoringClient::open(settings_, http_, &tokens_, clock_);
    CHECK(opened.ok());
    return std::move(opened).value();
  }

  // Sends to a server that answers creates so, one after another.
  DeliveryReport send(std::size_t count, std::vector<Reply> replies) {
    http_.on(http::Method::kPost, kSeries, std::move(replies));
    auto report = client().send(points(count), kEnd);
    CHECK(report.ok());
    EXPECT_EQ(report->points, count);
    EXPECT_EQ(report->delivered + report->refused + report->uncertain + report->unsent, count);
    return std::move(report).value();
  }

  // The distinct bodies that were sent.
  std::size_t distinct_bodies() const {
    std::set<std::string> bodies;
    for (const auto& recorded : http_.requests()) bodies.insert(recorded.request.body);
    return bodies.size();
  }

  static constexpr const char* kSeries = "https://monitoring.googleapis.com/v3/projects/p/timeSeries";
  static constexpr const char* kDescriptor =
      "https://monitoring.googleapis.com/v3/projects/p/metricDescriptors/custom.googleapis.com/m";
  static constexpr const char* kDescriptors = "https://monitoring.googleapis.com/v3/projects/p/metricDescriptors";

  Settings settings_;
  FakeClock clock_{kEnd};
  FakeHttpClient http_{clock_};
  FakeTokens tokens_;
};

TEST_F(MonitoringClientTest, NothingToSendSendsNothing) {
  EXPECT_TRUE(send(0, {kFine}).complete());
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(MonitoringClientTest, RequestsHaveAtMost200SeriesAndGoTogether) {
  const auto report = send(401, {kFine});
  EXPECT_EQ(report.delivered, 401u);
  EXPECT_EQ(report.requests, 3u);
  EXPECT_EQ(http_.calls().size(), 1u);
  EXPECT_EQ(report.resent, 0u);
}

TEST_F(MonitoringClientTest, NoMoreThanTheChosenNumberIsUnderWay) {
  settings_.max_concurrent = 2;
  EXPECT_TRUE(send(1000, {kFine}).complete());
  ASSERT_EQ(http_.calls().size(), 3u);
  EXPECT_EQ(http_.calls()[0].requests, 2u);
}

TEST_F(MonitoringClientTest, RequestCarriesTokenAndQuotaProject) {
  tokens_.quota_project = "payer";
  send(1, {kFine});
  const http::Request& request = http_.requests()[0].request;
  EXPECT_EQ(request.headers.get("Authorization"), "Bearer token-1");
  EXPECT_EQ(request.headers.get("x-goog-user-project"), "payer");
  EXPECT_EQ(request.headers.get("Content-Type"), "application/json");
  EXPECT_EQ(request.deadlines.whole, std::chrono::seconds{12});
}

TEST_F(MonitoringClientTest, WithoutTokenSourceNoTokenIsSent) {
  http_.on(http::Method::kPost, kSeries, {kFine});
  auto anonymous = MonitoringClient::open(settings_, http_, nullptr, clock_);
  ASSERT_TRUE(anonymous.ok());
  EXPECT_TRUE(anonymous->send(points(1), kEnd)->complete());
  EXPECT_EQ(http_.requests()[0].request.headers.get("Authorization"), "");
}

TEST_F(MonitoringClientTest, WithoutATokenNothingIsSent) {
  tokens_.broken = true;
  const auto report = client().send(points(1), kEnd);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.error().message, "no credentials");
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(MonitoringClientTest, TwoPointsOfOneSeriesAreRefusedBeforeAnythingIsSent) {
  std::vector<Point> twice = points(300);
  twice.push_back(Point{{{"batch", "7"}}, 0});
  const auto report = client().send(twice, kEnd);
  ASSERT_FALSE(report.ok());
  EXPECT_THAT(report.error().message, HasSubstr("batch=\"7\""));
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(MonitoringClientTest, ServerFailuresAreSentAgainUnchanged) {
  for (const int status : {500, 502, 503, 504}) {
    const auto report = send(1, {error(status, "SICK"), kFine});
    EXPECT_TRUE(report.complete()) << status;
    EXPECT_EQ(report.resent, 1u);
    EXPECT_EQ(report.requests, 2u);
  }
  EXPECT_EQ(distinct_bodies(), 1u);
}

TEST_F(MonitoringClientTest, BrokenConnectionsAreSentAgainUnchanged) {
  for (const Fault fault : {Fault::kRefuseConnection, Fault::kHangConnecting, Fault::kResetBeforeServed}) {
    http_.fault_at(0, fault);
    const auto report = send(1, {kFine});
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(report.requests, 2u);
    EXPECT_EQ(report.resent, fault == Fault::kResetBeforeServed ? 1u : 0u);
  }
  for (const Fault fault : {Fault::kResetAfterServed, Fault::kHangBeforeAnswer, Fault::kHangInBody, Fault::kCutBody}) {
    http_.fault_at(0, fault);
    const auto report = send(1, {kFine, refused_points(3, 1)});
    EXPECT_TRUE(report.complete());
    EXPECT_EQ(report.resent, 1u);
  }
  EXPECT_EQ(distinct_bodies(), 1u);
}

TEST_F(MonitoringClientTest, WhatNeverLeftIsTriedAgainLikeTheRestAndReportedUnsent) {
  const auto refused = send(300, {Reply(Fault::kRefuseConnection)});
  EXPECT_EQ(refused.unsent, 300u);
  EXPECT_EQ(refused.requests, 12u);
  EXPECT_EQ(refused.resent, 0u);
  EXPECT_THAT(check_complete(refused).error().message,
              HasSubstr("300 unsent: given up after 6 tries (the last try: POST monitoring.googleapis.com"));
  const auto silent = send(300, {Reply(Fault::kHangConnecting)});
  EXPECT_EQ(silent.unsent, 300u);
  EXPECT_GT(silent.requests, 6u);
  EXPECT_EQ(silent.resent, 0u);
}

TEST_F(MonitoringClientTest, RefusalAfterATryThatNeverLeftIsARefusal) {
  http_.fault_at(0, Fault::kRefuseConnection);
  const auto report = send(1, {refused_points(3, 1)});
  EXPECT_EQ(report.refused, 1u) << "another writer's point is newer; ours was never written";
  EXPECT_EQ(report.resent, 0u);
}

TEST_F(MonitoringClientTest, WhatMayHaveLandedOnceStaysUncertain) {
  http_.fault_at(0, Fault::kResetAfterServed);
  for (std::size_t n = 1; n < 6; ++n) http_.fault_at(n, Fault::kRefuseConnection);
  EXPECT_EQ(send(1, {kFine}).uncertain, 1u);
}

TEST_F(MonitoringClientTest, OnlyTheFailedRequestIsSentAgain) {
  const auto report = send(600, {kFine, error(503, "UNAVAILABLE"), kFine, kFine});
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(report.requests, 4u);
  EXPECT_EQ(report.resent, 200u);
  EXPECT_EQ(http_.requests()[3].request.body, http_.requests()[1].request.body);
}

TEST_F(MonitoringClientTest, ClientErrorsAreNeverSentAgain) {
  for (const int status : {400, 403, 404, 409, 413}) {
    const std::size_t before = http_.requests().size();
    const auto report = send(1, {error(status, "NO"), kFine});
    EXPECT_EQ(report.refused, 1u) << status;
    EXPECT_EQ(http_.requests().size(), before + 1) << status;
    ASSERT_EQ(report.losses.size(), 1u);
    EXPECT_EQ(report.losses[0].reason, fmt::format("{} NO: why", status));
  }
}

TEST_F(MonitoringClientTest, RefusalOfAllClosesTheDoorForTheRest) {
  settings_.max_concurrent = 1;
  const auto report = send(1000, {error(403, "PERMISSION_DENIED")});
  EXPECT_EQ(report.requests, 1u);
  EXPECT_EQ(report.refused, 200u);
  EXPECT_EQ(report.unsent, 800u);
}

TEST_F(MonitoringClientTest, RefusalOfOneRequestDoesNotStopTheOthers) {
  settings_.max_concurrent = 1;
  const auto report = send(600, {error(400, "INVALID_ARGUMENT"), kFine});
  EXPECT_EQ(report.refused, 200u);
  EXPECT_EQ(report.delivered, 400u);
}

TEST_F(MonitoringClientTest, UnauthorizedDropsTheTokenOnce) {
  const auto report = send(1, {error(401, "UNAUTHENTICATED"), kFine});
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(tokens_.drops, 1);
  EXPECT_EQ(http_.requests()[1].request.headers.get("Authorization"), "Bearer token-2");
  EXPECT_EQ(http_.requests()[1].at, http_.requests()[0].at) << "no pause is needed";
}

TEST_F(MonitoringClientTest, UnauthorizedTwiceIsTheEnd) {
  const auto report = send(10'000, {error(401, "UNAUTHENTICATED")});
  EXPECT_EQ(tokens_.drops, 1);
  EXPECT_EQ(report.requests, 64u);
  EXPECT_EQ(report.refused, 6'400u);
  EXPECT_EQ(report.unsent, 3'600u);
  EXPECT_THAT(check_complete(report).error().message, HasSubstr("401 UNAUTHENTICATED"));
}

TEST_F(MonitoringClientTest, PartialFailureIsCountedNotRepeated) {
  const auto report = send(200, {refused_points(3, 30)});
  EXPECT_EQ(report.requests, 1u);
  EXPECT_EQ(report.refused, 30u);
  EXPECT_EQ(report.uncertain, 170u) << "that summary names no success";
}

TEST_F(MonitoringClientTest, RetryAfterIsObeyed) {
  const auto report = send(1, {error(429, "RESOURCE_EXHAUSTED", {{"Retry-After", "17"}}), kFine});
  EXPECT_TRUE(report.complete());
  EXPECT_GE(http_.requests()[1].at - http_.requests()[0].at, std::chrono::seconds{17});
  EXPECT_LT(http_.requests()[1].at - http_.requests()[0].at, std::chrono::seconds{18});
}

TEST_F(MonitoringClientTest, RetryAfterMayBeADateOfTheServersClock) {
  const auto report =
      send(1, {error(503, "UNAVAILABLE",
                     {{"Retry-After", "Sun, 22 Nov 2026 11:50:09 GMT"}, {"Date", "Sun, 22 Nov 2026 11:50:00 GMT"}}),
               kFine});
  EXPECT_TRUE(report.complete());
  EXPECT_EQ(http_.requests()[1].at - http_.requests()[0].at, std::chrono::seconds{9});
}

TEST_F(MonitoringClientTest, RetryAfterBeyondTheTimeLimitGivesUpAtOnce) {
  const auto report = send(1, {error(429, "RESOURCE_EXHAUSTED", {{"Retry-After", "60"}}), kFine});
  EXPECT_EQ(report.requests, 1u);
  EXPECT_EQ(report.refused, 1u);
  EXPECT_EQ(clock_.now(), kEnd);
}

TEST_F(MonitoringClientTest, SickServerIsGivenUpAfterSixTries) {
  const auto report = send(1, {error(503, "UNAVAILABLE")});
  EXPECT_EQ(report.requests, 6u);
  EXPECT_EQ(report.uncertain, 1u);
  EXPECT_THAT(check_complete(report).error().message, HasSubstr("given up after 6 tries"));
}

TEST_F(MonitoringClientTest, EverythingEndsWithinFiftySeconds) {
  for (const Fault fault : {Fault::kHangBeforeAnswer, Fault::kHangConnecting, Fault::kHangInBody}) {
    FakeClock clock{kEnd};
    FakeHttpClient http{clock};
    http.on(http::Method::kPost, kSeries, {Reply(fault)});
    auto client = MonitoringClient::open(settings_, http, &tokens_, clock);
    const auto report = client->send(points(100'000), kEnd);
    EXPECT_LE(clock.now() - kEnd, std::chrono::seconds{50});
    EXPECT_EQ(report->uncertain + report->unsent, 100'000u);
    EXPECT_GT(report->unsent, 0u);
  }
}

TEST_F(MonitoringClientTest, ManyRequestsDoNotHammerASickServer) {
  const auto report = send(100'000, {error(503, "UNAVAILABLE")});
  EXPECT_LE(http_.calls().size(), 16u) << "waves, with growing pauses between them";
  EXPECT_LE(clock_.now() - kEnd, std::chrono::seconds{50});
  EXPECT_EQ(report.delivered, 0u);
}

TEST_F(MonitoringClientTest, OutageOfAFewSecondsLosesNothing) {
  http_.on(http::Method::kPost, kSeries, [this](const http::Request&) -> Reply {
    if (clock_.now() < kEnd + std::chrono::seconds{10}) return error(503, "UNAVAILABLE");
    return kFine;
  });
  const auto report = client().send(points(100'000), kEnd);
  EXPECT_TRUE(report->complete()) << check_complete(*report).error().message;
  EXPECT_EQ(distinct_bodies(), 500u);
}

TEST_F(MonitoringClientTest, DescriptorReadAndSendingShareTheTimeLimit) {
  http_.on(http::Method::kGet, kDescriptor, {Reply(Fault::kHangBeforeAnswer)});
  http_.on(http::Method::kPost, kSeries, {Reply(Fault::kHangBeforeAnswer)});
  auto one = client();
  EXPECT_FALSE(one.read_descriptor().ok());
  clock_.advance(std::chrono::hours{1});  // reading the input takes its time, and does not count
  const auto before = clock_.now();
  EXPECT_TRUE(one.send(points(1), kEnd).ok());
  EXPECT_LE(before - kEnd - std::chrono::hours{1} + (clock_.now() - before), std::chrono::seconds{50});
}

TEST_F(MonitoringClientTest, StopEndsAPause) {
  std::stop_source stop;
  http_.on(http::Method::kPost, kSeries, [&](const http::Request&) -> Reply {
    stop.request_stop();
    return error(503, "UNAVAILABLE", {{"Retry-After", "30"}});
  });
  const auto report = client().send(points(1), kEnd, stop.get_token());
  EXPECT_EQ(report->uncertain, 1u);
  EXPECT_LT(clock_.now() - kEnd, std::chrono::milliseconds{100});
}

TEST_F(MonitoringClientTest, ClockOffByTenMinutesIsTold) {
  const auto report =
      send(1, {response(400, error_body(400, "INVALID_ARGUMENT"), {{"Date", "Sun, 22 Nov 2026 11:50:00 GMT"}})});
  EXPECT_THAT(check_complete(report).error().message,
              HasSubstr("this machine's clock is 10m00s ahead of the server's"));
}

TEST_F(MonitoringClientTest, MessagesHaveNoTokenInThem) {
  const auto report = send(1, {error(403, "PERMISSION_DENIED")});
  EXPECT_THAT(check_complete(report).error().message, Not(HasSubstr("token-")));
}

TEST_F(MonitoringClientTest, DescriptorIsReadAtItsName) {
  http_.on(http::Method::kGet, kDescriptor,
           {response(200, R"({"type":"custom.googleapis.com/m","metricKind":"GAUGE","valueType":"INT64"})")});
  const auto descriptor = client().read_descriptor();
  ASSERT_TRUE(descriptor.ok());
  EXPECT_EQ(descriptor->metric_kind, "GAUGE");
  EXPECT_EQ(http_.requests()[0].request.url, kDescriptor);
}

TEST_F(MonitoringClientTest, DescriptorReadIsTriedAgainLikeTheRest) {
  http_.on(http::Method::kGet, kDescriptor,
           {error(503, "UNAVAILABLE"), error(401, "UNAUTHENTICATED"), error(429, "RESOURCE_EXHAUSTED"),
            response(200, R"({"type":"t"})")});
  EXPECT_TRUE(client().read_descriptor().ok());
  EXPECT_EQ(tokens_.drops, 1);
}

TEST_F(MonitoringClientTest, DescriptorErrorsSayWhatAndWhere) {
  http_.on(http::Method::kGet, kDescriptor, {error(404, "NOT_FOUND"), error(403, "PERMISSION_DENIED")});
  auto one = client();
  const auto missing = one.read_descriptor();
  EXPECT_EQ(missing.error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(missing.error().message,
            "reading the descriptor of custom.googleapis.com/m in project p: 404 NOT_FOUND: why");
  EXPECT_EQ(one.read_descriptor().error().kind, ErrorKind::kPermission);
}

TEST_F(MonitoringClientTest, MissingDescriptorIsCreatedWhenAsked) {
  http_.on(http::Method::kGet, kDescriptor, {error(404, "NOT_FOUND")});
  http_.on(http::Method::kPost, kDescriptors, [](const http::Request& request) { return response(200, request.body); });
  EXPECT_FALSE(client().ensure_descriptor(points(2), CreateDescriptor::kNo).ok());
  EXPECT_EQ(http_.requests().size(), 1u);
  EXPECT_TRUE(client().ensure_descriptor(points(2), CreateDescriptor::kYes).ok());
  EXPECT_EQ(*decode_descriptor(http_.requests().back().request.body),
            (Descriptor{"custom.googleapis.com/m", "GAUGE", "INT64", {{"batch", "STRING"}}}));
}

TEST_F(MonitoringClientTest, LabelsAreAddedToADescriptorWhenAskedAndNoneIsLost) {
  http_.on(http::Method::kGet, kDescriptor,
           {response(200, render_descriptor({"custom.googleapis.com/m", "GAUGE", "INT64", {{"old", "INT64"}}}))});
  http_.on(http::Method::kPost, kDescriptors, [](const http::Request& request) { return response(200, request.body); });
  EXPECT_TRUE(client().ensure_descriptor(points(1), CreateDescriptor::kYes).ok());
  EXPECT_EQ(decode_descriptor(http_.requests().back().request.body)->labels,
            (std::vector<LabelDescriptor>{{"old", "INT64"}, {"batch", "STRING"}}));
}

TEST_F(MonitoringClientTest, FittingDescriptorIsLeftAlone) {
  http_.on(http::Method::kGet, kDescriptor, {response(200, render_descriptor(descriptor_for("t", points(1))))});
  EXPECT_TRUE(client().ensure_descriptor(points(1), CreateDescriptor::kYes).ok());
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST_F(MonitoringClientTest, DescriptorOfAnotherTypeIsNeverOverwritten) {
  http_.on(http::Method::kGet, kDescriptor, {response(200, render_descriptor({"t", "CUMULATIVE", "INT64", {}}))});
  EXPECT_FALSE(client().ensure_descriptor(points(1), CreateDescriptor::kYes).ok());
  EXPECT_EQ(http_.requests().size(), 1u);
}

TEST(CheckDescriptor, KindTypeAndLabelsMustFit) {
  const std::vector<Point> point{{{{"a", "x"}, {"n", "12"}, {"b", "true"}}, 1}};
  const std::vector<LabelDescriptor> labels{{"a", "STRING"}, {"n", "INT64"}, {"b", "BOOL"}, {"unused", "STRING"}};
  EXPECT_TRUE(check_descriptor({"t", "GAUGE", "INT64", labels}, point).ok());
  EXPECT_THAT(check_descriptor({"t", "GAUGE", "DOUBLE", labels}, point).error().message, HasSubstr("GAUGE of DOUBLE"));
  EXPECT_FALSE(check_descriptor({"t", "DELTA", "INT64", labels}, point).ok());
  EXPECT_THAT(check_descriptor({"t", "GAUGE", "INT64", {{"a"}}}, point).error().message, HasSubstr("lacks label b, n"));
  EXPECT_THAT(check_descriptor({"t", "GAUGE", "INT64", labels}, {{{{"n", "x"}}, 1}}).error().message,
              HasSubstr("label n is INT64, which 'x' is not"));
}

TEST(CheckPoints, ThirtyLabelsInAllAndTwoHundredThousandSeries) {
  std::vector<Point> each_its_own;
  for (int i = 0; i < 31; ++i) each_its_own.push_back(Point{{{"k" + std::to_string(i), "v"}}, 1});
  EXPECT_FALSE(check_points(each_its_own).ok());
  each_its_own.pop_back();
  EXPECT_TRUE(check_points(each_its_own).ok());
  EXPECT_TRUE(check_points(points(200'000)).ok());
  EXPECT_FALSE(check_points(points(200'001)).ok());
}

TEST_F(MonitoringClientTest, DryRunIsWhatWouldBeSent) {
  http_.on(http::Method::kPost, kSeries, {kFine});
  auto one = client();
  const auto dry = one.dry_send(points(1), kEnd);
  EXPECT_TRUE(http_.requests().empty());
  EXPECT_TRUE(one.send(points(1), kEnd)->complete());
  EXPECT_EQ(*dry, render_dry_run("POST", kSeries, http_.requests()[0].request.body));
  EXPECT_EQ(one.dry_read_descriptor(), render_dry_run("GET", kDescriptor, {}));
}

TEST(OpenMonitoringClient, RefusesBadNames) {
  FakeClock clock;
  FakeHttpClient http(clock);
  for (const auto& [project, metric, endpoint] :
       {std::tuple{"", "m", "https://e"}, std::tuple{"p", "", "https://e"}, std::tuple{"p", "m", "e"}}) {
    Settings settings;
    settings.project = project, settings.metric = metric, settings.endpoint = endpoint;
    const auto opened = MonitoringClient::open(settings, http, nullptr, clock);
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
