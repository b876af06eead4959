// What counts as final, failed, retried, stopped and replaced: docs/judgement.md, "What a run tells".
#include <gtest/gtest.h>

#include "judge/testing_runs.h"

namespace lastrun::judge {
namespace {

std::string verdict(std::string_view runs) {
  return testing::judge_in_any_order(runs);
}

std::string ignoring_stopped(std::string_view runs) {
  Settings settings;
  settings.stopped = StoppedRuns::kDoNotCount;
  return testing::judge_in_any_order(runs, settings);
}

TEST(Final, AWorkflowIsByPhaseAndCompleted) {
  EXPECT_EQ(verdict("a S 00:00-00:01"), "ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a S 00:00-00:01 not-completed"), "never not-finished a since -");
  EXPECT_EQ(verdict("a - 00:00"), "never not-finished a since -");
  EXPECT_EQ(verdict("a R 00:00"), "never not-finished a since -");
  EXPECT_EQ(verdict("a S 00:00-00:01 phase=Unheard"), "never not-finished a since -");
  EXPECT_EQ(verdict("a S 00:00-00:01 phase="), "never not-finished a since -");
}

TEST(Final, AJobIsByItsCondition) {
  EXPECT_EQ(verdict("a S 00:00-00:01 job"), "Job b: ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 job"), "Job b: failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 job not-completed"), "Job b: never not-finished a since -");
  EXPECT_EQ(verdict("a R 00:00 job phase=Suspended"), "Job b: never not-finished a since -");
}

TEST(Failed, TheReasonTellsHow) {
  EXPECT_EQ(verdict("a F 00:00-00:01"), "failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("a E 00:00-00:01"), "failed run-errored a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 nodes=none"), "failed invalid-spec a since >=00:01");
  EXPECT_EQ(verdict("a E 00:00-00:01 nodes=none"), "failed invalid-spec a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 nodes=unknown"), "failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 exit-handler"), "failed exit-handler-failed a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 nodes=none shutdown"), "failed stopped a since >=00:01");
}

TEST(Failed, AlsoWhereOnlyTheStatusTellsIt) {
  EXPECT_EQ(verdict("a F 00:00-00:01 unlabelled"), "failed run-failed a since >=00:01");
}

TEST(Failed, WithoutAResourceVersionMissingNodesTellNothing) {
  EXPECT_EQ(verdict("a F 00:00-00:01 nodes=none version=0"), "failed run-failed a since >=00:01");
}

// --- Retried ---

TEST(Retried, ItsFailureStandsUntilItIsFinalAgain) {
  EXPECT_EQ(verdict("a F 00:00 action=Retry not-completed"), "failed retrying a since -");
  EXPECT_EQ(verdict("a R 00:00 action=Retry"), "failed retrying a since -");
  EXPECT_EQ(verdict("a P 00:00 action=Retry"), "failed retrying a since -");
  EXPECT_EQ(verdict("a F 00:00-00:01 not-completed"), "failed retrying a since -");
  EXPECT_EQ(verdict("a E 00:00-00:01 not-completed"), "failed retrying a since -");
}

TEST(Retried, TheLabelOfACompletedRunMeansNothing) {
  EXPECT_EQ(verdict("a S 00:00-00:01 action=Retry"), "ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 action=Retry"), "failed run-failed a since >=00:01");
}

TEST(Retried, AStoppedRunThatIsRetriedIsRetriedOnly) {
  EXPECT_EQ(verdict("a R 00:00 action=Retry shutdown"), "failed retrying a since -");
  EXPECT_EQ(ignoring_stopped("a R 00:00 action=Retry shutdown"), "failed retrying a since -");
}

TEST(Retried, OnlyALaterSlotAnswersItUntilItIsFinalAgain) {
  EXPECT_EQ(verdict("a R 00:00 action=Retry; b S 00:10-00:11"), "failed failed-in-parallel a since -");
  EXPECT_EQ(verdict("a R 00:00 action=Retry uid=1; b S 00:00-00:11 uid=2"), "failed failed-in-parallel a since -");
  EXPECT_EQ(verdict("a R 00:00 slot=00:00 action=Retry; b S 00:10-00:11 slot=00:10"), "ok succeeded b since 00:11");
}

TEST(Retried, ItsRetryUndoesNoFailureThatRanBesideASuccess) {
  EXPECT_EQ(verdict("a F 00:00-00:30; b S 00:01-00:21"), "failed failed-in-parallel a since >=00:30");
  EXPECT_EQ(verdict("a R 00:00 action=Retry; b S 00:01-00:21"), "failed failed-in-parallel a since -");
}

TEST(Retried, AnOlderFailureGivesTheStreakItsBeginning) {
  EXPECT_EQ(verdict("o S 00:00-00:01; a F 00:10-00:11; b R 00:20 action=Retry"), "failed retrying b since 00:11");
}

TEST(Retried, AJobHasNoRetries) {
  EXPECT_EQ(verdict("a R 00:00 job action=Retry"), verdict("a R 00:00 job"));
}

// --- Stopped ---

