#include "sink/table/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace lastrun::table {
namespace {

std::string render(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes, const Style& style) {
  return collect([&](TextOut out) { write(verdicts, notes, style, out); });
}

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Time at(std::string_view time) {
  return *parse_rfc3339("2026-11-22T" + std::string(time) + "Z");
}

Verdict verdict_of(const std::string& name, Status status, Reason reason) {
  Verdict verdict;
  verdict.batch = {"", "ns", name, "Workflow"};
  verdict.status = status;
  verdict.reason = reason;
  return verdict;
}

Verdict failed(const std::string& name) {
  Verdict verdict = verdict_of(name, Status::kFailed, Reason::kRunFailed);
  verdict.since = at("11:57:09");
  verdict.run = RunInfo{};
  verdict.run->name = name + "-1";
  verdict.run->phase = "Failed";
  verdict.run->message = "child failed";
  return verdict;
}

std::string shown(const std::vector<Verdict>& verdicts, Color color = Color::kNo,
                  std::optional<std::size_t> width = std::nullopt) {
  return render(verdicts, {}, {color, width, at("12:00:00")});
}

TEST(Table, ShowsAVerdictALine) {
  EXPECT_EQ(shown({failed("a")}),
            "BATCH  KIND      VERDICT  SINCE (UTC)                  RUN  WHY\n"
            "ns/a   Workflow  failed   2026-11-22 11:57:09 (2m51s)  a-1  run-failed: child failed\n"
            "\n"
            "1 batch: 1 failed\n");
}

TEST(Table, OfNothingIsOneLine) {
  EXPECT_EQ(shown({}), "0 batches\n");
}

TEST(Table, TheWorstStandsOnTopThenTheOrderOfTheVerdicts) {
  const std::string text = shown({verdict_of("o", Status::kOk, Reason::kSucceeded), failed("b"),
                                  verdict_of("n", Status::kNever, Reason::kNoRuns),
                                  verdict_of("u", Status::kUnknown, Reason::kOutcomeUnseen), failed("a")});
  std::vector<std::size_t> places;
  for (const char* batch : {"\nns/b ", "\nns/a ", "\nns/u ", "\nns/n ", "\nns/o "}) places.push_back(text.find(batch));
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << text;
  EXPECT_THAT(text, HasSubstr("\n5 batches: 2 failed, 1 unknown, 1 never, 1 ok\n"));
}

TEST(Table, NotesStandBelow) {
  EXPECT_EQ(render({}, {"one", "two\nlines"}, {}), "0 batches\nnote: one\nnote: two\\nlines\n");
}

TEST(Table, IsColoredOnlyWhenAsked) {
  const std::vector<Verdict> all{failed("f"), verdict_of("u", Status::kUnknown, Reason::kOutcomeUnseen),
                                 verdict_of("n", Status::kNever, Reason::kNoRuns),
                                 verdict_of("o", Status::kOk, Reason::kSucceeded)};
  EXPECT_THAT(shown(all), Not(HasSubstr("\x1b")));
  const std::string colored = shown(all, Color::kYes);
  EXPECT_THAT(colored, AllOf(StartsWith("BATCH"), HasSubstr("\n\x1b[31mns/f"), HasSubstr("\n\x1b[33mns/u"),
                             HasSubstr("\n\x1b[2mns/n"), HasSubstr("\n\x1b[32mns/o")));
  std::string plain = colored;
  for (const char* code : {"\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[32m", "\x1b[0m"}) {
    for (std::size_t i = plain.find(code); i != std::string::npos; i = plain.find(code))
      plain.erase(i, std::strlen(code));
  }
  EXPECT_EQ(plain, shown(all));
}

TEST(Table, LinesAreCutAtTheWidth) {
  for (std::size_t width = 1; width < 100; ++width) {
    std::string text = shown({failed("a")}, Color::kNo, width);
    text.erase(text.find("\n\n"));
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
      const std::string line = text.substr(begin, text.find('\n', begin) - begin);
      EXPECT_LE(display_width(line), width) << line;
      if (text.find('\n', begin) == std::string::npos) break;
    }
  }
  EXPECT_THAT(shown({failed("a")}, Color::kYes, 20), HasSubstr("\x1b[31mns/a   Workflow  fa…\x1b[0m\n"));
}

