#include "google/refreshing.h"

#include <gtest/gtest.h>

#include "testing/fake_clock.h"

namespace lastrun::google {
namespace {

using lastrun::testing::FakeClock;
using namespace std::chrono_literals;

// Gives "token-1", "token-2", … for an hour each, or the error it is told to give.
class CountingFetcher : public TokenFetcher {
 public:
  explicit CountingFetcher(FakeClock& clock) : clock_(clock) {}

  Result<FreshToken> fetch(std::stop_token /*stop*/) override {
    ++fetched;
    if (failing) return *failing;
    return FreshToken{"token-" + std::to_string(fetched), clock_.now() + 1h};
  }

  int fetched = 0;
  std::optional<Error> failing;

 private:
  FakeClock& clock_;
};

class Refreshing : public ::testing::Test {
 protected:
  FakeClock clock_;
  CountingFetcher* fetcher_ = nullptr;  // owned by source_
  std::vector<std::string> warnings_;
  RefreshingTokenSource source_ = make_source();

  RefreshingTokenSource make_source() {
    auto fetcher = std::make_unique<CountingFetcher>(clock_);
    fetcher_ = fetcher.get();
    return {std::move(fetcher), Token{"", "payer", "a@b"}, clock_,
            [this](const std::string& text) { warnings_.push_back(text); }};
  }
  std::string token() {
    const auto token = source_.token({});
    return token.ok() ? token->value : "error: " + token.error().message;
  }
};

TEST_F(Refreshing, GivesTheQuotaProjectAndTheAccountWithEveryToken) {
  EXPECT_EQ(source_.token({})->quota_project, "payer");
  EXPECT_EQ(source_.token({})->account, "a@b");
}

TEST_F(Refreshing, HoldsATokenUntil225SecondsBeforeItExpires) {
  EXPECT_EQ(token(), "token-1");
  clock_.advance(1h - 226s);
  EXPECT_EQ(token(), "token-1");
  clock_.advance(1s);
  EXPECT_EQ(token(), "token-2");
  EXPECT_EQ(fetcher_->fetched, 2);
}

TEST_F(Refreshing, AStaleTokenIsGivenWhileRefreshingFails) {
  EXPECT_EQ(token(), "token-1");
  fetcher_->failing = Error{ErrorKind::kUnavailable, "no route"};
  clock_.advance(1h - 1s);
  EXPECT_EQ(token(), "token-1");
  EXPECT_EQ(warnings_, std::vector<std::string>{"going on with the access token held, which expires soon: no route"});
  clock_.advance(1s);
  EXPECT_EQ(token(), "error: no route");
  fetcher_->failing.reset();
  EXPECT_EQ(token(), "token-4");
}

TEST_F(Refreshing, AStopIsNotAnsweredWithAToken) {
  EXPECT_EQ(token(), "token-1");
  fetcher_->failing = Error{ErrorKind::kCancelled, "stopped"};
  clock_.advance(1h - 1s);
  EXPECT_EQ(token(), "error: stopped");
}

TEST_F(Refreshing, ADroppedTokenIsNeverGivenAgain) {
  EXPECT_EQ(token(), "token-1");
  source_.drop();
  EXPECT_EQ(token(), "token-2");
  source_.drop();
  fetcher_->failing = Error{ErrorKind::kUnavailable, "no route"};
  EXPECT_EQ(token(), "error: no route");
}

TEST(TokenAnswer, IsReadWithItsExpiry) {
  const Time asked_at{Seconds{1'000}};
  for (const char* body : {R"({"access_token":"ya29.x","expires_in":3599,"token_type":"Bearer","id_token":1})",
                           R"({"access_token":"ya29.x","expires_in":"3599","token_type":"bearer"})",
                           R"({"expires_in":3599,"access_token":"ya29.x"})"}) {
    const auto token = decode_token_answer(body, asked_at);
    ASSERT_TRUE(token.ok()) << token.error().message;
    EXPECT_EQ(token->value, "ya29.x");
    EXPECT_EQ(token->expires_at, Time{Seconds{4'599}});
  }
}

TEST(TokenAnswer, OddAnswersAreRefusedWithoutQuotingThem) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "it is empty"},
      {"<html>", "it is not JSON: it cannot be read on from byte 1 (line 1)"},
      {"{}", "field 'access_token' is missing"},
      {R"({"access_token":"a\r\nX: y","expires_in":9})", "field 'access_token' has characters that no token has"},
      {R"({"access_token":"a"})", "field 'expires_in' is missing"},
      {R"({"access_token":"a","expires_in":0})", "field 'expires_in' is out of range"},
      {R"({"access_token":"a","expires_in":-1})", "field 'expires_in' is out of range"},
      {R"({"access_token":"a","expires_in":9223372036854775807})", "field 'expires_in' is out of range"},
      {R"({"access_token":"a","expires_in":18446744073709551615})", "field 'expires_in' must be a whole number"},
      {R"({"access_token":"a","expires_in":9,"token_type":"mac"})", "field 'token_type' is not Bearer"},
      {R"({"access_token":"a","access_token":"b","expires_in":9})", "it has the field 'access_token' twice"},
  };
  for (const auto& [body, why] : rows) {
    const auto token = decode_token_answer(body, Time{});
    ASSERT_FALSE(token.ok()) << body;
    EXPECT_EQ(token.error().message, std::string("the answer is no access token: ") + why);
  }
}

}  // namespace
}  // namespace lastrun::google
