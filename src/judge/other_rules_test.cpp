// The rules newest, any and last-finished-pod: docs/judgement.md, "Rules".
#include <gtest/gtest.h>

#include "judge/testing_runs.h"

namespace lastrun::judge {
namespace {

using testing::judge_in_any_order;
using testing::judge_in_this_order;

Settings by_namespace(Rule rule) {
  Settings settings;
  settings.grouping = ByNamespace{};
  settings.rule = rule;
  return settings;
}

// The verdict on namespace n by a rule that looks at the whole of it.
std::string on_namespace(const std::string& verdict) {
  const std::string prefix = "Namespace n: ";
  return verdict.starts_with(prefix) ? verdict.substr(prefix.size()) : "?" + verdict;
}

// --- newest ---

std::string newest(std::string_view runs) {
  return on_namespace(judge_in_any_order(runs, by_namespace(Rule::kNewest)));
}

TEST(Newest, LooksAtTheNewestByCreationAlone) {
  EXPECT_EQ(newest("a S 00:00-00:30; b F 00:10-00:11"), "failed run-failed b since >=00:11");
  EXPECT_EQ(newest("a F 00:00-00:30; b S 00:10-00:11"), "ok succeeded b since >=00:11");
  EXPECT_EQ(newest("a F 01:00-01:01 slot=00:00; b S 00:10-00:11 slot=00:10"), "failed run-failed a since >=01:01");
}

TEST(Newest, ARunUnderWayCountsAsFine) {
  EXPECT_EQ(newest("a F 00:00-00:30; b R 00:10"), "ok running b since -");
  EXPECT_EQ(newest("a F 00:00-00:30; b - 00:10"), "ok running b since -");
}

TEST(Newest, ThePhaseLabelAloneTellsOfFailure) {
  EXPECT_EQ(newest("a E 00:00-00:01"), "failed run-errored a since >=00:01");
  EXPECT_EQ(newest("a F 00:00 action=Retry not-completed"), "failed retrying a since -");
  EXPECT_EQ(newest("a R 00:00 action=Retry"), "ok running a since -");
  EXPECT_EQ(newest("a F 00:00-00:01 unlabelled").substr(0, 3), "ok ");
}

TEST(Newest, OwnedStoppedAndReplacedRunsAllCount) {
  EXPECT_EQ(newest("a S 00:00-00:01; b F 00:10-00:11 owned"), "failed run-failed b since >=00:11");
  EXPECT_EQ(newest("a S 00:00-00:01; b F 00:10-00:11 cron=c slot=00:10 shutdown; d S 00:09-00:12 cron=c slot=00:11"),
            "failed stopped b since >=00:11");
  Settings settings = by_namespace(Rule::kNewest);
  settings.stopped = StoppedRuns::kDoNotCount;
  EXPECT_EQ(on_namespace(judge_in_any_order("a S 00:00-00:01; b F 00:10-00:11 shutdown", settings)).substr(0, 6),
            "failed");
}

TEST(Newest, OfSeveralOfTheSameSecondTheLastListedDecides) {
  const Settings settings = by_namespace(Rule::kNewest);
  EXPECT_EQ(on_namespace(judge_in_this_order("a S 00:10-00:11; b F 00:10-00:11; c S 00:00-00:01", settings)),
            "failed run-failed b since >=00:11");
  EXPECT_EQ(on_namespace(judge_in_this_order("b F 00:10-00:11; c S 00:00-00:01; a S 00:10-00:11", settings)),
            "ok succeeded a since >=00:11");
}

TEST(Newest, ARunThatIsListedTwiceCountsAtItsLastPlaceWithItsNewestVersion) {
  const Settings settings = by_namespace(Rule::kNewest);
  EXPECT_EQ(on_namespace(judge_in_this_order(
                "a F 00:10-00:11 uid=1 version=5; b S 00:10-00:11; a R 00:10 uid=1 version=3", settings)),
            "failed run-failed a since >=00:11");
  EXPECT_EQ(on_namespace(judge_in_this_order(
                "a R 00:10 uid=1 version=3; b S 00:10-00:11; a F 00:10-00:11 uid=1 version=5", settings)),
            "failed run-failed a since >=00:11");
}

TEST(Newest, OfASchedulesEvidenceItTakesWhatNeedsNoOlderRuns) {
  Settings settings;
  settings.rule = Rule::kNewest;
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01 cron=c; cronworkflow c last=00:10 spec-error=bad", settings),
            "CronWorkflow c: failed spec-error - since - also ok (bad)");
  EXPECT_EQ(judge_in_any_order("cronworkflow c last=00:10 failed=3", settings),
            "CronWorkflow c: failed failed-unlisted - since >=00:10");
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01 cron=c; cronworkflow c last=00:10 failed=3", settings),
            "CronWorkflow c: ok succeeded a since >=00:01");
}

// --- any ---

std::string any(std::string_view runs) {
  return on_namespace(judge_in_any_order(runs, by_namespace(Rule::kAny)));
}

TEST(Any, FailsWhenOneBatchFails) {
  EXPECT_EQ(any("a F 00:00-00:01 batch=a; b S 00:10-00:11 batch=b"),
            "failed member-failed a since >=00:01 (Workflow a: run-failed)");
}

TEST(Any, ALaterSuccessOfAnotherBatchIsNoAnswer) {
  EXPECT_EQ(any("a F 00:00-00:01 batch=a; b S 00:10-00:11 batch=b; c S 00:20-00:21 batch=b").substr(0, 22),
            "failed member-failed a");
}

