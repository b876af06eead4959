// Holds lastrun's credentials against PyPI google-auth: its test data, its verdicts on them, and its own client against
// the same server. ./dev test installs it and sets LASTRUN_PYTHON and LASTRUN_GOOGLE_AUTH_DATA.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <sstream>

#include "google/credentials.h"
#include "google/metadata_server.h"
#include "http/curl_client.h"
#include "testing/environment.h"
#include "testing/fake_clock.h"
#include "testing/fake_http_client.h"
#include "testing/server_process.h"
#include "testing/temp_dir.h"

namespace lastrun::google {
namespace {

const std::string kWriteScope = "https://www.googleapis.com/auth/monitoring.write";

std::string script_path(const std::string& name) {
  return LASTRUN_SOURCE_DIR "/test/google/" + name;
}

// A variable that ./dev test sets. Unset, the running test has failed, and the answer is empty.
std::string required_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) ADD_FAILURE() << name << " is not set. Run the tests by: ./dev test";
  return value == nullptr ? "" : value;
}

// What the tests' Python (LASTRUN_PYTHON) prints when it runs a script of this folder. If it fails, so has the test.
std::string run_python(const std::string& script, const std::vector<std::string>& arguments) {
  const std::string python = required_variable("LASTRUN_PYTHON");
  if (python.empty()) return {};
  std::vector<std::string> words{python, "-B", script_path(script)};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::array<int, 2> ends{};
  CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  pid_t pid = 0;
  EXPECT_EQ(::posix_spawn(&pid, argv[0], &actions, nullptr, argv.data(), environ), 0) << python;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);

  std::string output;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = -1;
  if (pid > 0) ::waitpid(pid, &status, 0);
  EXPECT_EQ(status, 0) << script << " failed";
  return output;
}

// "a,b" at ',' is {"a", "b"}; a separator at the very end begins nothing.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

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
  const char* file = "";
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

// Through real sockets, against a server that google-auth's own client is held to as well.
class FakeGoogle : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = lastrun::testing::ServerProcess::start_python(script_path("fake_google.py"));
    ASSERT_TRUE(server.ok()) << server.error().message;
    server_.emplace(std::move(*server));
    auto http = http::CurlHttpClient::open();
    ASSERT_TRUE(http.ok()) << http.error().message;
    http_ = std::move(*http);
    options_.environment.metadata_host = server_->authority();
    options_.scopes.emplace_back("https://www.googleapis.com/auth/monitoring.read");
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

  lastrun::testing::NoProxyOrCaFromOutside no_proxy_;
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
  const auto theirs = google_auth("login", "/token");
  ASSERT_EQ(theirs.size(), 1u);
  EXPECT_EQ(theirs[0], "login:id.apps.example:1//refresh+token=");
  for (const char* path : {"/token", "/flaky/token"}) {
    const auto ours = log_in(path);
    ASSERT_TRUE(ours.ok()) << ours.error().message;
    EXPECT_EQ(ours->value, theirs[0]);
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
