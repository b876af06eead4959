// The specification's hand-worked tables (docs/judgement.md), and what was recorded of a real cluster on the way:
// the program is held to them from the bytes of a dump to the verdict.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "app/exit_code.h"
#include "app/judge_dump.h"

namespace lastrun::app {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

const std::string kSource = LASTRUN_SOURCE_DIR;
const std::string kArgoList = kSource + "/examples/argo-list.json";
const std::string kRecordings = kSource + "/test/recordings/";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A file for what a test takes out of a recording, gone with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content)
      : path_(::testing::TempDir() + "lastrun-recording-" + std::to_string(::getpid())) {
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<Verdict> judge_files(std::vector<std::string> files, judge::Settings settings = {}) {
  DumpOptions options;
  options.files = std::move(files);
  options.settings = std::move(settings);
  auto judged = judge_dump(options, *parse_rfc3339("2026-11-22T12:00:00Z"));
  EXPECT_TRUE(judged.ok()) << (judged.ok() ? "" : judged.error().message);
  return judged.ok() ? judged->verdicts : std::vector<Verdict>();
}

std::vector<Verdict> judge_text(const std::string& text) {
  return judge_files({TemporaryFile(text).path()});
}

std::string trim(std::string text) {
  text.erase(0, text.find_first_not_of(" `"));
  text.erase(text.find_last_not_of(" `") + 1);
  return text;
}

std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  std::istringstream in(row.substr(1));
  for (std::string cell; std::getline(in, cell, '|');) cells.push_back(trim(cell));
  return cells;
}

