// Credentials from a program: real processes, written as shell scripts by each test.
#include "source/kubernetes/exec_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kVersion = "client.authentication.k8s.io/v1";

class ExecPluginTest : public ::testing::Test {
 protected:
  // Access with a plugin that is this script.
  ClusterAccess with_script(const std::string& script) {
    const std::string path = dir_.write("plugin", "#!/bin/sh\n" + script);
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    ClusterAccess access;
    access.server = "https://server.test";
    access.exec = ExecPlugin{kVersion, path, {}, {}, "install it", true};
    return access;
  }
  static Error error_of(const ClusterAccess& access, milliseconds patience = seconds(20)) {
    const auto credential = run_exec_plugin(access, patience);
    EXPECT_FALSE(credential.ok());
    return credential.ok() ? Error{} : credential.error();
  }

  lastrun::testing::TempDir dir_;
};

TEST_F(ExecPluginTest, HandsOutWhatItPrints) {
  const auto credential =
      run_exec_plugin(with_script(R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",)"
                                  R"("status":{"token":"t","expirationTimestamp":"2026-11-22T12:00:00Z"}}')"),
                      seconds(20));
  ASSERT_TRUE(credential.ok()) << credential.error().message;
  EXPECT_EQ(credential->token, "t");
  EXPECT_EQ(credential->expires, parse_rfc3339("2026-11-22T12:00:00Z"));
}

TEST_F(ExecPluginTest, GetsArgumentsVariablesAndExecInfo) {
  ClusterAccess access = with_script(
      "printf '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":"
      "{\"token\":\"%s\"}}' \"$1 $VARIABLE $(printf %s \"$KUBERNETES_EXEC_INFO\" | tr -d '\"')\"\n");
  access.exec->arguments = {"one two"};
  access.exec->environment = {{"VARIABLE", "value"}};
  const auto credential = run_exec_plugin(access, seconds(20));
  ASSERT_TRUE(credential.ok()) << credential.error().message;
  EXPECT_EQ(credential->token,
            "one two value {kind:ExecCredential,apiVersion:client.authentication.k8s.io/v1,spec:{interactive:false,"
            "cluster:{server:https://server.test}}}");
}

TEST_F(ExecPluginTest, ThatFailsIsToldWithItsComplaint) {
  const Error error = error_of(with_script("echo 'please log in' >&2; exit 3\n"));
  EXPECT_EQ(error.kind, ErrorKind::kPermission);
  EXPECT_THAT(error.message, HasSubstr("ended with exit code 3: please log in"));
}

TEST_F(ExecPluginTest, ThatIsNotThereIsToldWithItsHint) {
  ClusterAccess access = with_script("");
  access.exec->command = "no-such-plugin-anywhere";
  const Error error = error_of(access);
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_THAT(error.message, HasSubstr("no-such-plugin-anywhere cannot be run: No such file or directory; install it"));
}

TEST_F(ExecPluginTest, ThatHangsIsKilledWithItsChildren) {
  const std::string fifo = dir_.file("fifo");
  const auto began = std::chrono::steady_clock::now();
  const Error error = error_of(with_script("mkfifo " + fifo + "; cat " + fifo + " & wait\n"), milliseconds(200));
  EXPECT_EQ(error.kind, ErrorKind::kTimeout);
  EXPECT_THAT(error.message, HasSubstr("within 200 ms"));
  EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(10));
}

TEST_F(ExecPluginTest, ThatHangsEndsWhenWeAreToldToStop) {
  const std::string fifo = dir_.file("fifo");
  const ClusterAccess access = with_script("mkfifo " + fifo + "; cat " + fifo + "\n");
  std::stop_source stop;
  auto running = std::async(std::launch::async, [&] { return run_exec_plugin(access, seconds(60), stop.get_token()); });
  stop.request_stop();
  const auto credential = running.get();
  ASSERT_FALSE(credential.ok());
  EXPECT_EQ(credential.error().kind, ErrorKind::kCancelled);
}

TEST_F(ExecPluginTest, ThatPrintsWithoutEndIsStopped) {
  EXPECT_EQ(error_of(with_script("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done\n")).kind,
            ErrorKind::kLimit);
}

TEST(ExecCredential, ACertificateNeedsItsKey) {
  const auto decode = [](const std::string& status) {
    return decode_exec_credential(
        R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":)" + status + "}",
        kVersion);
  };
  EXPECT_EQ(decode(R"({"clientCertificateData":"c","clientKeyData":"k"})")->client_key_pem, "k");
  for (const char* status : {R"({"clientCertificateData":"c"})", R"({"clientKeyData":"k"})", "{}", "null", "3"}) {
    EXPECT_FALSE(decode(status).ok()) << status;
  }
}

TEST(ExecCredential, OfAnotherVersionOrKindIsRefusedWithoutShowingIt) {
  for (
      const char* text :
      {"", "s3cret", R"(["s3cret"])", R"({"kind":"Pod","status":{"token":"s3cret"}})",
       R"({"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"s3cret"}})"}) {
    const auto credential = decode_exec_credential(text, kVersion);
    ASSERT_FALSE(credential.ok()) << text;
    EXPECT_THAT(credential.error().message, Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace lastrun::source
