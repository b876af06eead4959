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

std::string render(const JudgedDump& judged, Output output, Time now) {
  switch (output) {
    case Output::kJson: {
      std::vector<std::string> notes = judged.warnings;
      notes.insert(notes.end(), judged.notes.begin(), judged.notes.end());
      return json::render(judged.verdicts, notes);
    }
    case Output::kJsonl: return jsonl::render(judged.verdicts);
    case Output::kPrometheus: return prometheus::render(judged.verdicts);
    case Output::kTable: break;
  }
  table::Style style;
  style.now = now;
  if (colors_wanted()) style.color = table::Color::kYes;
  if (const std::size_t width = terminal_width(); width > 0) style.width = width;
  return table::render(judged.verdicts, judged.notes, style);
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
  TRY(write_out(render(judged, options.output, now)));
  return code;
}

}  // namespace lastrun::app
