// Which runs form a batch: docs/judgement.md.
#include "judge/grouping.h"

#include <gtest/gtest.h>

#include "judge/listing.h"
#include "judge/testing_runs.h"

namespace lastrun::judge {
namespace {

using testing::judge_in_any_order;

// The batch of one successful run with these fields: "CronWorkflow c".
std::string batch_of_run(const std::string& fields, const Settings& settings = {}) {
  const std::string verdict = judge_in_any_order("a S 00:00-00:01 ns=x " + fields, settings);
  const std::string rest = ": ok succeeded a since >=00:01";
  return verdict.ends_with(rest) ? verdict.substr(0, verdict.size() - rest.size()) : "?" + verdict;
}

Settings grouped_by(std::string_view pattern) {
  Settings settings;
  settings.grouping = Pattern::parse(pattern).value();
  return settings;
}

TEST(OwnerBatch, TakesTheFirstThatARunHas) {
  EXPECT_EQ(batch_of_run("batch=m cron=c template=t cluster-template=k generate=g-"), "x/Workflow m");
  EXPECT_EQ(batch_of_run("cron=c template=t cluster-template=k generate=g-"), "x/CronWorkflow c");
  EXPECT_EQ(batch_of_run("template=t cluster-template=k generate=g-"), "x/WorkflowTemplate t");
  EXPECT_EQ(batch_of_run("cluster-template=k generate=g-"), "x/ClusterWorkflowTemplate k");
  EXPECT_EQ(batch_of_run("generate=g-"), "x/Workflow g");
  EXPECT_EQ(batch_of_run("generate="), "x/Workflow a");
}

TEST(PatternBatch, ANameThatTwoGroupsHaveIsNoted) {
  const auto ambiguous = [](std::string_view pattern, Rule rule) {
    Settings settings = grouped_by(pattern);
    settings.rule = rule;
    Listing listing(settings);
    for (const auto& [space, batch] : {std::pair("a-b", "c"), std::pair("a", "b-c"), std::pair("a", "x")}) {
      RunObservation run;
      run.namespace_name = space;
      run.batch_name = batch;
      listing.add(run);
      listing.add(run);
    }
    return listing.counts().ambiguous_name;
  };
  EXPECT_EQ(ambiguous("{namespace}-{batch}", Rule::kNewestFinished), "a-b-c");
  EXPECT_EQ(ambiguous("{namespace}-{batch}", Rule::kAny), "a-b-c");
  EXPECT_EQ(ambiguous("{namespace}/{batch}", Rule::kNewestFinished), "");
  EXPECT_EQ(ambiguous("{namespace}", Rule::kNewestFinished), "");
}

TEST(OwnerBatch, OfAJob) {
  EXPECT_EQ(batch_of_run("job batch=m cronjob=c generate=g-"), "x/Job m");
  EXPECT_EQ(batch_of_run("job cronjob=c generate=g-"), "x/CronJob c");
  EXPECT_EQ(batch_of_run("job generate=g-"), "x/Job g");
  EXPECT_EQ(batch_of_run("job generate="), "x/Job a");
}

TEST(OwnerBatch, OnlyOneDashAtTheEndOfGenerateNameGoes) {
  EXPECT_EQ(batch_of_run("generate=g"), "x/Workflow g");
  EXPECT_EQ(batch_of_run("generate=g--"), "x/Workflow g-");
  EXPECT_EQ(batch_of_run("generate=-"), "x/Workflow a");
}

TEST(OwnerBatch, ClusterNamespaceKindAndNameTellBatchesApart) {
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01 ns=x; b F 00:00-00:01 ns=y; c S 00:00-00:01 ns=x cluster=k; "
                               "d F 00:00-00:01 ns=x template=b; e F 00:00-00:01 ns=x job"),
            "x/Job b: failed run-failed e since >=00:01\n"
            "x/Workflow b: ok succeeded a since >=00:01\n"
            "x/WorkflowTemplate b: failed run-failed d since >=00:01\n"
            "y/Workflow b: failed run-failed b since >=00:01\n"
            "k:x/Workflow b: ok succeeded c since >=00:01");
}

