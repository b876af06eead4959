#include "google/credentials.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "google/fake_world_test.h"
#include "google/testing_key.h"
#include "testing/environment.h"
#include "testing/temp_dir.h"

namespace lastrun::google {
namespace {

const std::string kUser = R"({"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":"r",)"
                          R"("quota_project_id":"payer-of-the-file"})";

class OpenCredentials : public FakeWorld {
 protected:
  lastrun::testing::TempDir directory_;
  CredentialsOptions options_;

  Result<Credentials> open(const std::stop_token& stop = {}) { return open_credentials(options_, http_, clock_, stop); }
  std::string failure() {
    const auto opened = open();
    return opened.ok() ? "none" : opened.error().message;
  }
  void serve_metadata(const std::string& host = "169.254.169.254") {
    const std::string root = "http://" + host + "/computeMetadata/v1/";
    answer(root + "universe/universe-domain", {flavored(200, "googleapis.com")});
    answer(root + "project/project-id", {flavored(200, "project-of-the-machine")});
    answer(root + "instance/service-accounts/default/token", {flavored(200, kTokenAnswer)});
  }
  std::string write_well_known(const std::string& text) {
    options_.environment.home = directory_.path().string();
    return directory_.write(".config/gcloud/application_default_credentials.json", text);
  }
};

TEST_F(OpenCredentials, TheOptionWinsOverTheEnvironment) {
  options_.file = directory_.write("key.json", key_file_text());
  options_.environment.application_credentials = directory_.write("user.json", kUser);
  const auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->kind, CredentialsKind::kServiceAccount);
  EXPECT_EQ(opened->account, "robot@example.com");
  EXPECT_EQ(opened->project_id, "project-of-the-file");
  EXPECT_EQ(opened->universe_domain, "googleapis.com");
  EXPECT_EQ(opened->origin, "service account robot@example.com (key file " + options_.file + ")");
}

TEST_F(OpenCredentials, TheEnvironmentWinsOverTheLogin) {
  write_well_known(kUser);
  options_.environment.application_credentials = directory_.write("key.json", key_file_text());
  EXPECT_EQ(open()->kind, CredentialsKind::kServiceAccount);
}

TEST_F(OpenCredentials, TheLoginWinsOverTheMetadataServer) {
  serve_metadata();
  const std::string path = write_well_known(kUser);
  EXPECT_EQ(open()->origin, "login of a person (file " + path + ")");
  options_.environment.cloudsdk_config = directory_.file("other");
  EXPECT_EQ(open()->kind, CredentialsKind::kMetadataServer) << "CLOUDSDK_CONFIG replaces the place below HOME";
  directory_.write("other/application_default_credentials.json", kUser);
  EXPECT_EQ(open()->kind, CredentialsKind::kAuthorizedUser);
}

// A container whose HOME is /root and whose user is not.
TEST_F(OpenCredentials, AHomeThatWeMayNotEnterHoldsNoLogin) {
  serve_metadata();
  write_well_known(kUser);
  const bool root = ::geteuid() == 0;  // who may enter everything
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0), 0);
  ASSERT_TRUE(!root || ::seteuid(65'534) == 0);
  const auto opened = open();
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  ASSERT_EQ(::chmod(directory_.path().c_str(), 0700), 0);
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->kind, CredentialsKind::kMetadataServer);
}

TEST_F(OpenCredentials, WhatIsSetButBrokenIsAnError) {
  serve_metadata();
  write_well_known(kUser);
  const std::string path = directory_.file("gone.json");
  options_.environment.application_credentials = path;
  EXPECT_EQ(failure(), "GOOGLE_APPLICATION_CREDENTIALS: credentials file " + path + ": No such file or directory");
  options_.environment.application_credentials.clear();
  const std::string broken = write_well_known("{");
  EXPECT_TRUE(failure().starts_with("credentials file " + broken + ": is not JSON")) << failure();
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(OpenCredentials, FilesAreOpenedWithoutANetwork) {
  options_.file = directory_.write("key.json", key_file_text(R"(,"universe_domain":"u.example")"));
  auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->universe_domain, "u.example");
  const auto token = opened->tokens->token({});
  ASSERT_TRUE(token.ok()) << token.error().message;
  const auto signed_part = token->value.substr(0, token->value.rfind('.'));
  EXPECT_TRUE(
      rsa_testing_key().verifies(signed_part, decode_base64url(token->value.substr(token->value.rfind('.') + 1))));
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(OpenCredentials, ALoginFetchesItsTokenWithTheQuotaProject) {
  options_.file = directory_.write("user.json", kUser);
  http_.on(http::Method::kPost, "https://oauth2.googleapis.com/token", {response(200, kTokenAnswer)});
  auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  const auto token = opened->tokens->token({});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->value, "ya29.x");
  EXPECT_EQ(token->quota_project, "payer-of-the-file");
}

