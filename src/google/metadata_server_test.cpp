#include "google/metadata_server.h"

#include <gtest/gtest.h>

#include "google/fake_world_test.h"

namespace lastrun::google {
namespace {

const std::string kRoot = "http://169.254.169.254/computeMetadata/v1/";

class Metadata : public FakeWorld {
 protected:
  MetadataServer server_{"", http_, clock_};

  void answer(const std::string& path, std::vector<Reply> replies) {
    FakeWorld::answer(kRoot + path, std::move(replies));
  }
};

TEST_F(Metadata, GivesATokenForTheScopes) {
  answer("instance/service-accounts/default/token", {flavored(200, kTokenAnswer)});
  const auto token = server_.token({"https://www.googleapis.com/auth/monitoring.write", "b c"}, {});
  ASSERT_TRUE(token.ok()) << token.error().message;
  EXPECT_EQ(token->value, "ya29.x");
  const auto& request = http_.requests().at(0).request;
  EXPECT_EQ(request.url, kRoot +
                             "instance/service-accounts/default/token?scopes=https://www.googleapis.com/auth/"
                             "monitoring.write,b%20c");
  EXPECT_EQ(request.headers.get("Metadata-Flavor"), "Google");
}

TEST_F(Metadata, TellsProjectAndCluster) {
  answer("project/project-id", {flavored(200, "my-project")});
  answer("instance/attributes/cluster-name", {flavored(200, "prod\n")});
  answer("instance/attributes/cluster-location", {flavored(200, "europe-west3")});
  EXPECT_EQ(*server_.project_id({}), "my-project");
  EXPECT_EQ(*server_.cluster_name({}), "prod");
  EXPECT_EQ(*server_.cluster_location({}), "europe-west3");
}

TEST_F(Metadata, AnotherServersAnswerIsRefused) {
  answer("project/project-id",
         {response(200, "evil"), response(200, "evil", {{"Metadata-Flavor", "Amazon"}}), response(404, "")});
  for (int i = 0; i < 3; ++i) {
    const auto project = server_.project_id({});
    ASSERT_FALSE(project.ok());
    EXPECT_EQ(project.error().kind, ErrorKind::kRejected);
    EXPECT_EQ(project.error().message,
              "reading project/project-id from the metadata server 169.254.169.254: its answer lacks the header "
              "Metadata-Flavor: Google, so it is another server");
  }
}

TEST_F(Metadata, TheUniverseIsGooglesWhereTheServerKnowsNone) {
  answer("universe/universe-domain", {flavored(404, "no"), flavored(200, ""), flavored(200, "u.example")});
  EXPECT_EQ(*server_.universe_domain({}), "googleapis.com");
  EXPECT_EQ(*server_.universe_domain({}), "googleapis.com");
  EXPECT_EQ(*server_.universe_domain({}), "u.example");
}

TEST_F(Metadata, ValuesThatCannotBeRightAreRefused) {
  answer("universe/universe-domain", {flavored(200, "a/b")});
  answer("project/project-id", {flavored(200, ""), flavored(200, "a\r\nb")});
  EXPECT_EQ(server_.universe_domain({}).error().kind, ErrorKind::kRejected);
  EXPECT_EQ(server_.project_id({}).error().kind, ErrorKind::kRejected);
  EXPECT_EQ(server_.project_id({}).error().kind, ErrorKind::kRejected);
}

TEST_F(Metadata, IsTriedAgainWhileItStarts) {
  answer("instance/service-accounts/default/token",
         {Fault::kRefuseConnection, flavored(503, ""), flavored(200, kTokenAnswer)});
  EXPECT_TRUE(server_.token({}, {}).ok());
  EXPECT_EQ(http_.requests().at(2).request.url, kRoot + "instance/service-accounts/default/token");
}

TEST_F(Metadata, SaysWhatIsMissingWhereThereIsNoToken) {
  answer("instance/service-accounts/default/token",
         {flavored(404, "x"), flavored(403, "secret text"), flavored(200, "nonsense")});
  EXPECT_EQ(server_.token({}, {}).error().message,
            "the metadata server 169.254.169.254 knows no service account for this machine or pod: attach one, on GKE "
            "by Workload Identity");
  EXPECT_EQ(server_.token({}, {}).error().message,
            "reading instance/service-accounts/default/token from the metadata server 169.254.169.254: answered with "
            "status 403; on GKE, does the Kubernetes service account have roles/iam.workloadIdentityUser?");
  EXPECT_EQ(server_.token({}, {}).error().message,
            "reading a token from the metadata server 169.254.169.254: the answer is no access token: it is not JSON: "
            "it cannot be read on from byte 2 (line 1)");
}

}  // namespace
}  // namespace lastrun::google