TEST(OwnerBatch, OwnedRunsAreLeftOutUnlessIncluded) {
  Settings settings;
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01; b F 00:10-00:11 owned; c F 00:10-00:11 job owned", settings),
            "ok succeeded a since >=00:01");
  EXPECT_EQ(judge_in_any_order("b F 00:10-00:11 owned", settings), "");
  settings.include_owned = true;
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01; b F 00:10-00:11 owned", settings), "failed run-failed b since 00:11");
}

TEST(OwnerBatch, PodsAreLeftOut) {
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01; b F 00:10-00:11 pod"), "ok succeeded a since >=00:01");
}

TEST(NamespaceBatch, HoldsAllRunsOfANamespace) {
  Settings settings;
  settings.grouping = ByNamespace{};
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01 ns=x template=t; b F 00:10-00:11 ns=x; c S 00:10-00:11 ns=y", settings),
            "x/Namespace x: failed run-failed b since 00:11\ny/Namespace y: ok succeeded c since >=00:11");
}

TEST(PatternBatch, FillsInWhatTheRunHas) {
  EXPECT_EQ(batch_of_run("label:team=red", grouped_by("{namespace}/{label:team}")), "/Pattern x/red");
  EXPECT_EQ(batch_of_run("cluster=k cron=c", grouped_by("{cluster}.{kind}.{batch}!")), "k:/Pattern k.CronWorkflow.c!");
  EXPECT_EQ(batch_of_run("label:app.io/team=red", grouped_by("{label:app.io/team}")), "/Pattern red");
}

TEST(PatternBatch, AnAbsentLabelReadsAsEmpty) {
  EXPECT_EQ(batch_of_run("label:other=red", grouped_by("{namespace}/{label:team}")), "/Pattern x/");
}

TEST(PatternBatch, JoinsNamespacesWhereThePatternDoesNotTellThemApart) {
  EXPECT_EQ(
      judge_in_any_order("a S 00:00-00:01 ns=x label:t=r; b F 00:10-00:11 ns=y label:t=r", grouped_by("{label:t}")),
      "/Pattern r: failed run-failed b since 00:11");
}

TEST(PatternParse, RefusesWhatIsNoPattern) {
  for (const char* text :
       {"", "plain", "{", "{namespace", "{what}", "{label:}", "{}", "{ namespace}", "{{namespace}}"}) {
    const auto parsed = Pattern::parse(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kUsage);
  }
}

TEST(TooManyBatches, FailingOnesAreKeptFirstTheOthersByName) {
  Settings settings;
  settings.max_unscheduled_batches = 3;
  const std::string runs =
      "a S 00:00-00:01 batch=a; b S 00:00-00:01 batch=b; c S 00:00-00:01 batch=c; d F 00:00-00:01 batch=d; "
      "e S 00:00-00:01 cron=e; f S 00:00-00:01 ns=other; cronjob g";
  EXPECT_EQ(judge_in_any_order(runs, settings),
            "Workflow a: ok succeeded a since >=00:01\n"
            "ok succeeded b since >=00:01\n"
            "Workflow d: failed run-failed d since >=00:01\n"
            "CronWorkflow e: ok succeeded e since >=00:01\n"
            "CronJob g: never no-runs - since -\n"
            "other/Workflow b: ok succeeded f since >=00:01");
}

TEST(TooManyBatches, OfTooManyFailingOnesTheFirstByNameAreKept) {
  Settings settings;
  settings.max_unscheduled_batches = 1;
  EXPECT_EQ(judge_in_any_order("a S 00:00-00:01 batch=a; c F 00:00-00:01 batch=c; d F 00:00-00:01 batch=d", settings),
            "Workflow c: failed run-failed c since >=00:01");
}

}  // namespace
}  // namespace lastrun::judge
