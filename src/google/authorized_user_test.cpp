#include "google/authorized_user.h"

#include <gtest/gtest.h>

#include "google/fake_world_test.h"

namespace lastrun::google {
namespace {

const std::string kUrl = "https://oauth2.googleapis.com/token";

class Login : public FakeWorld {
 protected:
  AuthorizedUser user_{"id.apps", "s3cret+/=", "1//r3fresh", "", kUrl, "googleapis.com", ""};

  Result<FreshToken> fetch(std::vector<Reply> replies) {
    http_.on(http::Method::kPost, kUrl, std::move(replies));
    return make_authorized_user(user_, "/home/u/adc.json", http_, clock_)->fetch({});
  }
  Error failure(std::vector<Reply> replies) {
    const auto token = fetch(std::move(replies));
    return token.ok() ? Error{ErrorKind::kLimit, "none"} : token.error();
  }
};

TEST_F(Login, ExchangesTheRefreshToken) {
  const auto asked_at = clock_.now();
  const auto token = fetch({response(200, kTokenAnswer)});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->value, "ya29.x");
  EXPECT_EQ(token->expires_at, asked_at + std::chrono::seconds{3'599});
  const auto& request = http_.requests().at(0).request;
  EXPECT_EQ(request.headers.get("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(request.body,
            "grant_type=refresh_token&client_id=id.apps&client_secret=s3cret%2B%2F%3D&refresh_token=1%2F%2Fr3fresh");
}

TEST_F(Login, SendsTheProofOfARecentLoginIfThereIsOne) {
  user_.rapt_token = "rapt";
  ASSERT_TRUE(fetch({response(200, kTokenAnswer)}).ok());
  EXPECT_TRUE(http_.requests().at(0).request.body.ends_with("&rapt=rapt"));
}

TEST_F(Login, TheExpiryCountsFromTheRequestNotFromTheAnswer) {
  const auto asked_at = clock_.now();
  const auto token = fetch({Reply(response(200, kTokenAnswer), std::chrono::seconds{4})});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->expires_at, asked_at + std::chrono::seconds{3'599});
}

TEST_F(Login, PassingTroubleIsTriedAgain) {
  EXPECT_TRUE(fetch({response(503), Fault::kResetAfterServed, response(200, kTokenAnswer)}).ok());
  const Error error = failure({response(500)});
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_EQ(error.retry, Retry::kYes);
  EXPECT_EQ(error.message,
            "getting an access token for the login in /home/u/adc.json: the token endpoint answered with status 500");
}

TEST_F(Login, ARevokedLoginSaysWhatToDo) {
  for (const char* code : {"invalid_grant", "invalid_client", "deleted_client"}) {
    const Error error =
        failure({response(400, std::string(R"({"error":")") + code +
                                   R"(","error_description":"1//r3fresh is revoked","error_uri":"x"})")});
    EXPECT_EQ(error.kind, ErrorKind::kPermission);
    EXPECT_EQ(error.retry, Retry::kNo);
    EXPECT_EQ(error.message,
              std::string("getting an access token for the login in /home/u/adc.json: the token endpoint answered "
                          "with status 400, ") +
                  code +
                  ": the login has expired or was revoked; log in again with `gcloud auth application-default login`");
  }
  EXPECT_EQ(http_.requests().size(), 3u) << "it is not tried again";
}

TEST_F(Login, OtherRefusalsAreToldWithoutTheServersText) {
  for (const char* body : {R"({"error":{"code":403,"message":"1//r3fresh"}})", "1//r3fresh", "",
                           R"({"error":"\u001b[31m s3cret"})", R"({"error":"sesame"})", R"({"error":7})"}) {
    EXPECT_EQ(failure({response(403, body)}).message,
              "getting an access token for the login in /home/u/adc.json: the token endpoint answered with status "
              "403; if it stays so, log in again with `gcloud auth application-default login`");
  }
}

TEST_F(Login, AnAnswerThatIsNoTokenIsAnError) {
  EXPECT_EQ(failure({response(200, "{}")}).message,
            "getting an access token for the login in /home/u/adc.json: the answer is no access token: field "
            "'access_token' is missing");
}

}  // namespace
}  // namespace lastrun::google
