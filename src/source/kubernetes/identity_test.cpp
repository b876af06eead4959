// Who we are at an API server, as client-go says it.
#include "source/kubernetes/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "source/kubernetes/in_cluster.h"
#include "testing/environment.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using lastrun::testing::EnvironmentVariable;
using lastrun::testing::FakeClock;
using lastrun::testing::TempDir;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string authorization(Identity& identity) {
  http::Headers headers;
  const auto added = identity.add_to(headers);
  if (!added.ok()) return "error: " + added.error().message;
  return std::string(headers.get("Authorization"));
}

TEST(Identity, ATokenIsABearer) {
  FakeClock clock;
  ClusterAccess access;
  access.token = "t";
  access.username = "ignored";
  Identity identity(access, clock);
  EXPECT_EQ(authorization(identity), "Bearer t");
}

TEST(Identity, ANameAndAPasswordAreBasic) {
  FakeClock clock;
  for (const auto& [name, password, encoded] : {std::tuple("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
                                                std::tuple("a", "b", "YTpi"), std::tuple("ab", "c", "YWI6Yw==")}) {
    ClusterAccess access;
    access.username = name;
    access.password = password;
    Identity identity(access, clock);
    EXPECT_EQ(authorization(identity), std::string("Basic ") + encoded);
  }
}

TEST(Identity, ACertificateAloneNeedsNoHeader) {
  FakeClock clock;
  Identity identity({}, clock);
  EXPECT_EQ(authorization(identity), "");
}

TEST(Identity, ATokenFileIsReadAgainAfterAMinuteOrARefusal) {
  FakeClock clock;
  const TempDir dir;
  ClusterAccess access;
  access.token_file = dir.write("token", "one\n");
  Identity identity(access, clock);
  EXPECT_EQ(authorization(identity), "Bearer one");
  dir.write("token", "two");
  clock.advance(seconds(59));
  EXPECT_EQ(authorization(identity), "Bearer one");
  clock.advance(seconds(1));
  EXPECT_EQ(authorization(identity), "Bearer two");
  dir.write("token", "three");
  identity.refused();
  EXPECT_EQ(authorization(identity), "Bearer three");
}

TEST(Identity, ATokenFileThatIsGoneLeavesTheLastToken) {
  FakeClock clock;
  const TempDir dir;
  ClusterAccess access;
  access.token_file = dir.file("token");
  Identity without(access, clock);
  EXPECT_THAT(authorization(without), HasSubstr("token cannot be read: No such file or directory"));
  access.token = "inline";
  Identity with_inline(access, clock);
  EXPECT_EQ(authorization(with_inline), "Bearer inline");
  dir.write("token", "one");
  EXPECT_EQ(authorization(with_inline), "Bearer one");
  std::filesystem::remove(dir.file("token"));
  clock.advance(seconds(60));
  EXPECT_EQ(authorization(with_inline), "Bearer one");
}

class PluginIdentity : public ::testing::Test {
 protected:
  // A plugin that counts its runs in its token, and fails while the file "fail" is there.
  ClusterAccess access() {
    const std::string path = dir_.write(
        "plugin", "#!/bin/sh\ncd " + dir_.path().string() +
                      "\n[ -e fail ] && exit 1\necho x >> runs\nprintf '{\"kind\":\"ExecCredential\",\"apiVersion\":"
                      "\"client.authentication.k8s.io/v1\",\"status\":{\"token\":\"%d\",\"expirationTimestamp\":"
                      "\"2026-11-22T13:00:00Z\"}}' $(wc -l < runs)\n");
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    ClusterAccess access;
    access.exec = ExecPlugin{"client.authentication.k8s.io/v1", path, {}, {}, "", false};
    return access;
  }

  TempDir dir_;
  FakeClock clock_;  // 12:00
};

TEST_F(PluginIdentity, IsAskedAgainWhenItsTokenHasExpired) {
  Identity identity(access(), clock_);
  EXPECT_EQ(authorization(identity), "Bearer 1");
  clock_.advance(seconds(3599));
  EXPECT_EQ(authorization(identity), "Bearer 1");
  clock_.advance(seconds(1));
  EXPECT_EQ(authorization(identity), "Bearer 2");
}

TEST_F(PluginIdentity, IsAskedAgainWhenRefusedButNotAllTheTime) {
  Identity identity(access(), clock_);
  EXPECT_EQ(authorization(identity), "Bearer 1");
  identity.refused();
  EXPECT_EQ(authorization(identity), "Bearer 1");
  clock_.advance(seconds(10));
  EXPECT_EQ(authorization(identity), "Bearer 2");
}

TEST_F(PluginIdentity, ThatFailsIsAskedAgainLater) {
  const std::string fail = dir_.write("fail", "");
  Identity identity(access(), clock_);
  EXPECT_THAT(authorization(identity), HasSubstr("ended with exit code 1"));
  std::filesystem::remove(fail);
  EXPECT_THAT(authorization(identity), HasSubstr("ended with exit code 1"));
  clock_.advance(seconds(10));
  EXPECT_EQ(authorization(identity), "Bearer 1");
}

TEST(Identity, ImpersonatesWithHeaders) {
  FakeClock clock;
  ClusterAccess access;
  access.impersonate = "jane";
  access.impersonate_uid = "7";
  access.impersonate_groups = {"a", "b"};
  access.impersonate_extra = {{"acme.com/Project", {"x"}}};
  Identity identity(access, clock);
  http::Headers headers;
  ASSERT_TRUE(identity.add_to(headers).ok());
  EXPECT_THAT(headers.entries(), ElementsAre(Pair("Impersonate-User", "jane"), Pair("Impersonate-Uid", "7"),
                                             Pair("Impersonate-Group", "a"), Pair("Impersonate-Group", "b"),
                                             Pair("Impersonate-Extra-acme.com%2Fproject", "x")));
}

TEST(InCluster, IsWhatKubernetesMountsIntoAPod) {
  const TempDir dir;
  dir.write("token", "t");
  dir.write("ca.crt", "pem");
  dir.write("namespace", "monitoring");
  const EnvironmentVariable host("KUBERNETES_SERVICE_HOST", "fd00::1");
  const EnvironmentVariable port("KUBERNETES_SERVICE_PORT", "443");
  const auto access = in_cluster_access(dir.path().string());
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->server, "https://[fd00::1]:443");
  EXPECT_EQ(access->token_file, dir.file("token"));
  EXPECT_EQ(access->certificate_authority.file, dir.file("ca.crt"));
  EXPECT_EQ(access->namespace_name, "monitoring");
}

TEST(InCluster, OutsideOfAPodIsToldApartFromAPodWithoutAToken) {
  const TempDir dir;
  {
    const EnvironmentVariable host("KUBERNETES_SERVICE_HOST", std::nullopt);
    EXPECT_EQ(in_cluster_access(dir.path().string()).error().kind, ErrorKind::kNotFound);
  }
  const EnvironmentVariable host("KUBERNETES_SERVICE_HOST", "10.0.0.1");
  const EnvironmentVariable port("KUBERNETES_SERVICE_PORT", "443");
  const auto access = in_cluster_access(dir.path().string());
  ASSERT_FALSE(access.ok());
  EXPECT_EQ(access.error().kind, ErrorKind::kIo);
  EXPECT_THAT(access.error().message, HasSubstr("automountServiceAccountToken"));
}

}  // namespace
}  // namespace lastrun::source
