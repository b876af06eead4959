// Holds lastrun's credentials against PyPI google-auth: its test data and its verdicts on them.
// ./dev test installs it and sets LASTRUN_PYTHON and LASTRUN_GOOGLE_AUTH_DATA.

#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "google/credentials.h"
#include "python.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"

namespace lastrun::google {
namespace {

const std::string kWriteScope = "https://www.googleapis.com/auth/monitoring.write";

// What google-auth makes of a file; see google_auth_table.py.
struct Theirs {
  std::string verdict;
  std::string kind, account, universe, quota_project, project;
};

std::map<std::string, Theirs> read_their_table(const std::string& directory) {
  std::map<std::string, Theirs> table;
  for (const auto& line : split(run_python("google_auth_table.py", {directory}), '\n')) {
    auto fields = split(line, '\t');
    fields.resize(7);
    table[fields[0]] = {fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]};
  }
  return table;
}

// What lastrun must do with each file: use it as this kind, or refuse it with these words.
struct Ours {
  const char* file;
  std::optional<CredentialsKind> kind;
  const char* words = "";
};

constexpr const char* kNoJson = "is not JSON";
constexpr const char* kNoType = "has no field 'type', so it is no credentials file";

const Ours kTable[] = {
    {"authorized_user.json", CredentialsKind::kAuthorizedUser},
    {"authorized_user_cloud_sdk.json", CredentialsKind::kAuthorizedUser},
    {"authorized_user_cloud_sdk_with_quota_project_id.json", CredentialsKind::kAuthorizedUser},
    {"authorized_user_with_rapt_token.json", CredentialsKind::kAuthorizedUser},
    {"service_account.json", CredentialsKind::kServiceAccount},
    {"service_account_non_gdu.json", CredentialsKind::kServiceAccount},
    // google-auth loads it and fails when it is to sign.
    {"es256_service_account.json", {}, "field 'private_key' is a key of type EC"},
    {"es384_service_account.json", {}, "is of type gdch_service_account"},
    {"gdch_service_account.json", {}, "is of type gdch_service_account"},
    {"external_account_authorized_user.json", {}, "is of type external_account_authorized_user"},
    {"external_account_authorized_user_non_gdu.json", {}, "is of type external_account_authorized_user"},
    {"impersonated_service_account_authorized_user_source.json", {}, "is of type impersonated_service_account"},
    {"impersonated_service_account_external_account_authorized_user_source.json",
     {},
     "is of type impersonated_service_account"},
    {"impersonated_service_account_service_account_source.json", {}, "is of type impersonated_service_account"},
    {"impersonated_service_account_with_quota_project.json", {}, "is of type impersonated_service_account"},
    {"client_secrets.json", {}, "is an OAuth client's secret, not credentials"},
    {"context_aware_metadata.json", {}, kNoType},
    {"enterprise_cert_invalid.json", {}, kNoType},
    {"enterprise_cert_valid.json", {}, kNoType},
    {"enterprise_cert_valid_provider.json", {}, kNoType},
    {"external_subject_token.json", {}, kNoType},
    {"external_subject_token.txt", {}, kNoJson},
    {"es256_privatekey.pem", {}, kNoJson},
    {"es256_public_cert.pem", {}, kNoJson},
    {"es256_publickey.pem", {}, kNoJson},
    {"es384_privatekey.pem", {}, kNoJson},
    {"es384_public_cert.pem", {}, kNoJson},
    {"es384_publickey.pem", {}, kNoJson},
    {"old_oauth_credentials_py3.pickle", {}, kNoJson},
    {"other_cert.pem", {}, kNoJson},
    {"pem_from_pkcs12.pem", {}, kNoJson},
    {"privatekey.p12", {}, "is not a JSON object"},  // its first byte is a digit
    {"privatekey.pem", {}, kNoJson},
    {"privatekey.pub", {}, kNoJson},
    {"public_cert.pem", {}, kNoJson},
    {"trust_chain_with_leaf.pem", {}, kNoJson},
    {"trust_chain_without_leaf.pem", {}, kNoJson},
    {"trust_chain_wrong_order.pem", {}, kNoJson},
};

Result<Credentials> open_file(const std::string& path, http::HttpClient& http, Clock& clock) {
  CredentialsOptions options;
  options.file = path;
  return open_credentials(options, http, clock);
}

void expect_as_theirs(Credentials& ours, const Theirs& theirs) {
  EXPECT_EQ(theirs.verdict, "used");
  EXPECT_EQ(theirs.kind, ours.kind == CredentialsKind::kServiceAccount ? "service_account" : "credentials");
  EXPECT_EQ(ours.account, theirs.account);
  EXPECT_EQ(ours.universe_domain, theirs.universe);
  EXPECT_EQ(ours.project_id, theirs.project);
}

TEST(GoogleAuthData, EveryFileIsUsedAsGoogleAuthWouldOrRefusedByName) {
  const std::string directory = required_variable("LASTRUN_GOOGLE_AUTH_DATA");
  ASSERT_FALSE(directory.empty());
  const auto theirs = read_their_table(directory);
  EXPECT_EQ(theirs.size(), std::size(kTable)) << "google-auth ships other files than this table knows";

  lastrun::testing::FakeHttpClient http;
  lastrun::testing::FakeClock clock;
  http.on(http::Method::kPost, "https://oauth2.googleapis.com/token",
          {lastrun::testing::response(200, R"({"access_token":"t","expires_in":9})")});
  for (const auto& row : kTable) {
    SCOPED_TRACE(row.file);
    ASSERT_TRUE(theirs.contains(row.file));
    auto ours = open_file(directory + "/" + row.file, http, clock);
    if (row.kind) {
      ASSERT_TRUE(ours.ok()) << ours.error().message;
      EXPECT_EQ(ours->kind, *row.kind);
      expect_as_theirs(*ours, theirs.at(row.file));
      EXPECT_EQ(ours->tokens->token({})->quota_project, theirs.at(row.file).quota_project);
    } else {
      ASSERT_FALSE(ours.ok());
      EXPECT_NE(ours.error().message.find(row.words), std::string::npos) << ours.error().message;
      EXPECT_EQ(ours.error().message.find("BEGIN EC"), std::string::npos) << "no key material in a message";
      // What is no credentials file to us is none to them.
      if (row.words == kNoJson || row.words == kNoType) {
        EXPECT_EQ(theirs.at(row.file).verdict, "refused");
      }
    }
  }
}

TEST(GoogleAuthData, GoogleAuthAcceptsWhatAServiceAccountSigns) {
  const std::string directory = required_variable("LASTRUN_GOOGLE_AUTH_DATA");
  lastrun::testing::FakeHttpClient http;
  SystemClock clock;
  for (const char* name : {"/service_account.json", "/service_account_non_gdu.json"}) {
    auto credentials = open_file(directory + name, http, clock);
    ASSERT_TRUE(credentials.ok()) << credentials.error().message;
    const auto token = credentials->tokens->token({});
    ASSERT_TRUE(token.ok()) << token.error().message;
    EXPECT_EQ(
        run_python("verify_jwt.py", {directory + name, directory + "/public_cert.pem", token->value, kWriteScope}),
        "ok\n");
  }
}

}  // namespace
}  // namespace lastrun::google
