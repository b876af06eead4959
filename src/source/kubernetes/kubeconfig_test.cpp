// What kubectl reads of kubeconfigs: client-go's tools/clientcmd.
#include "source/kubernetes/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "testing/environment.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using lastrun::testing::EnvironmentVariable;
using lastrun::testing::TempDir;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

// A kubeconfig of one context c: cluster k, user u.
std::string config(const std::string& cluster, const std::string& user = "{}", const std::string& more = "") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: k\n  cluster: " + cluster +
         "\nusers:\n- name: u\n  user: " + user +
         "\ncontexts:\n- name: c\n  context: {cluster: k, user: u, namespace: ns}\n" + more;
}

ClusterAccess access_of(const std::string& text, const std::string& context = "") {
  const auto access = parse_kubeconfig(text, "/etc/kube/config", context);
  EXPECT_TRUE(access.ok()) << (access.ok() ? "" : access.error().message);
  return access.ok() ? *access : ClusterAccess{};
}

std::string error_of(const std::string& text, const std::string& context = "") {
  const auto access = parse_kubeconfig(text, "/etc/kube/config", context);
  EXPECT_FALSE(access.ok());
  return access.ok() ? "" : access.error().message;
}

TEST(Kubeconfig, TheCurrentContextIsResolved) {
  const ClusterAccess access =
      access_of(config("{server: 'https://x:6443', tls-server-name: api, proxy-url: 'http://p'}",
                       "{token: t, username: n, password: p}"));
  EXPECT_EQ(access.context, "c");
  EXPECT_EQ(access.cluster, "k");
  EXPECT_EQ(access.namespace_name, "ns");
  EXPECT_EQ(access.server, "https://x:6443");
  EXPECT_EQ(access.tls_server_name, "api");
  EXPECT_EQ(access.proxy_url, "http://p");
  EXPECT_EQ(access.token, "t");
  EXPECT_EQ(access.username, "n");
  EXPECT_EQ(access.password, "p");
  EXPECT_FALSE(access.insecure_skip_tls_verify);
}

TEST(Kubeconfig, AnotherContextCanBeChosen) {
  const std::string two = config("{server: 'https://x'}") + "- name: d\n  context: {cluster: k}\n";
  EXPECT_EQ(access_of(two, "d").context, "d");
  EXPECT_EQ(access_of(two, "d").namespace_name, "");
  EXPECT_THAT(error_of(two, "e"), HasSubstr("there is no context e; there are: c, d"));
}

TEST(Kubeconfig, RelativePathsAreThoseOfItsFile) {
  const ClusterAccess access =
      access_of(config("{server: 'https://x', certificate-authority: ../ca.pem}",
                       "{client-certificate: /abs/c.pem, client-key: k.pem, tokenFile: t, exec: {apiVersion: "
                       "client.authentication.k8s.io/v1, command: ./bin/login}}"));
  EXPECT_EQ(access.certificate_authority.file, "/etc/ca.pem");
  EXPECT_EQ(access.client_certificate.file, "/abs/c.pem");
  EXPECT_EQ(access.client_key.file, "/etc/kube/k.pem");
  EXPECT_EQ(access.token_file, "/etc/kube/t");
  EXPECT_EQ(access.exec->command, "/etc/kube/bin/login");
}

TEST(Kubeconfig, DataWinsOverFiles) {
  const ClusterAccess access =
      access_of(config("{server: 'https://x', certificate-authority: ca, certificate-authority-data: cGVt}"));
  EXPECT_EQ(access.certificate_authority, (DataOrFile{"pem", ""}));
  for (const char* none : {"'!!'", "Y\xc3\xbf\xc3\xbf\xc3\xbfY"}) {
    EXPECT_THAT(error_of(config(std::string("{server: 'https://x', certificate-authority-data: ") + none + "}")),
                HasSubstr("/etc/kube/config:6: certificate-authority-data: expected base64"));
  }
}

TEST(Kubeconfig, AnExecPluginIsReadWhole) {
  const ClusterAccess access = access_of(
      config("{server: 'https://x'}",
             "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: gke-gcloud-auth-plugin, args: "
             "[a, '2'], env: [{name: N, value: v}], installHint: install it, provideClusterInfo: true}}"));
  ASSERT_TRUE(access.exec.has_value());
  EXPECT_EQ(access.exec->command, "gke-gcloud-auth-plugin");
  EXPECT_THAT(access.exec->arguments, ElementsAre("a", "2"));
  EXPECT_THAT(access.exec->environment, ElementsAre(Pair("N", "v")));
  EXPECT_EQ(access.exec->install_hint, "install it");
  EXPECT_TRUE(access.exec->provide_cluster_info);
}