TEST(Stopped, IsAFailure) {
  EXPECT_EQ(verdict("a F 00:00-00:01 shutdown"), "failed stopped a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 action=Stop"), "failed stopped a since >=00:01");
  EXPECT_EQ(verdict("a E 00:00-00:01 action=Terminate shutdown"), "failed stopped a since >=00:01");
}

TEST(Stopped, MeansNothingUntilTheRunHasEnded) {
  EXPECT_EQ(verdict("o S 00:00-00:01; a R 00:10 action=Stop shutdown"), "ok succeeded o since >=00:01");
}

TEST(Stopped, ARunThatSucceededAllTheSameSucceeded) {
  EXPECT_EQ(verdict("a S 00:00-00:01 action=Stop shutdown"), "ok succeeded a since >=00:01");
  EXPECT_EQ(ignoring_stopped("a S 00:00-00:01 action=Stop shutdown"), "ok succeeded a since >=00:01");
}

TEST(Stopped, IgnoredItDoesNotCount) {
  EXPECT_EQ(ignoring_stopped("o S 00:00-00:01; a F 00:10-00:11 shutdown"), "ok succeeded o since >=00:01");
  EXPECT_EQ(ignoring_stopped("o F 00:00-00:01; a F 00:10-00:11 action=Stop; p F 00:20-00:21"),
            "failed run-failed p since >=00:01");
  EXPECT_EQ(ignoring_stopped("o F 00:00-00:01; a F 00:10-00:11 action=Retry"), "failed run-failed a since >=00:01");
}

TEST(Stopped, IgnoredItIsNotShownAsUnderWay) {
  EXPECT_EQ(ignoring_stopped("a F 00:10-00:11 shutdown"), "never none-counts a since -");
  EXPECT_EQ(ignoring_stopped("r R 00:00; a F 00:10-00:11 shutdown"), "never not-finished - since -");
  EXPECT_EQ(ignoring_stopped("a F 00:10-00:11 shutdown; r R 00:20"), "never not-finished r since -");
}

// --- Replaced ---

TEST(Replaced, DoesNotCountWhenALaterSlotsRunWasCreatedInTime) {
  EXPECT_EQ(verdict("a F 00:00-00:01:01 slot=00:00 cron=c shutdown; b R 00:01 slot=00:01 cron=c"),
            "CronWorkflow c: never not-finished b since -");
  EXPECT_EQ(verdict("o S 00:00-00:01 slot=00:00 cron=c; a F 00:02-00:03 slot=00:02 cron=c shutdown; "
                    "b R 00:03 slot=00:03 cron=c"),
            "CronWorkflow c: ok succeeded o since >=00:01");
}

TEST(Replaced, WasStoppedWhenTheSiblingCameTooLate) {
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 cron=c shutdown; b R 00:01:01 slot=00:01 cron=c"),
            "CronWorkflow c: failed stopped a since >=00:01");
}

TEST(Replaced, WasStoppedWithoutASibling) {
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 cron=c shutdown"), "CronWorkflow c: failed stopped a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 cron=c shutdown; b R 00:00:30 slot=00:00 cron=c"),
            "CronWorkflow c: failed stopped a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 cron=c shutdown; b R 00:00:30 cron=c"),
            "CronWorkflow c: failed stopped a since >=00:01");
}

TEST(Replaced, WithALabelActionSomebodyStoppedIt) {
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 cron=c shutdown action=Terminate; b R 00:01 slot=00:01 cron=c"),
            "CronWorkflow c: failed stopped a since >=00:01");
}

TEST(Replaced, OnlyChildrenOfACronWorkflowAre) {
  EXPECT_EQ(verdict("a F 00:00-00:01 slot=00:00 shutdown; b R 00:01 slot=00:01"), "failed stopped a since >=00:01");
}

TEST(Replaced, ThreeInARowNeitherFailNorEndAStreak) {
  const std::string three =
      "a F 00:01-00:02 slot=00:01 cron=c shutdown; b F 00:02-00:03 slot=00:02 cron=c shutdown; "
      "d F 00:03-00:04 slot=00:03 cron=c shutdown; ";
  EXPECT_EQ(verdict(three + "e R 00:04 slot=00:04 cron=c"), "CronWorkflow c: never not-finished e since -");
  EXPECT_EQ(verdict("o F 00:00-00:00:30 slot=00:00 cron=c; " + three + "e F 00:04-00:05 slot=00:04 cron=c"),
            "CronWorkflow c: failed run-failed e since >=00:00:30");
}

TEST(Replaced, ItsSiblingMayHaveEndedAnyHow) {
  EXPECT_EQ(verdict("a F 00:00-00:02 slot=00:00 cron=c shutdown; b S 00:01-00:02 slot=00:01 cron=c"),
            "CronWorkflow c: ok succeeded b since >=00:02");
}

// Stopping ones do not count when they are ignored; as siblings they show that there was a replacement.
TEST(Replaced, IgnoringStoppedRunsChangesNothing) {
  const std::string_view runs =
      "o F 00:00-00:01 slot=00:00 cron=c; a F 00:02-00:03 slot=00:02 cron=c shutdown; b R 00:03 slot=00:03 cron=c";
  EXPECT_EQ(ignoring_stopped(runs), verdict(runs));
}

}  // namespace
}  // namespace lastrun::judge
