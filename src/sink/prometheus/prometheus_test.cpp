#include "sink/prometheus/prometheus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace lastrun::prometheus {
namespace {

std::string render(const std::vector<Verdict>& verdicts) {
  return collect([&](TextOut out) { write(verdicts, out); });
}

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Verdict verdict_of(BatchKey batch, Status status) {
  Verdict verdict;
  verdict.batch = std::move(batch);
  verdict.status = status;
  return verdict;
}

Verdict with_run(Verdict verdict, std::string_view finished) {
  verdict.run = RunInfo{};
  verdict.run->finished = parse_rfc3339(finished);
  return verdict;
}

// What `promtool check metrics` complains about; empty when it accepts the text.
std::string complaints(const std::string& text) {
  const std::string path = ::testing::TempDir() + "lastrun-prometheus-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << text;
  // NOLINTNEXTLINE(cert-env33-c): the path is ours
  std::FILE* promtool = ::popen(("promtool check metrics <'" + path + "' 2>&1").c_str(), "r");
  std::string said;
  if (promtool == nullptr) return "no promtool";
  for (int c = std::fgetc(promtool); c != EOF; c = std::fgetc(promtool)) said += static_cast<char>(c);
  const int status = ::pclose(promtool);
  std::filesystem::remove(path);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? said : "refused: " + said;
}

TEST(Prometheus, ShowsEachBatch) {
  EXPECT_EQ(
      render({with_run(verdict_of({"prod", "cron", "nightly", "CronJob"}, Status::kFailed), "2026-11-22T11:57:09Z")}),
      "# HELP lastrun_batch_failing Whether the last run of the batch is not fine: 1 failing, 0 fine, absent while "
      "unknown.\n"
      "# TYPE lastrun_batch_failing gauge\n"
      "lastrun_batch_failing{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\",batch=\"nightly\"} 1\n"
      "# HELP lastrun_batch_status The status of the batch: 1 for the one that holds, 0 for the others.\n"
      "# TYPE lastrun_batch_status gauge\n"
      "lastrun_batch_status{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\",batch=\"nightly\",status=\"failed\"} "
      "1\n"
      "lastrun_batch_status{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\",batch=\"nightly\",status=\"unknown\"} "
      "0\n"
      "lastrun_batch_status{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\",batch=\"nightly\",status=\"ok\"} 0\n"
      "lastrun_batch_status{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\",batch=\"nightly\",status=\"never\"} "
      "0\n"
      "# HELP lastrun_batch_last_finish_timestamp_seconds When the run that decides the verdict finished, in Unix "
      "seconds.\n"
      "# TYPE lastrun_batch_last_finish_timestamp_seconds gauge\n"
      "lastrun_batch_last_finish_timestamp_seconds{cluster=\"prod\",namespace=\"cron\",kind=\"CronJob\","
      "batch=\"nightly\"} 1795348629\n"
      "# HELP lastrun_batches How many batches have each status.\n"
      "# TYPE lastrun_batches gauge\n"
      "lastrun_batches{status=\"failed\"} 1\n"
      "lastrun_batches{status=\"unknown\"} 0\n"
      "lastrun_batches{status=\"ok\"} 0\n"
      "lastrun_batches{status=\"never\"} 0\n");
}

TEST(Prometheus, AnUnknownBatchHasNoFailingValueButAStatus) {
  const std::string text = render({verdict_of({"", "n", "b", "CronJob"}, Status::kUnknown)});
  EXPECT_THAT(
      text,
      AllOf(Not(HasSubstr("lastrun_batch_failing{")),
            HasSubstr("lastrun_batch_status{namespace=\"n\",kind=\"CronJob\",batch=\"b\",status=\"unknown\"} 1\n"),
            Not(HasSubstr("timestamp_seconds{")), HasSubstr("lastrun_batches{status=\"unknown\"} 1\n")));
}

TEST(Prometheus, LabelValuesAreEscaped) {
  EXPECT_THAT(render({verdict_of({"", "a\"b\\c\nd", "} 1", "Job"}, Status::kOk)}),
              HasSubstr("{namespace=\"a\\\"b\\\\c\\nd\",kind=\"Job\",batch=\"} 1\"} 0\n"));
}

TEST(Prometheus, PromtoolAcceptsIt) {
  EXPECT_EQ(complaints(render({})), "");
  EXPECT_EQ(complaints(
                render({with_run(verdict_of({"prod", "cron", "a", "CronJob"}, Status::kFailed), "2026-11-22T11:57:09Z"),
                        verdict_of({"prod", "cron", "b", "CronJob"}, Status::kUnknown),
                        verdict_of({"prod", "", "x/red", "Pattern"}, Status::kNever),
                        verdict_of({"prod", "n", "n", "Namespace"}, Status::kOk)})),
            "");
}

TEST(Prometheus, PromtoolAcceptsHostileNames) {
  std::vector<Verdict> verdicts;
  for (char c = 0; c >= 0 && c < 0x7f; ++c) {
    verdicts.push_back(
        with_run(verdict_of({"", "n", std::string("x") + c + "y", "Job"}, Status::kOk), "2026-11-22T11:57:09Z"));
  }
  for (const char* name : {"\x7f", "\u202e", "\u2028", "\U0001f600", "a\\", "\\\"", "{}", "x\n# HELP y"}) {
    verdicts.push_back(verdict_of({name, name, name, "Workflow"}, Status::kFailed));
  }
  EXPECT_EQ(complaints(render(verdicts)), "");
}

}  // namespace
}  // namespace lastrun::prometheus
