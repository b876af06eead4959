// Credentials through real sockets, against a server that PyPI google-auth's own client is held to as well.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <optional>

#include "google/credentials.h"
#include "google/metadata_server.h"
#include "http/curl_client.h"
#include "python.h"
#include "testing/fake_clock.h"
#include "testing/server_process.h"
#include "testing/temp_dir.h"

namespace lastrun::google {
namespace {

const std::string kWriteScope = "https://www.googleapis.com/auth/monitoring.write";

class FakeGoogle : public ::testing::Test {
 protected:
  void SetUp() override {
    // The whole test is about loopback, whatever proxy the machine uses.
    ::setenv("NO_PROXY", "*", 1);
    auto server = lastrun::testing::ServerProcess::start_python(script_path("fake_google.py"));
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_.emplace(std::move(*server));
    auto http = http::CurlHttpClient::open();
    ASSERT_TRUE(http.ok()) << http.error().message;
    http_ = std::move(*http);
    options_.environment.metadata_host = server_->authority();
    options_.scopes.push_back("https://www.googleapis.com/auth/monitoring.read");
  }

  std::vector<std::string> google_auth(const std::string& what, const std::string& path = "") {
    return split(run_python("google_auth_client.py", {what, server_->authority(), path}), '\n');
  }
  // A login whose token endpoint is `path` of the server.
  std::string write_login(const std::string& path, const std::string& refresh_token = "1//refresh+token=") {
    return directory_.write(
        "login.json",
        fmt::format(R"({{"type":"authorized_user","client_id":"id.apps.example","client_secret":"s3cret +/=&%",)"
                    R"("refresh_token":"{}","token_uri":"http://{}{}"}})",
                    refresh_token, server_->authority(), path));
  }
  Result<Token> log_in(const std::string& path, const std::string& refresh_token = "1//refresh+token=") {
    options_.file = write_login(path, refresh_token);
    TRY_ASSIGN(const auto credentials, open_credentials(options_, *http_, clock_));
    return credentials.tokens->token({});
  }

  lastrun::testing::TempDir directory_;
  lastrun::testing::FakeClock clock_;  // waits between tries cost nothing
  std::optional<lastrun::testing::ServerProcess> server_;
  std::unique_ptr<http::CurlHttpClient> http_;
  CredentialsOptions options_;
};

TEST_F(FakeGoogle, TheMetadataServerTellsUsWhatItTellsGoogleAuth) {
  const auto theirs = google_auth("metadata");
  ASSERT_EQ(theirs.size(), 3u);
  auto ours = open_credentials(options_, *http_, clock_);
  ASSERT_TRUE(ours.ok()) << ours.error().message;
  EXPECT_EQ(ours->universe_domain, theirs[0]);
  EXPECT_EQ(ours->project_id, theirs[1]);
  const auto token = ours->tokens->token({});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->value, theirs[2]);
  EXPECT_EQ(token->value, "metadata:" + kWriteScope + ",https://www.googleapis.com/auth/monitoring.read");
}

TEST_F(FakeGoogle, TheMetadataServerNamesTheCluster) {
  const MetadataServer server(server_->authority(), *http_, clock_);
  EXPECT_EQ(*server.cluster_name({}), "prod");
  EXPECT_EQ(*server.cluster_location({}), "europe-west3");
}

TEST_F(FakeGoogle, ALoginGetsTheTokenThatGoogleAuthGets) {
  for (const char* path : {"/token", "/flaky/token"}) {
    const auto theirs = google_auth("login", path);
    ASSERT_EQ(theirs.size(), 1u);
    const auto ours = log_in(path);
    ASSERT_TRUE(ours.ok()) << ours.error().message;
    EXPECT_EQ(ours->value, theirs[0]);
    EXPECT_EQ(ours->value, "login:id.apps.example:1//refresh+token=");
  }
}

TEST_F(FakeGoogle, ARevokedLoginSaysWhatToDo) {
  const auto token = log_in("/token", "revoked");
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().kind, ErrorKind::kPermission);
  EXPECT_TRUE(token.error().message.ends_with("log in again with `gcloud auth application-default login`"));
}

TEST_F(FakeGoogle, AServerThatEchoesSecretsCannotMakeUsRepeatThem) {
  const auto token = log_in("/echo/token");
  ASSERT_FALSE(token.ok());
  EXPECT_EQ(token.error().message.find("s3cret"), std::string::npos) << token.error().message;
  EXPECT_EQ(token.error().message.find("refresh"), std::string::npos) << token.error().message;
}

TEST_F(FakeGoogle, AServerThatIsNotGooglesIsNotBelieved) {
  const MetadataServer server(server_->authority() + "/foreign", *http_, clock_);
  EXPECT_EQ(server.project_id({}).error().kind, ErrorKind::kRejected);
}

TEST_F(FakeGoogle, WhereNobodyListensThereAreNoCredentials) {
  const std::string authority = server_->authority();
  server_.reset();
  const auto opened = open_credentials(options_, *http_, clock_);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::kNotFound);
  EXPECT_NE(opened.error().message.find("the metadata server " + authority), std::string::npos);
}

}  // namespace
}  // namespace lastrun::google
