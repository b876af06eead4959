// What a listed CronWorkflow or CronJob tells: docs/judgement.md, "What a schedule object tells".
#include <gtest/gtest.h>

#include "judge/testing_runs.h"

namespace lastrun::judge {
namespace {

// The verdict on CronWorkflow c, or CronJob c.
std::string verdict(std::string_view objects) {
  const std::string text = testing::judge_in_any_order(objects);
  for (const std::string_view prefix : {"CronWorkflow c: ", "CronJob c: "}) {
    if (text.starts_with(prefix)) return text.substr(prefix.size());
  }
  return "?" + text;
}

constexpr const char* kOkRun = "a S 00:00-00:01 cron=c slot=00:00; ";
constexpr const char* kFailedRun = "a F 00:00-00:01 cron=c slot=00:00; ";
constexpr const char* kRunningRun = "a R 00:00 cron=c slot=00:00; ";
constexpr const char* kOkJob = "a S 00:00-00:01 job cronjob=c slot=00:00; ";
constexpr const char* kFailedJob = "a F 00:00-00:01 job cronjob=c slot=00:00; ";

std::string with(const char* run, const char* schedule) {
  return verdict(std::string(run) + schedule);
}

TEST(Schedule, IsABatchEvenWithoutARun) {
  EXPECT_EQ(verdict("cronworkflow c"), "never no-runs - since -");
  EXPECT_EQ(verdict("cronjob c"), "never no-runs - since -");
}

TEST(Schedule, AgreesWithItsListedRuns) {
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:00 succeeded=1 failed=1"), "ok succeeded a since >=00:01");
  EXPECT_EQ(with(kFailedRun, "cronworkflow c last=00:00 succeeded=1"), "failed run-failed a since >=00:01");
  EXPECT_EQ(with(kOkJob, "cronjob c last=00:00"), "ok succeeded a since >=00:01");
  EXPECT_EQ(with(kOkRun, "cronworkflow c"), "ok succeeded a since >=00:01");
}

TEST(Schedule, ThatCannotRunAtAllFails) {
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:00 spec-error=bad-schedule"),
            "failed spec-error - since - also ok (bad-schedule)");
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:00 submission-error=quota"),
            "failed submission-error - since - also ok (quota)");
  EXPECT_EQ(with(kFailedRun, "cronworkflow c last=00:00 submission-error=quota"),
            "failed submission-error - since - (quota)");
  EXPECT_EQ(verdict("cronworkflow c submission-error=quota"), "failed submission-error - since - also never (quota)");
  EXPECT_EQ(verdict("cronworkflow c submission-error=quota spec-error=bad"),
            "failed spec-error - since - also never (bad)");
}

TEST(UnseenRun, OfACronJobSucceededWhenItsLastSuccessIsNotBeforeTheSlot) {
  EXPECT_EQ(verdict("cronjob c last=00:10 success=00:10"), "ok succeeded-unlisted - since >=00:10");
  EXPECT_EQ(with(kFailedJob, "cronjob c last=00:10 success=00:11"), "ok succeeded-unlisted - since >=00:11");
  EXPECT_EQ(with(kOkJob, "cronjob c last=00:10 success=00:11"), "ok succeeded-unlisted - since >=00:01");
}

TEST(UnseenRun, OfACronJobIsUnknownOtherwise) {
  EXPECT_EQ(with(kOkJob, "cronjob c last=00:10 success=00:09"), "unknown outcome-unseen - since 00:10 also ok");
  EXPECT_EQ(with(kOkJob, "cronjob c last=00:10"), "unknown outcome-unseen - since 00:10 also ok");
  EXPECT_EQ(with("a R 00:00 job cronjob=c slot=00:00; ", "cronjob c last=00:10"),
            "unknown outcome-unseen - since 00:10 also never");
  EXPECT_EQ(verdict("cronjob c last=00:10"), "unknown outcome-unseen - since 00:10 also never");
}

TEST(UnseenRun, LeavesAFailureStandingAndMarksItStale) {
  EXPECT_EQ(with(kFailedJob, "cronjob c last=00:10"), "failed run-failed a since >=00:01 stale");
  EXPECT_EQ(with(kFailedRun, "cronworkflow c last=00:10 succeeded=1 failed=1"),
            "failed run-failed a since >=00:01 stale");
}