TEST(Table, ColumnsStayAlignedBesideLettersOfSeveralBytes) {
  const std::string text = shown({failed("äöü"), failed("abcd")});
  EXPECT_THAT(text, AllOf(HasSubstr("ns/äöü   Workflow"), HasSubstr("ns/abcd  Workflow")));
}

TEST(Table, TextFromOutsideCannotBreakOut) {
  Verdict hostile = failed("a\x1b[2Jb\nc\u202ed");
  hostile.batch.cluster = "k\r";
  hostile.batch.namespace_name = "n\x07";
  hostile.run->name = "r\u2066\x1b]0;title\x07";
  hostile.run->message = "m\n\x1b[31mred\u009b31m \xff";
  hostile.run->failed_node = FailedNode{"node\n1", "t\x1b[m", "p\b", "\u2028x", "1\n"};
  hostile.message = "";
  const std::string text = render({hostile}, {"note\x1b[0m"}, {Color::kNo, std::nullopt, at("12:00:00")});
  for (const char* raw : {"\x1b", "\r", "\x07", "\b", "\u202e", "\u2066", "\u2028", "\u009b", "\xff"}) {
    EXPECT_THAT(text, Not(HasSubstr(raw)));
  }
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
  EXPECT_THAT(text,
              AllOf(HasSubstr("k\\r:n\\x07/a\\x1b[2Jb\\nc\\u202ed"), HasSubstr("m\\n\\x1b[31mred\\u009b31m \\xff")));
}

TEST(Table, SinceTellsWhatIsNotExact) {
  Verdict verdict = failed("a");
  verdict.since_at_least = true;
  EXPECT_THAT(shown({verdict}), HasSubstr(" 2026-11-22 11:57:09 (>2m51s) "));
  verdict.since.reset();
  verdict.since_at_least = false;
  EXPECT_THAT(shown({verdict}), HasSubstr(" failed   -            a-1 "));
}

TEST(Table, NamesNamespaceAndPatternBatchesByThemselves) {
  Verdict verdict = failed("a");
  verdict.batch = {"", "ns", "ns", "Namespace"};
  EXPECT_THAT(shown({verdict}), HasSubstr("\nns     Namespace"));
  verdict.batch = {"prod", "", "x/red", "Pattern"};
  EXPECT_THAT(shown({verdict}), HasSubstr("\nprod:x/red  Pattern"));
}

TEST(Why, TellsReasonMessageAndFirstFailedNode) {
  Verdict verdict = failed("a");
  verdict.run->failed_node = FailedNode{"a-1.work", "main", "a-1-main-7", "Error (exit code 1)", "1"};
  EXPECT_EQ(why(verdict),
            "run-failed: child failed; node a-1.work (template main, pod a-1-main-7, exit code 1): "
            "Error (exit code 1)");
  verdict.run->failed_node = FailedNode{"a-1", "main", "", "child failed", ""};
  EXPECT_EQ(why(verdict), "run-failed: child failed (template main)");
}

TEST(Why, OfASchedulesConditionIsItsMessage) {
  Verdict verdict = verdict_of("a", Status::kFailed, Reason::kSubmissionError);
  verdict.message = "quota";
  verdict.also = {Status::kUnknown, Status::kNever};
  verdict.suspended = true;
  EXPECT_EQ(why(verdict), "submission-error: quota; also unknown; also never; suspended");
}

TEST(Why, TellsOfAVerdictThatIsStale) {
  Verdict verdict = failed("a");
  verdict.stale = true;
  EXPECT_EQ(why(verdict), "run-failed: child failed; a later run went unseen");
}

TEST(Why, OfASuccessIsItsReasonAlone) {
  Verdict verdict = failed("a");
  verdict.status = Status::kOk;
  verdict.reason = Reason::kSucceeded;
  EXPECT_EQ(why(verdict), "succeeded");
}

}  // namespace
}  // namespace lastrun::table
