#include "sink/jsonl/jsonl.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace lastrun::jsonl {
namespace {

std::string render(const std::vector<Verdict>& verdicts) {
  return collect([&](TextOut out) { write(verdicts, out); });
}

Verdict verdict_of(BatchKey batch, Status status) {
  Verdict verdict;
  verdict.batch = std::move(batch);
  verdict.status = status;
  return verdict;
}

// What `jq -c .` makes of these lines.
std::string through_jq(const std::string& lines) {
  const std::string path = ::testing::TempDir() + "lastrun-jsonl-" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << lines;
  // NOLINTNEXTLINE(cert-env33-c): the path is ours
  std::FILE* jq = ::popen(("jq -c . '" + path + "'").c_str(), "r");
  std::string text;
  if (jq == nullptr) return "no jq";
  for (int c = std::fgetc(jq); c != EOF; c = std::fgetc(jq)) text += static_cast<char>(c);
  const int status = ::pclose(jq);
  std::filesystem::remove(path);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "jq failed: " + text;
}

TEST(JsonLines, ANamespaceHasThePipelinesLine) {
  EXPECT_EQ(render({verdict_of({"", "cron", "cron", "Namespace"}, Status::kOk),
                    verdict_of({"", "team-a", "team-a", "Namespace"}, Status::kFailed)}),
            "{\"labels\":{\"namespace_name\":\"cron\"},\"value\":0}\n"
            "{\"labels\":{\"namespace_name\":\"team-a\"},\"value\":1}\n");
}

TEST(JsonLines, LabelsFollowTheGrouping) {
  EXPECT_EQ(render({verdict_of({"prod", "cron", "nightly", "CronJob"}, Status::kNever),
                    verdict_of({"", "", "cron/red", "Pattern"}, Status::kFailed)}),
            "{\"labels\":{\"cluster\":\"prod\",\"namespace_name\":\"cron\",\"kind\":\"CronJob\",\"batch\":\"nightly\"},"
            "\"value\":0}\n"
            "{\"labels\":{\"batch\":\"cron/red\"},\"value\":1}\n");
}

TEST(JsonLines, AnUnknownBatchHasNoLine) {
  EXPECT_EQ(render({verdict_of({"", "n", "b", "CronJob"}, Status::kUnknown)}), "");
  EXPECT_EQ(render({}), "");
}

TEST(JsonLines, AreByteForByteWhatJqWrites) {
  std::vector<Verdict> verdicts;
  for (char c = 0; c >= 0 && c < 0x7f; ++c) {
    verdicts.push_back(verdict_of({"", std::string("x") + c + "y", "n", "Namespace"}, Status::kOk));
  }
  for (const char* name : {"\x7f", "\u0080\u009f", "\u2028\u2029", "\u202e", "\uFEFF", "\uFFFD", "\uFFFF", "\U0001f600",
                           "\U0010ffff", "é", "</script>", "a\\\"b\\\\", "\\u0041", "\\n", "\r\n\t\b\f", ""}) {
    verdicts.push_back(verdict_of({"", name, "n", "Namespace"}, Status::kFailed));
    verdicts.push_back(verdict_of({name, name, name, "Workflow"}, Status::kFailed));
  }
  const std::string lines = render(verdicts);
  EXPECT_EQ(through_jq(lines), lines);
}

}  // namespace
}  // namespace lastrun::jsonl