TEST(UnseenRun, OfACronWorkflowIsToldByCountersOnlyWhileOneOfThemCounted) {
  EXPECT_EQ(verdict("cronworkflow c last=00:10 succeeded=3"), "ok succeeded-unlisted - since >=00:10");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 failed=3"), "failed failed-unlisted - since >=00:10");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 succeeded=1 failed=3"),
            "unknown outcome-unseen - since 00:10 also never");
  EXPECT_EQ(verdict("cronworkflow c last=00:10"), "unknown outcome-unseen - since 00:10 also never");
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:10 succeeded=3"), "ok succeeded-unlisted - since >=00:01");
  EXPECT_EQ(with(kFailedRun, "cronworkflow c last=00:10 failed=3"), "failed failed-unlisted - since >=00:01");
  EXPECT_EQ(with(kRunningRun, "cronworkflow c last=00:10 succeeded=3"), "ok succeeded-unlisted - since >=00:10");
}

TEST(UnseenRun, OfACronJobIsNotToldByTheLateEndOfAListedOne) {
  constexpr const char* kLateJob = "a S 00:00-00:11 job cronjob=c slot=00:00; ";
  EXPECT_EQ(with(kLateJob, "cronjob c last=00:10 success=00:11"), "unknown outcome-unseen - since 00:10 also ok");
  EXPECT_EQ(with(kLateJob, "cronjob c last=00:10 success=00:12"), "ok succeeded-unlisted - since >=00:11");
  EXPECT_EQ(with("a F 00:00-00:11 job cronjob=c slot=00:00; ", "cronjob c last=00:10 success=00:11"),
            "ok succeeded-unlisted - since >=00:11");
}

TEST(UnseenRun, IsNoneWhileARunThatIsNotListedIsActive) {
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:10 active"), "ok succeeded a since >=00:01");
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:10 active=a active=z"), "ok succeeded a since >=00:01");
  EXPECT_EQ(with(kFailedJob, "cronjob c last=00:10 active"), "failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 active"), "never no-runs - since -");
}

TEST(UnseenRun, IsNotExcusedByAnActiveOneOfAnOlderSlot) {
  EXPECT_EQ(with(kRunningRun, "cronworkflow c last=00:10 active=a"), "unknown outcome-unseen - since 00:10 also never");
  EXPECT_EQ(verdict("old S 00:00-00:01 job cronjob=c slot=00:00; a R 00:05 job cronjob=c slot=00:05;"
                    "cronjob c last=00:10 active=a"),
            "unknown outcome-unseen - since 00:10 also ok");
}

TEST(UnseenRun, OfACronWorkflowThatReplacesIsNotToldByItsCountOfFailures) {
  EXPECT_EQ(verdict("cronworkflow c last=00:10 failed=3 replaces"), "unknown outcome-unseen - since 00:10 also never");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 active failed=3 replaces"), "never no-runs - since -");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 succeeded=3 replaces"), "ok succeeded-unlisted - since >=00:10");
}

TEST(UnseenRun, OfARelabelledScheduleIsToldInTheOneBatchOfItsRuns) {
  const std::string run = "a S 00:00-00:01 cron=c slot=00:00 batch=x; ";
  EXPECT_EQ(testing::judge_in_any_order(run + "cronworkflow c last=00:10 succeeded=1 failed=1"),
            "Workflow x: unknown outcome-unseen - since 00:10 also ok");
  EXPECT_EQ(testing::judge_in_any_order(run + "cronworkflow c last=00:00"), "Workflow x: ok succeeded a since >=00:01");
  EXPECT_EQ(testing::judge_in_any_order(run + "cronworkflow c spec-error=bad"),
            "Workflow x: failed spec-error - since - also ok (bad)");
  // In several batches nobody can tell whose the unseen run was.
  EXPECT_EQ(testing::judge_in_any_order(run + "b S 00:01-00:02 cron=c slot=00:01 batch=y; cronworkflow c last=00:10"),
            "Workflow x: ok succeeded a since >=00:01\nWorkflow y: ok succeeded b since >=00:02");
}

TEST(UnseenRun, OfAScheduleThatTheSelectorLeavesOutIsToldWhereItsRunsAreChosen) {
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:10 succeeded=1 failed=1 not-selected"),
            "unknown outcome-unseen - since 00:10 also ok");
  EXPECT_EQ(testing::judge_in_any_order("cronworkflow c last=00:10 failed=1 not-selected"), "");
}