TEST(Any, IsUnknownWhenOneIsAndNoneFails) {
  EXPECT_EQ(any("cronjob a last=00:10; b S 00:10-00:11 batch=b"),
            "unknown member-unknown - since 00:10 (CronJob a: outcome-unseen)");
  EXPECT_EQ(any("cronjob a last=00:10; b F 00:10-00:11 batch=b"),
            "failed member-failed b since >=00:11 (Workflow b: run-failed)");
}

TEST(Any, IsOkWhenOneIsAndTheOthersNeverFinished) {
  EXPECT_EQ(any("a R 00:00 batch=a; b S 00:10-00:11 batch=b"), "ok members-ok b since >=00:11");
}

TEST(Any, IsNeverWhenNoneFinished) {
  EXPECT_EQ(any("a R 00:00 batch=a; cronjob b"), "never not-finished a since -");
  EXPECT_EQ(any("cronjob b; cronworkflow c"), "never no-runs - since -");
}

TEST(Any, NamesTheFirstOfTheWorstInTheOrderOfTheirNames) {
  EXPECT_EQ(any("z F 00:00-00:01 batch=z; m F 00:02-00:03 batch=m; a S 00:05-00:06 batch=a"),
            "failed member-failed m since >=00:01 (Workflow m: run-failed)");
}

TEST(Any, IsFailingSinceTheFirstOfItsFailingBatches) {
  const std::string first = "o S 00:00-00:01 batch=m; m F 00:10-00:11 batch=m; ";
  EXPECT_EQ(any(first + "p S 00:00-00:01 batch=n; n F 00:20-00:21 batch=n"),
            "failed member-failed m since 00:11 (Workflow m: run-failed)");
  EXPECT_EQ(any(first + "n F 00:20-00:21 batch=n"), "failed member-failed m since >=00:11 (Workflow m: run-failed)");
  EXPECT_EQ(any(first + "cronworkflow n spec-error=bad"),
            "failed member-failed m since >=00:11 (Workflow m: run-failed)");
}

TEST(Any, IsFineSinceTheLastOfItsFineBatches) {
  EXPECT_EQ(any("o F 00:00-00:01 batch=m; m S 00:10-00:11 batch=m; n S 00:05-00:06 batch=n"),
            "ok members-ok m since 00:11");
}

TEST(Any, TakesAScheduleIntoItsNamespace) {
  EXPECT_EQ(any("a S 00:00-00:01 cron=c slot=00:00; cronworkflow c last=00:00 spec-error=bad"),
            "failed member-failed - since - (CronWorkflow c: spec-error: bad)");
}

TEST(Any, JudgesThePatternsGroups) {
  Settings settings;
  settings.grouping = Pattern::parse("{label:team}").value();
  settings.rule = Rule::kAny;
  EXPECT_EQ(judge_in_any_order("a F 00:00-00:01 batch=a label:team=red; b S 00:10-00:11 batch=b label:team=red; "
                               "c S 00:00-00:01 batch=c label:team=blue",
                               settings),
            "/Pattern blue: ok members-ok c since >=00:01\n"
            "/Pattern red: failed member-failed a since >=00:01 (Workflow a: run-failed)");
}

TEST(Any, TakesAScheduleIntoThePatternsGroupUnlessThatAsksForLabels) {
  Settings settings;
  settings.rule = Rule::kAny;
  const std::string broken = "a S 00:00-00:01 cron=c slot=00:00; cronworkflow c last=00:00 spec-error=bad";
  settings.grouping = Pattern::parse("{namespace}-{kind}").value();
  EXPECT_EQ(judge_in_any_order(broken, settings),
            "/Pattern n-CronWorkflow: failed member-failed - since - (CronWorkflow c: spec-error: bad)");
  settings.grouping = Pattern::parse("{namespace}-{label:team}").value();
  EXPECT_EQ(judge_in_any_order(broken, settings), "/Pattern n-: ok members-ok a since >=00:01");
}

TEST(Any, JudgesOwnerBatchesByThemselvesWhenNothingIsGrouped) {
  Settings settings;
  settings.rule = Rule::kAny;
  EXPECT_EQ(judge_in_any_order("a F 00:00-00:01 batch=a; b S 00:10-00:11", settings),
            "Workflow a: failed run-failed a since >=00:01\nok succeeded b since >=00:11");
}

// --- last-finished-pod ---

std::string last_pod(std::string_view runs) {
  return on_namespace(judge_in_any_order(runs, by_namespace(Rule::kLastFinishedPod)));
}

TEST(LastFinishedPod, LooksAtThePodThatEndedLastAlone) {
  EXPECT_EQ(last_pod("bad F 00:00-00:05 pod; slow S 00:00-00:09 pod"), "ok succeeded slow since >=00:09");
  EXPECT_EQ(last_pod("bad F 00:00-00:09 pod; slow S 00:00-00:05 pod"), "failed run-failed bad since >=00:09");
}

TEST(LastFinishedPod, OfSeveralTheOneCreatedLastThenTheLastListed) {
  EXPECT_EQ(last_pod("a F 00:01-00:05 pod; b S 00:00-00:05 pod"), "failed run-failed a since >=00:05");
  const Settings settings = by_namespace(Rule::kLastFinishedPod);
  EXPECT_EQ(on_namespace(judge_in_this_order("a F 00:00-00:05 pod; b S 00:00-00:05 pod", settings)),
            "ok succeeded b since >=00:05");
}

TEST(LastFinishedPod, PodsUnderWayAndWorkflowsAreNotSeen) {
  EXPECT_EQ(last_pod("a F 00:00-00:05 pod; b R 00:06 pod; c S 00:06-00:07; d S 00:06-00:07 job"),
            "failed run-failed a since >=00:05");
  EXPECT_EQ(judge_in_any_order("c S 00:06-00:07; b R 00:00 pod", by_namespace(Rule::kLastFinishedPod)), "");
}

}  // namespace
}  // namespace lastrun::judge