TEST_F(OpenCredentials, TheEnvironmentsProjectsWin) {
  options_.environment.quota_project = "payer";
  options_.environment.project = "project";
  options_.file = directory_.write("key.json", key_file_text(R"(,"quota_project_id":"other")"));
  auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->project_id, "project");
  EXPECT_EQ(opened->tokens->token({})->quota_project, "payer");
}

TEST_F(OpenCredentials, TheMetadataServerTellsUniverseAndProject) {
  serve_metadata("metadata.example:8080");
  options_.environment.metadata_host = "metadata.example:8080";
  auto opened = open();
  ASSERT_TRUE(opened.ok()) << opened.error().message;
  EXPECT_EQ(opened->kind, CredentialsKind::kMetadataServer);
  EXPECT_EQ(opened->origin, "metadata server metadata.example:8080");
  EXPECT_EQ(opened->project_id, "project-of-the-machine");
  EXPECT_EQ(opened->universe_domain, "googleapis.com");
  EXPECT_EQ(opened->tokens->token({})->value, "ya29.x");
}

TEST_F(OpenCredentials, WithoutAnyTheThreeWaysAreListed) {
  options_.environment.home = directory_.path().string();
  answer("http://169.254.169.254", {Fault::kRefuseConnection});
  const auto start = clock_.now();
  const auto opened = open();
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::kNotFound);
  for (const std::string& part :
       {std::string("no Google credentials found. Give some in one of three ways: a key file by --credentials FILE"),
        "there is no file " + directory_.file(".config/gcloud/application_default_credentials.json"),
        std::string("on GKE with Workload Identity (reading universe/universe-domain from the metadata server")}) {
    EXPECT_NE(opened.error().message.find(part), std::string::npos) << opened.error().message;
  }
  EXPECT_LE(clock_.now() - start, std::chrono::seconds{5});
}

TEST_F(OpenCredentials, ASilentNetworkIsGivenUpAfterFiveSeconds) {
  answer("http://169.254.169.254", {Fault::kHangConnecting});
  const auto start = clock_.now();
  EXPECT_NE(failure(), "none");
  EXPECT_LE(clock_.now() - start, std::chrono::seconds{5});
}

TEST_F(OpenCredentials, AnotherCloudsMetadataServerIsNoneOfOurs) {
  answer("http://169.254.169.254", {response(401, "")});
  EXPECT_NE(failure().find("lacks the header Metadata-Flavor: Google"), std::string::npos) << failure();
}

TEST_F(OpenCredentials, TheMetadataServerIsLeftAloneWhereTheEnvironmentSaysSo) {
  serve_metadata();
  options_.environment.no_metadata_server = true;
  EXPECT_NE(failure().find("neither CLOUDSDK_CONFIG nor HOME is set"), std::string::npos) << failure();
  EXPECT_TRUE(http_.requests().empty());
}

TEST_F(OpenCredentials, AStopEndsTheSearch) {
  std::stop_source stop;
  http_.on(http::Method::kGet, "http://169.254.169.254", [&](const http::Request&) {
    stop.request_stop();
    return Reply(response(503));
  });
  const auto opened = open(stop.get_token());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().kind, ErrorKind::kCancelled);
}

TEST_F(OpenCredentials, VariablesThatWouldBreakAHeaderOrAnUrlAreRefused) {
  options_.environment.quota_project = "a\r\nX: y";
  EXPECT_EQ(failure(), "environment variable GOOGLE_CLOUD_QUOTA_PROJECT has a value that cannot be right");
  options_.environment = {};
  options_.environment.project = "a b";
  EXPECT_EQ(failure(), "environment variable GOOGLE_CLOUD_PROJECT has a value that cannot be right");
  for (const char* host : {"user@host", "host/path", "a b", "h?x", "h#x", "h\\x"}) {
    options_.environment = {};
    options_.environment.metadata_host = host;
    EXPECT_EQ(failure(), "environment variable GCE_METADATA_HOST has a value that cannot be right");
  }
}

TEST(ReadEnvironment, TakesTheNewNameBeforeTheOld) {
  using lastrun::testing::EnvironmentVariable;
  const EnvironmentVariable no_host("GCE_METADATA_HOST", std::nullopt);
  const EnvironmentVariable no_project("GOOGLE_CLOUD_PROJECT", std::nullopt);
  const EnvironmentVariable old_host("GCE_METADATA_ROOT", "old");
  const EnvironmentVariable old_project("GCLOUD_PROJECT", "old");
  EXPECT_EQ(read_environment().metadata_host, "old");
  EXPECT_EQ(read_environment().project, "old");
  const EnvironmentVariable new_host("GCE_METADATA_HOST", "new");
  const EnvironmentVariable new_project("GOOGLE_CLOUD_PROJECT", "new");
  EXPECT_EQ(read_environment().metadata_host, "new");
  EXPECT_EQ(read_environment().project, "new");
}

}  // namespace
}  // namespace lastrun::google