TEST(ListedFailure, OfACronJobIsAnsweredByALaterSuccessThatIsNotListed) {
  const std::string running = "r R 00:20 job cronjob=c slot=00:20; ";
  EXPECT_EQ(verdict(kFailedJob + running + "cronjob c last=00:20 success=00:11 active=r"),
            "ok succeeded-unlisted - since >=00:11");
  EXPECT_EQ(verdict(kFailedJob + running + "cronjob c last=00:20 success=00:00:30 active=r"),
            "failed run-failed a since >=00:01");
  EXPECT_EQ(
      verdict(kFailedJob + running + "s S 00:00:01-00:11 job cronjob=c slot=00:00; cronjob c last=00:20 success=00:11"),
      "failed failed-in-parallel a since >=00:01");
}

TEST(PastRuns, AreToldWithoutThoseThatAreListedAndDoNotCount) {
  Settings settings;
  settings.stopped = StoppedRuns::kDoNotCount;
  const std::string stopped = "a F 00:00-00:01 cron=c slot=00:00 action=Stop; ";
  EXPECT_EQ(testing::judge_in_any_order(stopped + "cronworkflow c last=00:00 failed=1", settings),
            "CronWorkflow c: never none-counts a since -");
  EXPECT_EQ(testing::judge_in_any_order(stopped + "cronworkflow c last=00:00 failed=2", settings),
            "CronWorkflow c: failed failed-unlisted - since -");
}

TEST(Replaced, IsWhatOnlyASchedulesPolicyDoes) {
  const std::string runs =
      "o S 00:00-00:01 slot=00:00 cron=c; a F 00:02-00:03 slot=00:02 cron=c shutdown; "
      "b R 00:03 slot=00:03 cron=c; ";
  EXPECT_EQ(verdict(runs + "cronworkflow c last=00:03 replaces"), "ok succeeded o since >=00:01");
  EXPECT_EQ(verdict(runs + "cronworkflow c last=00:03"), "failed stopped a since 00:03");
}

TEST(PastRuns, AreToldByTheScheduleWhereNoListedRunHasFinished) {
  EXPECT_EQ(verdict("cronworkflow c last=00:10 active succeeded=3"), "ok succeeded-unlisted - since -");
  EXPECT_EQ(verdict("cronworkflow c succeeded=1"), "ok succeeded-unlisted - since -");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 active failed=3"), "failed failed-unlisted - since -");
  EXPECT_EQ(verdict("cronworkflow c last=00:10 active succeeded=1 failed=3"),
            "unknown outcome-unseen - since - also never");
  EXPECT_EQ(with(kRunningRun, "cronworkflow c last=00:00 active=a succeeded=1 failed=3"),
            "unknown outcome-unseen - since - also never");
  // That a run of a CronJob succeeded once does not tell of those that came after it.
  EXPECT_EQ(with("a R 00:10 job cronjob=c slot=00:10; ", "cronjob c last=00:10 success=00:01 active=a"),
            "unknown outcome-unseen - since 00:01 also never");
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:00 succeeded=1 failed=3"), "ok succeeded a since >=00:01");
}

TEST(UnseenRun, IsNoneBeforeTheNewestListedRun) {
  EXPECT_EQ(
      verdict("a S 00:00-00:01 cron=c slot=00:00; b R 00:10 cron=c slot=00:10; cronworkflow c last=00:10 failed=1"),
      "ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a S 00:00-00:01 cron=c slot=00:00; by-hand S 00:15-00:16 cron=c; cronworkflow c last=00:10"),
            "ok succeeded by-hand since >=00:01");
}

TEST(Suspended, IsAFlagBesideTheVerdict) {
  EXPECT_EQ(with(kOkRun, "cronworkflow c last=00:00 suspended"), "ok succeeded a since >=00:01 suspended");
  EXPECT_EQ(with(kFailedJob, "cronjob c last=00:00 suspended"), "failed run-failed a since >=00:01 suspended");
  EXPECT_EQ(verdict("cronjob c suspended"), "never no-runs - since - suspended");
}

TEST(Schedule, SpeaksForTheBatchOfItsOwnKindAndNamespaceAlone) {
  EXPECT_EQ(testing::judge_in_any_order("a S 00:00-00:01 cron=c; cronjob c; cronworkflow c ns=other"),
            "CronJob c: never no-runs - since -\n"
            "CronWorkflow c: ok succeeded a since >=00:01\n"
            "other/CronWorkflow c: never no-runs - since -");
}

TEST(Schedule, TellsNothingAboutNamespacesAndPatterns) {
  Settings settings;
  settings.grouping = ByNamespace{};
  EXPECT_EQ(testing::judge_in_any_order("a S 00:00-00:01 cron=c; cronworkflow c last=00:10 spec-error=x", settings),
            "Namespace n: ok succeeded a since >=00:01");
}

}  // namespace
}  // namespace lastrun::judge
