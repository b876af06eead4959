#include "google/credentials_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing/temp_dir.h"

namespace lastrun::google {
namespace {

// A whole authorized_user file, with `more` at its end.
std::string user_file(const std::string& more = "") {
  return R"({"type":"authorized_user","client_id":"id","client_secret":"s3cret","refresh_token":"r3fresh")" + more +
         "}";
}

std::string key_file(const std::string& more = "") {
  return R"({"type":"service_account","client_email":"a@b","private_key":"PEM","token_uri":"https://t")" + more + "}";
}

std::string problem_of(const std::string& text) {
  const auto file = decode_credentials_file(text, "f.json");
  if (file.ok()) return "none";
  EXPECT_EQ(file.error().kind, ErrorKind::kInput);
  EXPECT_TRUE(file.error().message.starts_with("credentials file f.json: ")) << file.error().message;
  return file.error().message.substr(std::string("credentials file f.json: ").size());
}

AuthorizedUser user(const std::string& text) {
  return std::get<AuthorizedUser>(*decode_credentials_file(text, "f"));
}
ServiceAccountKey key(const std::string& text) {
  return std::get<ServiceAccountKey>(*decode_credentials_file(text, "f"));
}

TEST(CredentialsFile, ReadsALogin) {
  const auto read = user(user_file(R"(,"quota_project_id":"q","rapt_token":"rapt","universe_domain":"u.example")"));
  EXPECT_EQ(read.client_id, "id");
  EXPECT_EQ(read.client_secret, "s3cret");
  EXPECT_EQ(read.refresh_token, "r3fresh");
  EXPECT_EQ(read.rapt_token, "rapt");
  EXPECT_EQ(read.quota_project, "q");
  EXPECT_EQ(read.universe_domain, "u.example");
  EXPECT_EQ(read.token_uri, "https://oauth2.googleapis.com/token");
}

TEST(CredentialsFile, ReadsAServiceAccountKey) {
  const auto read = key(key_file(R"(,"private_key_id":"k","project_id":"p")"));
  EXPECT_EQ(read.email, "a@b");
  EXPECT_EQ(read.private_key, "PEM");
  EXPECT_EQ(read.private_key_id, "k");
  EXPECT_EQ(read.project_id, "p");
}

TEST(CredentialsFile, TheUniverseIsGooglesUnlessNamed) {
  EXPECT_EQ(key(key_file()).universe_domain, "googleapis.com");
  EXPECT_EQ(key(key_file(R"(,"universe_domain":"")")).universe_domain, "googleapis.com");
  EXPECT_EQ(key(key_file(R"(,"universe_domain":null)")).universe_domain, "googleapis.com");
  for (const char* bad : {"evil/path", "a@b", "a b", "a..b", ".a", "a.", "a:80", "\\u00e4.example"}) {
    EXPECT_EQ(problem_of(key_file(std::string(R"(,"universe_domain":")") + bad + "\"")),
              "field 'universe_domain' is not a host name")
        << bad;
  }
}

TEST(CredentialsFile, EveryFieldIsNeededAndAString) {
  EXPECT_EQ(problem_of(R"({"type":"authorized_user"})"), "field 'client_id' is missing");
  EXPECT_EQ(problem_of(R"({"type":"authorized_user","client_id":7})"),
            "field 'client_id' must be a string, but is a number");
  EXPECT_EQ(problem_of(R"({"type":"authorized_user","client_id":"i","client_secret":{}})"),
            "field 'client_secret' must be a string, but is an object");
  EXPECT_EQ(problem_of(R"({"type":"authorized_user","client_id":"i","client_secret":"s","refresh_token":""})"),
            "field 'refresh_token' is empty");
  EXPECT_EQ(problem_of(R"({"type":"service_account","client_email":true})"),
            "field 'client_email' must be a string, but is a boolean");
  EXPECT_EQ(problem_of(R"({"type":"service_account","client_email":"a@b"})"), "field 'private_key' is missing");
  EXPECT_EQ(problem_of(R"({"type":"service_account","client_email":"a@b","private_key":"P"})"),
            "field 'token_uri' is missing");
  EXPECT_EQ(problem_of(key_file(R"(,"project_id":["p"])")), "field 'project_id' must be a string, but is an array");
  EXPECT_EQ(problem_of(user_file(R"(,"quota_project_id":"a\r\nHost: x")")),
            "field 'quota_project_id' is not a project");
}

TEST(CredentialsFile, SecretsGoOverHttpsOrToThisMachineOnly) {
  const auto with = [](const std::string& uri) { return problem_of(user_file(",\"token_uri\":\"" + uri + "\"")); };
  for (const char* good : {"https://oauth2.googleapis.com/token", "https://h:8443/x?y", "http://127.0.0.1:4711/token",
                           "http://localhost/t", "http://[::1]:80/t", "https://[2001:db8::1]/t"}) {
    EXPECT_EQ(with(good), "none") << good;
  }
  for (const char* bad :
       {"http://oauth2.googleapis.com/token", "http://127.0.0.1.evil.example/", "http://127.0.0.1@evil.example/",
        "https://user:pass@h/", "ftp://h/", "//h/", "h", "https://", "https:///x", "https://h /", "file:///etc/passwd",
        "http://localhost\\\\.evil.example/", "https://h\\u0000/"}) {
    EXPECT_TRUE(with(bad).starts_with("field 'token_uri' must begin with https://")) << bad << ": " << with(bad);
  }
  EXPECT_TRUE(problem_of(R"({"type":"service_account","client_email":"a","private_key":"P","token_uri":"http://t"})")
                  .starts_with("field 'token_uri' must begin with https://"));
}

struct RefusedType {
  const char* text;
  const char* begins;
};

TEST(CredentialsFile, OtherTypesAreRefusedByName) {
  const RefusedType rows[] = {
      {R"({"type":"external_account","credential_source":{"file":"/x"}})",
       "is of type external_account (file), which lastrun does not read yet (it is planned); what works: a service"},
      {R"({"type":"external_account","credential_source":{"url":"http://x"}})",
       "is of type external_account (URL), which lastrun does not read yet (it is planned); what works: a service"},
      {R"({"type":"external_account","credential_source":{"environment_id":"aws1","url":"http://x"}})",
       "is of type external_account (AWS), which lastrun does not read; what works: a service"},
      {R"({"type":"external_account","credential_source":{"executable":{"command":"rm"}}})",
       "is of type external_account (executable), which lastrun does not read; what works"},
      {R"({"type":"external_account","credential_source":{"certificate":{}}})",
       "is of type external_account (certificate), which lastrun does not read; what works"},
      {R"({"type":"external_account"})", "is of type external_account, which lastrun does not read; what works"},
      {R"({"type":"impersonated_service_account"})",
       "is of type impersonated_service_account, which lastrun does not read yet (it is planned); what works"},
      {R"({"type":"external_account_authorized_user"})",
       "is of type external_account_authorized_user, which lastrun does not read; what works"},
      {R"({"type":"gdch_service_account"})", "is of type gdch_service_account, which lastrun does not read; what"},
      {R"({"type":"Service_Account"})", "is of the unknown type 'Service_Account'; what works"},
      {R"({"type":"\u001b[31m"})", "is of the unknown type (an unprintable name); what works"},
      {R"({"type":7})", "field 'type' must be a string, but is a number"},
      {R"({})", "has no field 'type', so it is no credentials file; what works"},
      {R"({"web":{"client_secret":"s"}})", "is an OAuth client's secret, not credentials; what works"},
      {R"({"installed":{}})", "is an OAuth client's secret, not credentials; what works"},
  };
  for (const auto& row : rows) EXPECT_TRUE(problem_of(row.text).starts_with(row.begins)) << problem_of(row.text);
}

TEST(CredentialsFile, NoMessageEverHoldsASecret) {
  for (const char* secret : {"s3cret", "r3fresh"}) {
    const std::string whole = user_file();
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_EQ(problem_of(whole.substr(0, size)).find(secret), std::string::npos) << size;
    }
  }
}

class CredentialsOnDisk : public ::testing::Test {
 protected:
  lastrun::testing::TempDir directory_;

  static Error failure(const std::string& path) {
    const auto file = load_credentials_file(path);
    return file.ok() ? Error{ErrorKind::kLimit, "none"} : file.error();
  }
};

TEST_F(CredentialsOnDisk, AreRead) {
  const auto file = load_credentials_file(directory_.write("user.json", user_file()));
  ASSERT_TRUE(file.ok()) << file.error().message;
  EXPECT_TRUE(std::holds_alternative<AuthorizedUser>(*file));
}

TEST_F(CredentialsOnDisk, EveryMessageNamesTheFile) {
  const std::string gone = directory_.file("gone.json");
  EXPECT_EQ(failure(gone).kind, ErrorKind::kNotFound);
  EXPECT_EQ(failure(gone).message, "credentials file " + gone + ": No such file or directory");
  const std::string empty = directory_.write("empty.json", "");
  EXPECT_EQ(failure(empty).kind, ErrorKind::kInput);
  EXPECT_EQ(failure(empty).message, "credentials file " + empty + ": is empty");
  const std::string directory = directory_.path().string();
  EXPECT_EQ(failure(directory).message, "credentials file " + directory + ": is a directory");
}

TEST_F(CredentialsOnDisk, OneMebibyteIsTheLimit) {
  const std::string whole = user_file();
  const std::string limit = directory_.write("limit.json", whole + std::string((1u << 20) - whole.size(), ' '));
  EXPECT_EQ(failure(limit).message, "none");
  const std::string large = directory_.write("large.json", whole + std::string((1u << 20) - whole.size() + 1, ' '));
  EXPECT_EQ(failure(large).message,
            "credentials file " + large + ": is larger than 1 MiB, so it is no credentials file");
}

TEST_F(CredentialsOnDisk, APipeThatNobodyWritesToIsRefusedAtOnce) {
  const std::string pipe = directory_.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(failure(pipe).message, "credentials file " + pipe + ": is not a regular file");
}

TEST_F(CredentialsOnDisk, AnUnreadableFileIsAMatterOfPermission) {
  const std::string path = directory_.write("closed.json", user_file());
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const bool root = ::geteuid() == 0;  // root may read everything
  ASSERT_TRUE(!root || ::seteuid(65'534) == 0);
  const auto failed = failure(path);
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  EXPECT_EQ(failed.kind, ErrorKind::kPermission);
  EXPECT_EQ(failed.message, "credentials file " + path + ": Permission denied");
}

}  // namespace
}  // namespace lastrun::google
