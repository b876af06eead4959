#include "sink/cloud_monitoring/labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lastrun::cloud_monitoring {
namespace {

using ::testing::HasSubstr;

Verdict verdict(std::string namespace_name, std::string name, Status status, std::string cluster = "c") {
  Verdict verdict;
  verdict.batch = BatchKey{std::move(cluster), std::move(namespace_name), std::move(name), "CronWorkflow"};
  verdict.status = status;
  return verdict;
}

// All batches of a namespace on one series.
const LabelMapping kByNamespace{{"namespace_name", "{namespace}"}};

Labels labels_of(const BatchKey& batch) {
  Verdict verdict;
  verdict.batch = batch;
  return map_verdicts({verdict}, {}, Reduction::kNone)->points.at(0).labels;
}

TEST(MapVerdicts, LabelsFollowTheGroupingWhereNoneAreGiven) {
  EXPECT_EQ(labels_of({"c", "billing", "nightly", "CronWorkflow"}),
            (Labels{{"cluster", "c"}, {"namespace_name", "billing"}, {"kind", "CronWorkflow"}, {"batch", "nightly"}}));
  EXPECT_EQ(labels_of({"", "billing", "billing", "Namespace"}), (Labels{{"namespace_name", "billing"}}));
  EXPECT_EQ(labels_of({"c", "", "billing/red", "Pattern"}), (Labels{{"cluster", "c"}, {"batch", "billing/red"}}));
}

TEST(MapVerdicts, GivenLabelsReplaceThoseOfTheGrouping) {
  const auto mapped =
      map_verdicts({verdict("a", "a", Status::kOk), verdict("b", "b", Status::kNever)}, kByNamespace, Reduction::kNone);
  EXPECT_EQ(mapped->points, (std::vector<Point>{{{{"namespace_name", "a"}}, 0}, {{{"namespace_name", "b"}}, 0}}));
}

// The pipeline's label tells no cluster: one has to be asked for.
TEST(MapVerdicts, NamespacesOfTwoClustersAreOneSeriesUnlessAskedFor) {
  Verdict one = verdict("a", "a", Status::kOk, "one");
  Verdict two = verdict("a", "a", Status::kFailed, "two");
  one.batch.kind = two.batch.kind = "Namespace";
  EXPECT_FALSE(map_verdicts({one, two}, {}, Reduction::kNone).ok());
  const auto asked = parse_label_mapping({"cluster={cluster}", "namespace_name={namespace}"});
  EXPECT_EQ(map_verdicts({one, two}, *asked, Reduction::kNone)->points.size(), 2u);
}

TEST(MapVerdicts, UnknownIsCountedAndNotSent) {
  const auto mapped =
      map_verdicts({verdict("a", "x", Status::kUnknown), verdict("a", "y", Status::kFailed)}, {}, Reduction::kNone);
  EXPECT_EQ(mapped->points.size(), 1u);
  EXPECT_EQ(mapped->unknown, 1u);
}

TEST(MapVerdicts, TwoBatchesOnOneSeriesAreRefusedByName) {
  for (const Status second : {Status::kOk, Status::kUnknown}) {
    const auto mapped =
        map_verdicts({verdict("a", "x", Status::kOk), verdict("a", "y", second)}, kByNamespace, Reduction::kNone);
    ASSERT_FALSE(mapped.ok());
    EXPECT_THAT(mapped.error().message, HasSubstr("a/x"));
    EXPECT_THAT(mapped.error().message, HasSubstr("a/y"));
  }
}

TEST(MapVerdicts, MaxIsFailingThenUnknownThenFine) {
  const auto reduce = [](Status first, Status second) {
    const auto mapped =
        map_verdicts({verdict("a", "x", first), verdict("a", "y", second)}, kByNamespace, Reduction::kMax);
    return mapped->points.empty() ? std::string("unknown") : std::to_string(mapped->points[0].value);
  };
  EXPECT_EQ(reduce(Status::kOk, Status::kFailed), "1");
  EXPECT_EQ(reduce(Status::kFailed, Status::kUnknown), "1");
  EXPECT_EQ(reduce(Status::kOk, Status::kUnknown), "unknown");
  EXPECT_EQ(reduce(Status::kOk, Status::kNever), "0");
}

TEST(MapVerdicts, LabelsThatCannotBeAreRefusedByBatch) {
  const auto mapped = map_verdicts({verdict("a", std::string(1025, 'x'), Status::kOk)}, {}, Reduction::kNone);
  ASSERT_FALSE(mapped.ok());
  EXPECT_THAT(mapped.error().message, HasSubstr("1025 characters"));
}

TEST(ParseLabelMapping, FillsPlaceholdersIn) {
  const auto mapping = parse_label_mapping({"team={namespace}", "what={kind}/{batch}@{cluster}", "env=prod"});
  ASSERT_TRUE(mapping.ok());
  const auto mapped = map_verdicts({verdict("n", "b", Status::kOk)}, *mapping, Reduction::kNone);
  EXPECT_EQ(mapped->points[0].labels, (Labels{{"team", "n"}, {"what", "CronWorkflow/b@c"}, {"env", "prod"}}));
}

TEST(ParseLabelMapping, RefusesWhatItCannotFill) {
  const std::vector<std::vector<std::string>> settings{{},          {"team"}, {"team={name}"}, {"team={namespace"},
                                                       {"team={}"}, {"1x=a"}, {"=a"},          {"a=1", "a=2"}};
  for (const auto& setting : settings) {
    const auto mapping = parse_label_mapping(setting);
    ASSERT_FALSE(mapping.ok());
    EXPECT_EQ(mapping.error().kind, ErrorKind::kUsage);
  }
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
