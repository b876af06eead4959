#include "sink/cloud_monitoring/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lastrun::cloud_monitoring {
namespace {

using ::testing::HasSubstr;

std::string repeat(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(MetricType, BareNameIsCustom) {
  EXPECT_EQ(*metric_type_of("gke_batch_error_count"), "custom.googleapis.com/gke_batch_error_count");
  EXPECT_EQ(*metric_type_of("team/errors"), "custom.googleapis.com/team/errors");
}

TEST(MetricType, WritablePrefixesAreTakenWhole) {
  for (const char* type : {"custom.googleapis.com/a/b", "external.googleapis.com/x", "workload.googleapis.com/x.y"}) {
    EXPECT_EQ(*metric_type_of(type), type);
  }
}

TEST(MetricType, RefusesWhatCannotBeWrittenOrWouldLeaveItsPath) {
  for (const char* name : {"", "/", "a//b", "a/", "../../x", "a/./b", "compute.googleapis.com/instance/uptime", "a\nb",
                           "\xff", "custom.googleapis.com/", "custom.googleapis.com/../x"}) {
    const auto type = metric_type_of(name);
    ASSERT_FALSE(type.ok()) << name;
    EXPECT_EQ(type.error().kind, ErrorKind::kUsage) << name;
  }
}

TEST(Project, IsAnIdOrANumber) {
  for (const char* project : {"my-project-123456", "123456789", "example.com:legacy"}) {
    EXPECT_TRUE(check_project(project).ok()) << project;
  }
  for (const char* project : {"", "a/b", "..", "a b", "p?x=1", "p#", "p\n", "proj\xc3\xa9"}) {
    EXPECT_FALSE(check_project(project).ok()) << project;
  }
}

TEST(Endpoint, LosesItsTrailingSlashAndKeepsItsPath) {
  EXPECT_EQ(*check_endpoint("https://monitoring.googleapis.com/", Auth::kToken), "https://monitoring.googleapis.com");
  EXPECT_EQ(*check_endpoint("https://proxy:8443/google", Auth::kToken), "https://proxy:8443/google");
  EXPECT_EQ(endpoint_of_universe("example.goog"), "https://monitoring.example.goog");
}

TEST(Endpoint, TokenGoesOverPlainHttpToThisMachineOnly) {
  for (const char* here : {"http://localhost:80", "http://127.0.0.1:9000", "http://127.1.2.3", "http://[::1]:80"}) {
    EXPECT_TRUE(check_endpoint(here, Auth::kToken).ok()) << here;
  }
  for (const char* there : {"http://10.0.0.1", "http://monitoring.googleapis.com", "http://127.0.0.1.evil.example",
                            "http://localhost.evil.example:80", "http://[2001:db8::1]:80"}) {
    EXPECT_FALSE(check_endpoint(there, Auth::kToken).ok()) << there;
    EXPECT_TRUE(check_endpoint(there, Auth::kNone).ok()) << there;
  }
}

TEST(Endpoint, RefusesWhatIsNoEndpointWithoutRepeatingAPassword) {
  for (const char* url : {"", "monitoring.googleapis.com", "ftp://x", "https://", "https:///v3", "https://x?y",
                          "https://x#y", "https://a b"}) {
    EXPECT_FALSE(check_endpoint(url, Auth::kNone).ok()) << url;
  }
  const auto secret = check_endpoint("https://me:hunter2@x", Auth::kNone);
  ASSERT_FALSE(secret.ok());
  EXPECT_THAT(secret.error().message, Not(HasSubstr("hunter2")));
}

TEST(LabelRules, KeysAreLettersDigitsAndUnderscoresAfterALetter) {
  for (const char* key : {"a", "Namespace_name2", "z_"}) EXPECT_TRUE(check_labels({{key, "x"}}).ok()) << key;
  for (const char* key : {"", "_a", "1a", "a-b", "a.b", "\xc3\xa9", "a b"}) {
    EXPECT_FALSE(check_labels({{key, "x"}}).ok()) << key;
  }
  EXPECT_TRUE(check_labels({{repeat("k", 100), ""}}).ok());
  EXPECT_FALSE(check_labels({{repeat("k", 101), ""}}).ok());
}

TEST(LabelRules, ValuesAreCountedInCharactersNotBytes) {
  EXPECT_TRUE(check_labels({{"a", repeat("v", 1024)}}).ok());
  EXPECT_FALSE(check_labels({{"a", repeat("v", 1025)}}).ok());
  EXPECT_TRUE(check_labels({{"a", repeat("\xf0\x9f\x98\x80", 1024)}}).ok());
  EXPECT_FALSE(check_labels({{"a", repeat("\xf0\x9f\x98\x80", 1025)}}).ok());
}

TEST(LabelRules, ValuesAreUtf8) {
  for (const char* bytes : {"\xff", "\xc3", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "a\x80", "\xe0\x80\x80"}) {
    EXPECT_FALSE(check_labels({{"a", bytes}}).ok());
  }
}

TEST(LabelRules, ThirtyAtMost) {
  Labels labels;
  for (int i = 0; i < 30; ++i) labels.emplace("k" + std::to_string(i), "v");
  EXPECT_TRUE(check_labels(labels).ok());
  labels.emplace("one_more", "v");
  EXPECT_FALSE(check_labels(labels).ok());
}

TEST(ResourceRules, ProjectIsFilledIn) {
  EXPECT_EQ(check_resource({}, "p")->labels, (Labels{{"project_id", "p"}}));
  EXPECT_EQ(check_resource({"global", {{"project_id", "q"}}}, "p")->labels, (Labels{{"project_id", "q"}}));
}

TEST(ResourceRules, LabelsMustBeThoseOfTheType) {
  EXPECT_TRUE(check_resource({"k8s_cluster", {{"location", "europe-west1"}, {"cluster_name", "c"}}}, "p").ok());
  const auto missing = check_resource({"k8s_cluster", {{"location", "europe-west1"}}}, "p");
  ASSERT_FALSE(missing.ok());
  EXPECT_THAT(missing.error().message, HasSubstr("cluster_name"));
  EXPECT_FALSE(check_resource({"global", {{"zone", "z"}}}, "p").ok());
}

TEST(ResourceRules, UnwritableTypesAreRefusedWithTheWritableOnes) {
  const auto refused = check_resource({"cloudsql_database", {}}, "p");
  ASSERT_FALSE(refused.ok());
  EXPECT_THAT(refused.error().message, HasSubstr("generic_task"));
}

TEST(Urls, KeepSlashesAndEncodeTheRest) {
  EXPECT_EQ(descriptor_url("https://e", "p", "custom.googleapis.com/a/b c?d#e%\xc3\xa9"),
            "https://e/v3/projects/p/metricDescriptors/custom.googleapis.com/a/b%20c%3Fd%23e%25%C3%A9");
  EXPECT_EQ(time_series_url("https://e", "example.com:p"), "https://e/v3/projects/example.com%3Ap/timeSeries");
  EXPECT_EQ(descriptors_url("https://e", "p"), "https://e/v3/projects/p/metricDescriptors");
}

TEST(Describe, LabelsCannotDriveATerminal) {
  EXPECT_EQ(describe({{"a", "x\ny\xc2\x9b"}, {"b", repeat("v", 81)}}),
            "{a=\"x\\ny\\u009b\", b=\"" + repeat("v", 79) + "…\"}");
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
