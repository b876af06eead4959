#include "google/retry.h"

#include <gtest/gtest.h>

#include "google/fake_world_test.h"

namespace lastrun::google {
namespace {

using std::chrono::milliseconds;

const std::string kUrl = "https://token.example/token";

class SendWithRetries : public FakeWorld {
 protected:
  std::stop_source stop_;

  http::Outcome send(std::vector<Reply> replies, Tries tries = {}) {
    answer(kUrl, std::move(replies));
    http::Request request;
    request.url = kUrl;
    return send_with_retries(http_, clock_, request, tries, stop_.get_token());
  }
  // Milliseconds between the starts of the n-th try and the next.
  milliseconds between(std::size_t n) const {
    return std::chrono::duration_cast<milliseconds>(http_.requests().at(n + 1).at - http_.requests().at(n).at);
  }
};

TEST_F(SendWithRetries, GivesTheFirstAnswerThatStands) {
  for (const int status : {200, 302, 400, 401, 403, 404, 501, 502}) {
    const std::size_t before = http_.requests().size();
    EXPECT_EQ(send({response(status)})->status, status);
    EXPECT_EQ(http_.requests().size(), before + 1) << status;
  }
}

TEST_F(SendWithRetries, TriesPassingTroubleThreeTimes) {
  for (const int status : {408, 429, 500, 503, 504}) {
    const std::size_t before = http_.requests().size();
    EXPECT_EQ(send({response(status)})->status, status);
    EXPECT_EQ(http_.requests().size(), before + 3) << status;
  }
}

TEST_F(SendWithRetries, TriesAgainWhenTheConnectionFails) {
  for (const Fault fault : {Fault::kRefuseConnection, Fault::kResetBeforeServed, Fault::kResetAfterServed,
                            Fault::kHangConnecting, Fault::kHangBeforeAnswer, Fault::kCutBody}) {
    const auto outcome = send({fault, response(200, "yes")}, Tries{.deadline = std::chrono::minutes{5}});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    EXPECT_EQ(outcome->body, "yes");
  }
}

TEST_F(SendWithRetries, WaitsOneAndTwoSecondsMoreOrLess) {
  EXPECT_EQ(send({response(503), response(503), response(200)})->status, 200);
  EXPECT_GE(between(0), milliseconds{900});
  EXPECT_LE(between(0), milliseconds{1'100});
  EXPECT_GE(between(1), milliseconds{1'800});
  EXPECT_LE(between(1), milliseconds{2'200});
}

TEST_F(SendWithRetries, HonoursRetryAfter) {
  EXPECT_EQ(send({response(429, "", {{"Retry-After", "7"}}), response(200)})->status, 200);
  EXPECT_EQ(between(0), milliseconds{7'000});
  EXPECT_EQ(send({response(503, "", {{"Retry-After", "Sun, 22 Nov 2026 12:00:16 GMT"}}), response(200)})->status, 200);
  EXPECT_EQ(between(2), milliseconds{9'000}) << "the first call took 7 s of the 16";
}

TEST_F(SendWithRetries, ADateInRetryAfterIsOfTheServersClock) {
  const auto served = response(503, "",
                               {{"Retry-After", "Sun, 22 Nov 2026 09:00:09 GMT"},
                                {"Date", "Sun, 22 Nov 2026 09:00:00 GMT"}});  // it is 12:00 by ours
  EXPECT_EQ(send({served, response(200)})->status, 200);
  EXPECT_EQ(between(0), milliseconds{9'000});
}

TEST_F(SendWithRetries, TakesNonsenseInRetryAfterForNothing) {
  for (const char* text : {"-5", "soon", "", "1e3", "Sun, 22 Nov 1926 12:00:16 GMT"}) {
    EXPECT_EQ(send({response(429, "", {{"Retry-After", text}}), response(200)})->status, 200) << text;
    EXPECT_LE(between(http_.requests().size() - 2), milliseconds{1'100}) << text;
  }
}

TEST_F(SendWithRetries, DoesNotWaitBeyondItsDeadline) {
  const auto start = clock_.now();
  EXPECT_EQ(send({response(429, "", {{"Retry-After", "3600"}})})->status, 429);
  EXPECT_EQ(http_.requests().size(), 1u);
  EXPECT_EQ(clock_.now(), start);
}

TEST_F(SendWithRetries, HoldsTheDeadlineWhateverTheServerDoes) {
  const auto start = clock_.now();
  EXPECT_FALSE(send({Fault::kHangBeforeAnswer}, Tries{.deadline = milliseconds{15'000}}).ok());
  EXPECT_LE(clock_.now() - start, milliseconds{15'000});
  EXPECT_EQ(http_.requests().size(), 2u) << "the second try gets what the first left over";
}

TEST_F(SendWithRetries, StopsWhileItWaits) {
  http_.on(http::Method::kGet, kUrl, [](const http::Request&) { return Reply(response(503)); });
  http::Request request;
  request.url = kUrl;
  class StoppingClock : public FakeClock {
   public:
    explicit StoppingClock(std::stop_source& stop) : stop_(stop) {}
    void sleep_for(milliseconds duration) override {
      EXPECT_LE(duration, milliseconds{100});
      stop_.request_stop();
      advance(duration);
    }

   private:
    std::stop_source& stop_;
  } clock(stop_);
  const auto outcome = send_with_retries(http_, clock, request, {}, stop_.get_token());
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, ErrorKind::kCancelled);
  EXPECT_EQ(http_.requests().size(), 1u);
}

}  // namespace
}  // namespace lastrun::google
