#include "model/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace lastrun {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(SeriesLabels, FollowTheGrouping) {
  const BatchKey owner{"prod", "cron", "nightly", "CronWorkflow"};
  EXPECT_THAT(series_labels(owner), ElementsAre(Pair("cluster", "prod"), Pair("namespace_name", "cron"),
                                                Pair("kind", "CronWorkflow"), Pair("batch", "nightly")));
  const BatchKey name_space{"prod", "cron", "cron", "Namespace"};
  EXPECT_THAT(series_labels(name_space), ElementsAre(Pair("namespace_name", "cron")));
  const BatchKey pattern{"prod", "", "cron/red", "Pattern"};
  EXPECT_THAT(series_labels(pattern), ElementsAre(Pair("cluster", "prod"), Pair("batch", "cron/red")));
}

TEST(SeriesLabels, AClusterWithoutANameHasNone) {
  const BatchKey name_space{"", "cron", "cron", "Namespace"};
  EXPECT_THAT(series_labels(name_space), ElementsAre(Pair("namespace_name", "cron")));
}

TEST(BatchKey, IsOrderedByClusterNamespaceNameAndKind) {
  EXPECT_LT((BatchKey{"a", "z", "z", "z"}), (BatchKey{"b", "a", "a", "a"}));
  EXPECT_LT((BatchKey{"a", "a", "z", "z"}), (BatchKey{"a", "b", "a", "a"}));
  EXPECT_LT((BatchKey{"a", "a", "a", "z"}), (BatchKey{"a", "a", "b", "a"}));
  EXPECT_LT((BatchKey{"a", "a", "a", "a"}), (BatchKey{"a", "a", "a", "b"}));
  EXPECT_LT((BatchKey{"", "", "z", ""}), (BatchKey{"", "", "é", ""}));
}

}  // namespace
}  // namespace lastrun
