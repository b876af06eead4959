#include "google/service_account.h"

#include <gtest/gtest.h>

#include "google/testing_key.h"
#include "testing/fake_clock.h"

namespace lastrun::google {
namespace {

using lastrun::testing::FakeClock;

ServiceAccountKey testing_account() {
  ServiceAccountKey key;
  key.email = "robot@example.com";
  key.private_key = rsa_testing_key().private_pem();
  key.private_key_id = "key-1";
  return key;
}

struct Jwt {
  std::string header;
  std::string claims;
  bool verified = false;
};

Jwt read_jwt(const std::string& token) {
  const auto first = token.find('.');
  const auto second = token.find('.', first + 1);
  return {decode_base64url(token.substr(0, first)), decode_base64url(token.substr(first + 1, second - first - 1)),
          rsa_testing_key().verifies(token.substr(0, second), decode_base64url(token.substr(second + 1)))};
}

TEST(ServiceAccount, SignsATokenForOneHour) {
  FakeClock clock(Time{Seconds{1'795'348'800}});
  auto account = open_service_account(testing_account(), "k.json", {"scope-a", "scope-b"}, clock);
  ASSERT_TRUE(account.ok()) << account.error().message;
  const auto token = (*account)->fetch({});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->expires_at, Time{Seconds{1'795'352'400}});
  const Jwt jwt = read_jwt(token->value);
  EXPECT_EQ(jwt.header, R"({"alg":"RS256","typ":"JWT","kid":"key-1"})");
  EXPECT_EQ(jwt.claims, R"({"iss":"robot@example.com","sub":"robot@example.com","scope":"scope-a scope-b",)"
                        R"("iat":1795348800,"exp":1795352400})");
  EXPECT_TRUE(jwt.verified);
}

TEST(ServiceAccount, AKeyWithoutAnIdIsSentWithoutOne) {
  FakeClock clock;
  ServiceAccountKey key = testing_account();
  key.private_key_id.clear();
  auto account = open_service_account(key, "k.json", {"s"}, clock);
  ASSERT_TRUE(account.ok());
  EXPECT_EQ(read_jwt((*account)->fetch({})->value).header, R"({"alg":"RS256","typ":"JWT"})");
}

TEST(ServiceAccount, AnUnusableKeyNamesFileAndField) {
  FakeClock clock;
  ServiceAccountKey key = testing_account();
  key.private_key = TestingKey("EC").private_pem();
  const auto account = open_service_account(key, "/etc/k.json", {"s"}, clock);
  ASSERT_FALSE(account.ok());
  EXPECT_EQ(account.error().kind, ErrorKind::kInput);
  EXPECT_EQ(account.error().message,
            "credentials file /etc/k.json: field 'private_key' is a key of type EC, but Google's service accounts sign "
            "with RSA (RS256)");
}

}  // namespace
}  // namespace lastrun::google