// The rows of the first table under "## Worked by hand: `title`", without its head.
std::vector<std::vector<std::string>> table_of(const std::string& title) {
  std::ifstream file(kSource + "/docs/judgement.md");
  std::vector<std::vector<std::string>> rows;
  std::string line;
  while (std::getline(file, line) && line != "## Worked by hand: " + title) {
  }
  while (std::getline(file, line) && !line.starts_with("## ")) {
    if (line.starts_with('|')) rows.push_back(cells_of(line));
    if (line.empty() && !rows.empty()) break;
  }
  EXPECT_GT(rows.size(), 2U) << title;
  if (rows.size() > 2) rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

// "cron CronWorkflow every-minute | failed run-failed every-minute-1795348620 11:57:09", as in the tables.
std::vector<std::string> lines_of(const std::string& title) {
  std::vector<std::string> lines;
  for (const auto& cell : table_of(title)) {
    if (cell.size() != 8) {
      ADD_FAILURE() << title << ": a row of " << cell.size() << " cells";
      continue;
    }
    lines.push_back(cell[0] + " " + cell[1] + " " + cell[2] + " | " + cell[4] + " " + cell[5] + " " + cell[6] + " " +
                    cell[7]);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

std::string since_of(const Verdict& verdict) {
  if (!verdict.since) return verdict.since_at_least ? "≥ –" : "–";
  const std::string text = format_rfc3339(*verdict.since);
  EXPECT_EQ(text.substr(0, 11), "2026-11-22T");
  return (verdict.since_at_least ? "≥ " : "") + text.substr(11, 8);
}

std::vector<std::string> lines_of(const std::vector<Verdict>& verdicts) {
  std::vector<std::string> lines;
  for (const Verdict& v : verdicts) {
    lines.push_back(v.batch.namespace_name + " " + v.batch.kind + " " + v.batch.name + " | " +
                    std::string(name_of(v.status)) + " " + std::string(name_of(v.reason)) + " " +
                    (v.run ? v.run->name : "–") + " " + since_of(v));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(Recording, ArgoListIsJudgedAsWorkedByHand) {
  EXPECT_THAT(lines_of(judge_files({kArgoList})), ElementsAreArray(lines_of("the recorded `argo list`")));
}

TEST(Recording, TheTableOfTheArgoListHasEveryRunAndBatchOnce) {
  std::map<std::string, int> batches;
  std::ptrdiff_t runs = 0;
  for (const auto& cell : table_of("the recorded `argo list`")) {
    ++batches[cell[0] + cell[1] + cell[2]];
    runs += std::count_if(cell[3].begin(), cell[3].end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  }
  EXPECT_EQ(batches.size(), 37U);
  EXPECT_EQ(runs, 58);
  for (const auto& [batch, rows] : batches) EXPECT_EQ(rows, 1) << batch;
}

TEST(Recording, JobsAndCronJobsAreJudgedAsWorkedByHand) {
  const auto verdicts =
      judge_files({kRecordings + "jobs/kubectl-cronjobs-A.json", kRecordings + "jobs/kubectl-jobs-A.json"});
  EXPECT_THAT(lines_of(verdicts), ElementsAreArray(lines_of("the recorded Jobs and CronJobs")));
  for (const Verdict& verdict : verdicts) {
    EXPECT_EQ(verdict.suspended, verdict.batch.name == "suspended" && verdict.batch.kind == "CronJob");
  }
}

TEST(Recording, CronWorkflowsAreJudgedAsWorkedByHandInWhicheverOrderTheyAreRead) {
  const std::string crons = kRecordings + "cron/kubectl-cronworkflows-A.json";
  const auto expected = lines_of("the recorded CronWorkflows with their Workflows");
  for (const auto& files : {std::vector{crons, kArgoList}, std::vector{kArgoList, crons}}) {
    auto verdicts = judge_files(files);
    std::erase_if(verdicts, [](const Verdict& v) { return !v.batch.namespace_name.starts_with("cron"); });
    EXPECT_THAT(lines_of(verdicts), ElementsAreArray(expected));
  }
}

TEST(Recording, CronWorkflowsAloneAreJudgedAsWorkedByHand) {
  const auto verdicts = judge_files({kRecordings + "cron/kubectl-cronworkflows-A.json"});
  EXPECT_THAT(lines_of(verdicts), ElementsAreArray(lines_of("the recorded CronWorkflows alone")));
  for (const Verdict& verdict : verdicts) {
    EXPECT_EQ(verdict.suspended, verdict.batch.name == "suspended");
    if (verdict.status == Status::kUnknown || verdict.batch.name == "quota-exceeded") {
      EXPECT_THAT(verdict.also, ElementsAre(Status::kNever));
    }
  }
}

// Every version that the API server had of one Workflow, each judged as if it stood alone in a dump. Versions in a row
// with the same verdict are one line: "3 x failed retrying –".
std::string judge_versions(const std::string& name) {
  std::ifstream file(kRecordings + "objects/" + name + ".all-versions.jsonl");
  EXPECT_TRUE(file.is_open());
  std::vector<std::pair<std::string, int>> told;
  for (std::string event; std::getline(file, event);) {
    constexpr std::string_view kObject = "\"object\": ";
    const auto begin = event.find(kObject) + kObject.size();
    const auto verdicts = judge_text(event.substr(begin, event.rfind('}') - begin));
    if (verdicts.size() != 1) return "not one verdict";
    const std::string text = std::string(name_of(verdicts[0].status)) + " " + std::string(name_of(verdicts[0].reason)) +
                             " " + since_of(verdicts[0]);
    if (told.empty() || told.back().first != text) told.emplace_back(text, 0);
    ++told.back().second;
  }
  std::string all;
  for (const auto& [text, count] : told) all += std::to_string(count) + " x " + text + "\n";
  return all;
}

TEST(RecordedVersions, ARetriedRunFailsUntilItIsFinalAgain) {
  EXPECT_EQ(judge_versions("to-retry"),
            "6 x never not-finished –\n"
            "2 x failed run-failed ≥ 11:46:21\n"
            "3 x failed retrying –\n"
            "2 x ok succeeded ≥ 11:46:53\n");
}

TEST(RecordedVersions, ARetryThatFailsAgainFailsAnew) {
  EXPECT_EQ(judge_versions("steps-parallel"),
            "7 x never not-finished –\n"
            "2 x failed run-failed ≥ 11:46:33\n"
            "3 x failed retrying –\n"
            "2 x failed run-failed ≥ 11:54:59\n");
}

TEST(RecordedVersions, AStoppedRunFailsOnceItHasEnded) {
  EXPECT_EQ(judge_versions("to-stop"),
            "6 x never not-finished –\n"
            "2 x failed stopped ≥ 11:46:55\n");
}

TEST(RecordedVersions, AttemptsThatFailInsideARunMeanNothing) {
  EXPECT_EQ(judge_versions("retry-then-ok"),
            "8 x never not-finished –\n"
            "2 x ok succeeded ≥ 11:46:22\n");
}

TEST(RecordedVersions, ABranchThatFailedEarlyFailsTheRunWhenTheWorkflowSaysSo) {
  EXPECT_EQ(judge_versions("dag-parallel"),
            "9 x never not-finished –\n"
            "2 x failed run-failed ≥ 11:46:36\n");
  EXPECT_EQ(judge_versions("nested-steps"),
            "9 x never not-finished –\n"
            "2 x failed run-failed ≥ 11:46:28\n");
}

TEST(RecordedVersions, AnExitHandlerThatSucceedsDoesNotMakeAFailureGood) {
  EXPECT_EQ(judge_versions("onexit-after-fail"),
            "6 x never not-finished –\n"
            "2 x failed run-failed ≥ 11:46:28\n");
}

TEST(Recording, ARetryThatTheControllerHasNotSeenYetIsAFailure) {
  const auto verdicts = judge_files({kRecordings + "retry-transition/after-argo-retry-controller-down.json"});
  EXPECT_THAT(lines_of(verdicts), ElementsAre("team-b Workflow steps-parallel | failed retrying steps-parallel –"));
}

TEST(Recording, ARunThatTheControllerHasNotSeenYetHasNotFinished) {
  for (const char* name : {"brand-new-argo-list-item.json", "brand-new-no-controller.json"}) {
    const auto verdicts = judge_files({kRecordings + "retry-transition/" + name});
    ASSERT_EQ(verdicts.size(), 1U) << name;
    EXPECT_EQ(verdicts[0].reason, Reason::kNotFinished);
    EXPECT_EQ(verdicts[0].run->name, "never-seen-by-controller");
  }
}

TEST(Recording, TheLastFinishedPodSaysFineWhereTheWorkflowsSayFailed) {
  const std::vector<std::string> files{kRecordings + "pods/kubectl-get-pods-team-b.json",
                                       kRecordings + "pods/the-same-workflows.json"};
  judge::Settings settings;
  settings.grouping = judge::ByNamespace{};
  settings.rule = judge::Rule::kLastFinishedPod;
  EXPECT_THAT(lines_of(judge_files(files, settings)),
              ElementsAre("team-b Namespace team-b | ok succeeded dag-parallel-ok-2033388172 ≥ 12:47:27"));
  const auto ours = judge_files(files);
  EXPECT_THAT(lines_of(ours),
              ElementsAre("team-b Workflow dag-parallel | failed run-failed dag-parallel ≥ 12:47:28",
                          "team-b Workflow retry-then-ok | ok succeeded retry-then-ok ≥ 12:47:15",
                          "team-b Workflow steps-parallel | failed run-failed steps-parallel ≥ 12:47:25"));
  EXPECT_EQ(exit_code(ours), kFailing);
}

// The Argo server's archive lists Workflows without nodes and without a resourceVersion.
TEST(Recording, AnArchivedFailureIsNotTakenForARefusedSpecification) {
  const std::string answer = read_file(kRecordings + "argoserver/workflows-all.http");
  const auto verdicts = judge_text(answer.substr(answer.find('{')));
  EXPECT_EQ(verdicts.size(), 42U);
  for (const Verdict& verdict : verdicts) EXPECT_NE(verdict.reason, Reason::kInvalidSpec) << verdict.batch.name;
}

TEST(ExitCode, IsOneForAFailureElseTwoForAnUnknownElseZero) {
  const auto code = [](std::vector<Status> statuses) {
    std::vector<Verdict> verdicts(statuses.size());
    for (std::size_t i = 0; i < statuses.size(); ++i) verdicts[i].status = statuses[i];
    return exit_code(verdicts);
  };
  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(code({Status::kOk, Status::kNever}), 0);
  EXPECT_EQ(code({Status::kOk, Status::kUnknown, Status::kNever}), 2);
  EXPECT_EQ(code({Status::kUnknown, Status::kFailed, Status::kOk}), 1);
}

}  // namespace
}  // namespace lastrun::app
