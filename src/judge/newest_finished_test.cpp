// The rule newest-finished on runs of one batch, paragraph by paragraph of docs/judgement.md. How to read the lines
// stands in judge/testing_runs.h.
#include <gtest/gtest.h>

#include "judge/testing_runs.h"

namespace lastrun::judge {
namespace {

std::string verdict(std::string_view runs) {
  return testing::judge_in_any_order(runs);
}

TEST(NewestFinished, TheNewestRunThatFinishedDecides) {
  EXPECT_EQ(verdict("a S 00:00-00:01; b F 00:10-00:11"), "failed run-failed b since 00:11");
  EXPECT_EQ(verdict("a F 00:00-00:01; b S 00:10-00:11"), "ok succeeded b since 00:11");
  EXPECT_EQ(verdict("a S 00:00-00:01; b E 00:10-00:11"), "failed run-errored b since 00:11");
}

TEST(NewestFinished, ARunUnderWayHoldsTheVerdict) {
  EXPECT_EQ(verdict("a S 00:00-00:01; b R 00:10"), "ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01; b P 00:10; c - 00:11"), "failed run-failed a since >=00:01");
}

TEST(NewestFinished, WithoutAFinishedRunTheNewestIsShown) {
  EXPECT_EQ(verdict("a R 00:00; b P 00:10"), "never not-finished b since -");
}

// --- Order of runs ---

TEST(OrderOfRuns, IsBySlotThenCreationThenUid) {
  EXPECT_EQ(verdict("a S 00:05-00:06 slot=00:00; b F 00:01-00:02 slot=00:01"), "failed run-failed b since 00:02");
  EXPECT_EQ(verdict("a S 00:05-00:06 slot=00:00; b F 00:01-00:02 slot=00:00"), "ok succeeded a since 00:06");
  EXPECT_EQ(verdict("a S 00:00-00:01; b F 00:00:30-00:01"), "failed run-failed b since 00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 uid=2; b F 00:00-00:01 uid=1"), "failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("a S 00:00-00:01 uid=9; b S 00:00-00:01 uid=10"), "ok succeeded b since >=00:01");
  EXPECT_EQ(verdict("a S 00:00-00:01 uid=b; b S 00:00-00:01 uid=a"), "ok succeeded a since >=00:01");
}

TEST(OrderOfRuns, TheResubmissionOfARunComesAfterIt) {
  EXPECT_EQ(verdict("nightly F 00:00-00:01 slot=00:00; again S 00:10-00:11 slot=00:00"),
            "ok succeeded again since 00:11");
}

TEST(OrderOfRuns, ABackfillDoesNotComeAfterTheNewerSlotsRun) {
  EXPECT_EQ(verdict("newer F 01:00-01:01 slot=01:00; backfill S 02:00-02:01 slot=00:00"),
            "failed run-failed newer since 01:01");
  EXPECT_EQ(verdict("newer S 01:00-01:01 slot=01:00; backfill F 02:00-02:01 slot=00:00"),
            "ok succeeded newer since 01:01");
}

// --- Parallel runs ---

constexpr const char* kFailureBesideLaterSuccess = "failed failed-in-parallel f since >=00:10";

TEST(ParallelRuns, ASuccessLeavesAFailureStandingThatRanBesideIt) {
  EXPECT_EQ(verdict("f F 00:00-00:10; s S 00:05-00:20"), kFailureBesideLaterSuccess);
  EXPECT_EQ(verdict("f F 00:00-00:10; s S 00:05-00:07"), kFailureBesideLaterSuccess);
  EXPECT_EQ(verdict("f F 00:00-00:10 slot=00:00; s S 00:00-00:20 slot=00:00"),
            verdict("f F 00:00-00:10; s S 00:00-00:20"));
}

TEST(ParallelRuns, AFailureThatIsTheNewerOfTheTwoDecidesAnyway) {
  EXPECT_EQ(verdict("s S 00:00-00:20; f F 00:05-00:10"), "failed run-failed f since 00:10");
  EXPECT_EQ(verdict("s S 00:00-00:08; f F 00:05-00:10"), "failed run-failed f since 00:10");
}

TEST(ParallelRuns, TheBoundariesAreStrict) {
  EXPECT_EQ(verdict("f F 00:00-00:10; s S 00:10-00:20"), "ok succeeded s since 00:20");
  EXPECT_EQ(verdict("f F 00:00-00:10; s S 00:09:59-00:20"), kFailureBesideLaterSuccess);
}

TEST(ParallelRuns, ASuccessOfTheSameSecondIsNoAnswerToAFailureThatWentOn) {
  EXPECT_EQ(verdict("f F 00:00-00:10 uid=1; s S 00:00-00:00 uid=2"), kFailureBesideLaterSuccess);
  EXPECT_EQ(verdict("f F 00:00-00:10 uid=2; s S 00:00-00:00 uid=1"), "failed run-failed f since 00:10");
}

TEST(ParallelRuns, OfDifferentSlotsTheLaterDecides) {
  EXPECT_EQ(verdict("f F 00:00-00:30 slot=00:00; s S 00:10-00:20 slot=00:10"), "ok succeeded s since 00:20");
  EXPECT_EQ(verdict("s S 00:00-00:30 slot=00:00; f F 00:10-00:20 slot=00:10"), "failed run-failed f since 00:20");
}

TEST(ParallelRuns, OneWithoutASlotCanBeBesideOneWithASlot) {
  EXPECT_EQ(verdict("f F 00:00-00:10 slot=00:00; s S 00:05-00:20"), kFailureBesideLaterSuccess);
  EXPECT_EQ(verdict("f F 00:00-00:10; s S 00:05-00:20 slot=00:01"), kFailureBesideLaterSuccess);
}

// The slot's run came late (its predecessor held it up): by its slot it is the older one, but the success was over
// before it began.
TEST(ParallelRuns, ASuccessThatWasOverBeforeTheFailureBeganIsNoAnswerToIt) {
  EXPECT_EQ(verdict("late F 00:10-00:30 slot=00:02; by-hand S 00:03-00:04"),
            "failed failed-in-parallel late since >=00:30");
}

TEST(ParallelRuns, ASuccessThatBeganAfterTheFailureAnswersItThoughItsSlotIsTheOlder) {
  EXPECT_EQ(verdict("by-hand F 00:03-00:04; late S 00:10-00:20 slot=00:02"), "ok succeeded late since >=00:20");
  EXPECT_EQ(verdict("by-hand F 00:03-00:11; late S 00:10-00:20 slot=00:02"), "failed run-failed by-hand since 00:11");
  EXPECT_EQ(verdict("o F 00:00-00:01 slot=00:00; by-hand F 00:03-00:04; late S 00:10-00:20 slot=00:02"),
            "ok succeeded late since 00:20");
}

TEST(ParallelRuns, AStandingFailureClearsByALaterSlotOrASuccessCreatedAfterItsEnd) {
  const std::string both = "f F 00:00-00:10; s S 00:05-00:20; ";
  EXPECT_EQ(verdict(both + "t S 00:10-00:12"), "ok succeeded t since 00:12");
  EXPECT_EQ(verdict(both + "t S 00:09-00:12"), kFailureBesideLaterSuccess);
  EXPECT_EQ(verdict("f F 00:00-00:10 slot=00:00; s S 00:00-00:20 slot=00:00; t S 00:01-00:02 slot=00:01"),
            "ok succeeded t since 00:02");
}

TEST(ParallelRuns, OfAFanOutTheNewestStandingFailureIsNamed) {
  EXPECT_EQ(verdict("p1 F 00:00-00:10; p2 S 00:00:01-00:02; p3 F 00:00:02-00:08; p4 S 00:00:03-00:12"),
            "failed failed-in-parallel p3 since >=00:10");
  EXPECT_EQ(verdict("p1 F 00:00-00:10; p3 F 00:00:02-00:08; p4 S 00:09-00:12"),
            "failed failed-in-parallel p1 since >=00:10");
}

// --- Since ---

TEST(Since, IsTheFinishOfTheOldestRunOfTheUnbrokenStreak) {
  EXPECT_EQ(verdict("a S 00:00-00:01; b F 00:10-00:11; c E 00:20-00:21; d F 00:30-00:31"),
            "failed run-failed d since 00:11");
  EXPECT_EQ(verdict("a F 00:00-00:01; b S 00:10-00:11; c S 00:20-00:21"), "ok succeeded c since 00:11");
}

TEST(Since, IsAtLeastThatWhenTheStreakReachesBackToTheOldestRunThatCounts) {
  EXPECT_EQ(verdict("a F 00:00-00:01; b F 00:10-00:11"), "failed run-failed b since >=00:01");
  EXPECT_EQ(verdict("r R 00:00; a S 00:01-00:02; b S 00:10-00:11"), "ok succeeded b since >=00:02");
}

TEST(Since, ASuccessThatLeftAFailureStandingDoesNotBreakAFailingStreak) {
  EXPECT_EQ(verdict("o S 00:00-00:01; f F 00:02-00:10; s S 00:05-00:20; g F 00:30-00:31"),
            "failed run-failed g since 00:10");
}

TEST(Since, OneFailureGivesWayToAnotherWithoutABreak) {
  EXPECT_EQ(verdict("o S 00:00-00:01; f F 00:02-00:10; g F 00:09-00:20; s S 00:11-00:12"),
            "failed failed-in-parallel g since 00:10");
}

TEST(Since, IsAbsentWhereNoRunTellsIt) {
  EXPECT_EQ(verdict("a F 00:00"), "failed run-failed a since -");
  EXPECT_EQ(verdict("a S 00:00-00:01; b F 00:10 action=Retry not-completed"), "failed retrying b since -");
}

// --- Twice ---

TEST(Twice, ARunCountsOnceWithItsNewestVersion) {
  EXPECT_EQ(verdict("a R 00:00 uid=1 version=1; a S 00:00-00:01 uid=1 version=2"), "ok succeeded a since >=00:01");
  EXPECT_EQ(verdict("a R 00:00 uid=1 version=9; a F 00:00-00:01 uid=1 version=10; a F 00:00-00:01 uid=1 version=0"),
            "failed run-failed a since >=00:01");
  EXPECT_EQ(verdict("a F 00:00-00:01 uid=1 version=2; a R 00:00 uid=1 version=3 action=Retry"),
            "failed retrying a since -");
}

TEST(Twice, ItsOlderVersionDecidesNothing) {
  EXPECT_EQ(verdict("o S 00:00-00:01; a F 00:10-00:11 uid=1 version=2; a R 00:10 uid=1 version=3"),
            "ok succeeded o since >=00:01");
}

TEST(Twice, ItCountsOnceEvenWhereItsVersionsBelongToDifferentBatches) {
  EXPECT_EQ(verdict("a F 00:00-00:01 uid=1 version=2; a F 00:00-00:01 uid=1 version=3 template=t"),
            "WorkflowTemplate t: failed run-failed a since >=00:01");
}

TEST(Twice, AUidNeedBeNoUuid) {
  EXPECT_EQ(verdict("a R 00:00 text-uid=x version=1; a S 00:00-00:01 text-uid=x version=2; "
                    "c F 00:00-00:01 text-uid=y batch=c"),
            "ok succeeded a since >=00:01\nWorkflow c: failed run-failed c since >=00:01");
  EXPECT_EQ(verdict("a S 00:00-00:01 text-uid=0A; b R 00:00 text-uid=0a"), "ok succeeded a since >=00:01");
}

TEST(Twice, RunsWithoutAUidCountEachTime) {
  EXPECT_EQ(verdict("o S 00:00-00:01 text-uid=; a F 00:10-00:11 text-uid=; a F 00:10-00:11 text-uid="),
            "failed run-failed a since 00:11");
}

}  // namespace
}  // namespace lastrun::judge
