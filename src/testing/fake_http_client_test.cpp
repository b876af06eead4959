#include "testing/fake_http_client.h"

#include <gtest/gtest.h>

namespace lastrun::testing {
namespace {

using http::Method;
using http::Request;
using std::chrono::milliseconds;
using std::chrono::seconds;

Request get(const std::string& path) {
  Request request;
  request.url = "https://example.test" + path;
  return request;
}

TEST(FakeHttpClient, AnswersAsScriptedAndRecordsEveryRequest) {
  FakeHttpClient client;
  client.on(Method::kGet, "https://example.test/a", {response(503), response(200, "fine")});
  EXPECT_EQ(client.send(get("/a?x=1"))->status, 503);
  EXPECT_EQ(client.send(get("/a"))->body, "fine");
  EXPECT_EQ(client.send(get("/a"))->body, "fine");
  EXPECT_EQ(client.send(get("/b"))->status, 501);
  ASSERT_EQ(client.requests().size(), 4u);
  EXPECT_EQ(client.requests()[0].request.url, "https://example.test/a?x=1");
}

TEST(FakeHttpClient, TheLongestPrefixAnswers) {
  FakeHttpClient client;
  client.on(Method::kGet, "https://example.test/a/b", {response(201)});
  client.on(Method::kGet, "https://example.test/", {response(202)});
  EXPECT_EQ(client.send(get("/a/b"))->status, 201);
  EXPECT_EQ(client.send(get("/a"))->status, 202);
}

TEST(FakeHttpClient, AFaultLaidOnARequestTellsWhetherTheServerActed) {
  struct Row {
    Fault fault;
    ErrorKind kind;
    bool delivered;
    bool may_have_reached;
  };
  for (const auto& row : {Row{Fault::kRefuseConnection, ErrorKind::kUnavailable, false, false},
                          Row{Fault::kHangConnecting, ErrorKind::kTimeout, false, false},
                          Row{Fault::kResetBeforeServed, ErrorKind::kUnavailable, false, true},
                          Row{Fault::kResetAfterServed, ErrorKind::kUnavailable, true, true},
                          Row{Fault::kHangBeforeAnswer, ErrorKind::kTimeout, true, true},
                          Row{Fault::kHangInBody, ErrorKind::kTimeout, true, true},
                          Row{Fault::kCutBody, ErrorKind::kUnavailable, true, true}}) {
    FakeHttpClient client;
    int acted = 0;
    client.on(Method::kGet, "https://example.test/", [&](const Request&) {
      ++acted;
      return response(200);
    });
    client.fault_at(1, row.fault);
    const auto outcomes = client.send_all({get("/0"), get("/1"), get("/2")}, 8, {});
    EXPECT_TRUE(outcomes[0].ok() && outcomes[2].ok());
    EXPECT_EQ(outcomes[1].error().kind, row.kind);
    EXPECT_EQ(client.requests()[1].delivered, row.delivered);
    EXPECT_EQ(outcomes[1].may_have_reached(), row.may_have_reached);
    EXPECT_EQ(acted, row.delivered ? 3 : 2);
  }
}

TEST(FakeHttpClient, HangingPassesTimeAsLongAsTheSlowestOfThoseAtOnce) {
  FakeClock clock;
  FakeHttpClient client{clock};
  client.on(Method::kGet, "https://example.test/", {Fault::kHangInBody});
  const auto start = clock.steady_now();
  (void)client.send_all({get("/"), get("/"), get("/"), get("/")}, 2, {});
  EXPECT_EQ(clock.steady_now() - start, seconds{24});  // two after two, 12 s each
  (void)client.send_all({get("/"), get("/"), get("/"), get("/")}, 4, {});
  EXPECT_EQ(clock.steady_now() - start, seconds{36});
}

TEST(FakeHttpClient, ASlowAnswerTakesItsTime) {
  FakeClock clock;
  FakeHttpClient client{clock};
  client.on(Method::kGet, "https://example.test/",
            {Reply{response(200), milliseconds{9'999}}, Reply{response(200), seconds{10}}});
  const auto start = clock.steady_now();
  EXPECT_TRUE(client.send(get("/")).ok());
  EXPECT_EQ(clock.steady_now() - start, milliseconds{9'999});
  EXPECT_EQ(client.send(get("/")).error().kind, ErrorKind::kTimeout);
}

TEST(FakeHttpClient, AHandlerMayRequestTheStop) {
  FakeHttpClient client;
  std::stop_source stop;
  client.on(Method::kGet, "https://example.test/", {response(200)});
  client.on(Method::kGet, "https://example.test/stop", [&](const Request&) {
    stop.request_stop();
    return response(200);
  });
  const auto outcomes = client.send_all({get("/"), get("/stop"), get("/")}, 8, stop.get_token());
  EXPECT_TRUE(outcomes[0].ok());
  EXPECT_EQ(outcomes[1].error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(outcomes[2].error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(client.requests().size(), 2u);
}

}  // namespace
}  // namespace lastrun::testing
