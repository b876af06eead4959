#include "judge/compare.h"

#include <gtest/gtest.h>

namespace lastrun::judge {
namespace {

Verdict verdict_of(BatchKey batch, Status status, const std::string& run) {
  Verdict verdict;
  verdict.batch = std::move(batch);
  verdict.status = status;
  if (!run.empty()) {
    verdict.run = RunInfo{};
    verdict.run->name = run;
    verdict.run->phase = status == Status::kFailed ? "Failed" : "Succeeded";
  }
  return verdict;
}

Verdict ours(const std::string& name, Status status, const std::string& run, const std::string& name_space = "n") {
  return verdict_of({"", name_space, name, "Workflow"}, status, run);
}

Verdict theirs(Status status, const std::string& run, const std::string& name_space = "n") {
  return verdict_of({"", name_space, name_space, "Namespace"}, status, run);
}

// "b: it looked at x alone (Failed)", a line a difference.
std::string differences(const std::vector<Verdict>& our, const std::vector<Verdict>& their) {
  std::string text;
  for (const Difference& difference : compare(our, their)) {
    text += difference.ours.batch.name + ": " + difference.why + "\n";
  }
  return text;
}

TEST(Compare, SameVerdictsMakeNoDifference) {
  EXPECT_EQ(differences({}, {}), "");
  EXPECT_EQ(differences({ours("b", Status::kOk, "x")}, {theirs(Status::kOk, "x")}), "");
  EXPECT_EQ(differences({ours("b", Status::kFailed, "x")}, {theirs(Status::kFailed, "x")}), "");
  EXPECT_EQ(differences({ours("b", Status::kNever, "x")}, {theirs(Status::kOk, "x")}), "");
}

TEST(Compare, TellsWhatTheOlderRuleMissed) {
  EXPECT_EQ(differences({ours("a", Status::kFailed, "x"), ours("b", Status::kOk, "y"), ours("c", Status::kUnknown, "")},
                        {theirs(Status::kOk, "y")}),
            "a: it looked at y alone (Succeeded)\nc: it looked at y alone (Succeeded)\n");
}

TEST(Compare, ABatchThatFailsInAFailingNamespaceIsNoDifference) {
  EXPECT_EQ(differences({ours("a", Status::kFailed, "x"), ours("b", Status::kOk, "y")}, {theirs(Status::kFailed, "y")}),
            "");
}

TEST(Compare, TellsAFalseAlarmOnceAtTheBatchOfItsRun) {
  EXPECT_EQ(differences({ours("a", Status::kOk, "x"), ours("b", Status::kOk, "y")}, {theirs(Status::kFailed, "y")}),
            "b: it looked at y alone (Failed)\n");
  EXPECT_EQ(differences({ours("a", Status::kOk, "x"), ours("b", Status::kOk, "z")}, {theirs(Status::kFailed, "y")}),
            "a: it looked at y alone (Failed)\n");
}

TEST(Compare, NamespacesAndClustersStandForThemselves) {
  EXPECT_EQ(differences({ours("a", Status::kFailed, "x", "m"), ours("b", Status::kOk, "y", "n")},
                        {theirs(Status::kOk, "x", "m"), theirs(Status::kFailed, "y", "n")}),
            "a: it looked at x alone (Succeeded)\nb: it looked at y alone (Failed)\n");
}

TEST(Compare, WhatTheOlderRuleKnowsNothingOfItMissed) {
  EXPECT_EQ(differences({ours("a", Status::kFailed, "x")}, {}), "a: it found no run to look at\n");
}

}  // namespace
}  // namespace lastrun::judge
