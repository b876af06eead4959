#include "app/check_command.h"

#include <string>
#include <utility>

#include "app/exit_code.h"
#include "app/log.h"
#include "app/output.h"
#include "sink/json/json.h"
#include "sink/jsonl/jsonl.h"
#include "sink/prometheus/prometheus.h"
#include "sink/table/table.h"

namespace lastrun::app {
namespace {

void write(const JudgedDump& judged, Output output, Time now, TextOut out) {
  switch (output) {
    case Output::kJson: {
      std::vector<std::string> notes = judged.warnings;
      notes.insert(notes.end(), judged.notes.begin(), judged.notes.end());
      json::write(judged.verdicts, notes, out);
      return;
    }
    case Output::kJsonl: jsonl::write(judged.verdicts, out); return;
    case Output::kPrometheus: prometheus::write(judged.verdicts, out); return;
    case Output::kTable: break;
  }
  table::Style style;
  style.now = now;
  if (colors_wanted()) style.color = table::Color::kYes;
  if (const std::size_t width = terminal_width(); width > 0) style.width = width;
  table::write(judged.verdicts, judged.notes, style, out);
}

}  // namespace

Result<int> run_check(const CheckOptions& options) {
  const Time now = options.now.value_or(std::chrono::floor<Seconds>(SystemClock().now()));
  TRY_ASSIGN(JudgedDump judged, judge_dump(options.dump, now));
  int code = exit_code(judged.verdicts);
  if (judged.incomplete && code == kFine) code = kCannotTell;
  if (options.failing_only) {
    std::erase_if(judged.verdicts, [](const Verdict& verdict) { return failing(verdict.status) != 1; });
  }
  for (const std::string& warning : judged.warnings) log(Severity::kWarning, warning);
  StandardOut out;
  write(judged, options.output, now, out);
  TRY(out.finish());
  return code;
}

}  // namespace lastrun::app