TEST(Kubeconfig, ImpersonationIsRead) {
  const ClusterAccess access = access_of(
      config("{server: 'https://x'}", "{as: jane, as-uid: '7', as-groups: [a, b], as-user-extra: {scopes: [x, y]}}"));
  EXPECT_EQ(access.impersonate, "jane");
  EXPECT_EQ(access.impersonate_uid, "7");
  EXPECT_THAT(access.impersonate_groups, ElementsAre("a", "b"));
  EXPECT_THAT(access.impersonate_extra, ElementsAre(Pair("scopes", ElementsAre("x", "y"))));
}

TEST(Kubeconfig, WhatIsWrongIsToldByFileAndLine) {
  EXPECT_THAT(error_of("a: [\n"), HasSubstr("/etc/kube/config:2: is no YAML"));
  EXPECT_THAT(error_of("- a\n"), HasSubstr("/etc/kube/config:1: expected a kubeconfig"));
  EXPECT_THAT(error_of("clusters: 3\n"), HasSubstr(":1: clusters: expected a list"));
  EXPECT_THAT(error_of(config("{server: [x]}")), HasSubstr("/etc/kube/config:6: server: expected a text"));
  EXPECT_THAT(error_of(config("{server: 'https://x', insecure-skip-tls-verify: maybe}")),
              HasSubstr("insecure-skip-tls-verify: expected true or false"));
  EXPECT_THAT(error_of(config("{server: 'https://x', insecure-skip-tls-verify: true, certificate-authority: a}")),
              HasSubstr("contradict each other"));
  EXPECT_THAT(error_of(config("{}")), HasSubstr("cluster k: server is missing"));
  EXPECT_THAT(error_of(""), HasSubstr("no current-context is set"));
  EXPECT_THAT(error_of("current-context: c\n"), HasSubstr("there is no context c; there is none"));
  EXPECT_THAT(error_of("current-context: c\ncontexts: [{name: c, context: {cluster: z}}]\n"),
              HasSubstr("there is no cluster z"));
  EXPECT_THAT(error_of(config("{server: 'https://x'}", "{auth-provider: {name: oidc}}")),
              HasSubstr("auth-provider is not supported"));
  EXPECT_THAT(error_of(config("{server: 'https://x'}", "{exec: {apiVersion: v9, command: a}}")),
              HasSubstr("expected client.authentication.k8s.io/v1 or v1beta1"));
  EXPECT_THAT(error_of(config("{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1}}")),
              HasSubstr("command is missing"));
}

TEST(Kubeconfig, NoMessageRepeatsASecret) {
  EXPECT_THAT(error_of("current-context: c\nusers: [{name: u, user: {token: [s3cret]}}]\nclusters: [{name: k, cluster: "
                       "{server: 'https://x'}}]\ncontexts: [{name: c, context: {cluster: k, user: u}}]\n"),
              Not(HasSubstr("s3cret")));
}

TEST(KubeconfigFiles, TheFirstThatSaysSomethingIsBelieved) {
  const TempDir dir;
  const auto first = dir.write("first",
                               "clusters: [{name: k, cluster: {server: 'https://first', certificate-authority: "
                               "ca}}]\ncontexts: [{name: other, context: {cluster: k}}]\n");
  const auto second = dir.write("sub/second", config("{server: 'https://second'}"));
  const EnvironmentVariable list("KUBECONFIG", first + ":" + dir.file("absent") + ":" + second);
  const auto access = load_kubeconfig({});
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->context, "c");
  EXPECT_EQ(access->server, "https://first");
  EXPECT_EQ(access->certificate_authority.file, dir.file("ca"));
  EXPECT_EQ(access->namespace_name, "ns");
}

TEST(KubeconfigFiles, ThatOfTheChoiceMustBeThere) {
  const TempDir dir;
  const auto absent = load_kubeconfig({dir.file("absent"), ""});
  ASSERT_FALSE(absent.ok());
  EXPECT_EQ(absent.error().kind, ErrorKind::kNotFound);
  EXPECT_THAT(absent.error().message, HasSubstr("absent is not there"));
  const auto directory = load_kubeconfig({dir.path().string(), ""});
  ASSERT_FALSE(directory.ok());
  EXPECT_THAT(directory.error().message, HasSubstr("cannot be read"));
}

TEST(KubeconfigFiles, WithoutAListTheHomesIsRead) {
  const TempDir dir;
  dir.write(".kube/config", config("{server: 'https://home'}"));
  const EnvironmentVariable list("KUBECONFIG", "");
  const EnvironmentVariable home("HOME", dir.path().string());
  const auto access = load_kubeconfig({});
  ASSERT_TRUE(access.ok()) << access.error().message;
  EXPECT_EQ(access->server, "https://home");
}

}  // namespace
}  // namespace lastrun::source
