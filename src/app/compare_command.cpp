#include "app/compare_command.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "app/log.h"
#include "app/output.h"
#include "base/text.h"
#include "judge/compare.h"
#include "sink/table/table.h"

namespace lastrun::app {
namespace {

using judge::Difference;
using nlohmann::ordered_json;

judge::Settings older_settings(Against against) {
  judge::Settings settings;
  settings.grouping = judge::ByNamespace{};
  settings.workflows_only = true;
  settings.rule = against == Against::kPipeline ? judge::Rule::kNewest : judge::Rule::kLastFinishedPod;
  return settings;
}

std::string_view older_name(Against against) {
  return against == Against::kPipeline ? "the pipeline" : "the pipeline's predecessor";
}

std::string value_text(const Verdict& verdict) {
  const auto value = failing(verdict.status);
  return value ? std::to_string(*value) : "unknown";
}

std::size_t count_failing(const std::vector<Verdict>& verdicts) {
  std::size_t count = 0;
  for (const Verdict& verdict : verdicts) count += failing(verdict.status) == 1 ? 1 : 0;
  return count;
}

void write_table(const JudgedDump& ours, const JudgedDump& theirs, const std::vector<Difference>& differences,
                 const CompareOptions& options, TextOut out) {
  const auto row = [&](std::size_t i) -> std::vector<std::string> {
    const Difference& difference = differences[i];
    const BatchKey& batch = difference.ours.batch;
    return {printable(batch.namespace_name + "/" + batch.name),
            batch.kind,
            value_text(difference.theirs),
            value_text(difference.ours),
            printable(difference.why),
            table::why(difference.ours)};
  };
  const auto no_color = [](std::size_t) { return std::string_view(); };
  std::optional<std::size_t> width;
  if (const std::size_t columns = terminal_width(); columns > 0) width = columns;
  const std::string head = options.against == Against::kPipeline ? "PIPELINE" : "PREDECESSOR";
  if (!differences.empty()) {
    table::align({"BATCH", "KIND", head, "LASTRUN", "WHAT IT LOOKED AT", "WHY LASTRUN SAYS SO"}, differences.size(),
                 row, no_color, width, out);
    out("\n");
  }
  out(fmt::format("{}: {} of {} namespaces failing; lastrun: {} of {} batches failing; differences: {}\n",
                  older_name(options.against), count_failing(theirs.verdicts), theirs.verdicts.size(),
                  count_failing(ours.verdicts), ours.verdicts.size(), differences.size()));
  for (const std::string& note : ours.notes) out("note: " + printable(note) + "\n");
}

std::string to_json(const std::vector<Difference>& differences) {
  ordered_json document;
  document["differences"] = ordered_json::array();
  const auto value = [](const Verdict& verdict) -> ordered_json {
    const auto known = failing(verdict.status);
    return known ? ordered_json(*known) : ordered_json(nullptr);
  };
  for (const Difference& difference : differences) {
    const BatchKey& batch = difference.ours.batch;
    const auto& run = difference.ours.run;
    const auto& their_run = difference.theirs.run;
    document["differences"].push_back({{"cluster", batch.cluster},
                                       {"namespace", batch.namespace_name},
                                       {"kind", batch.kind},
                                       {"name", batch.name},
                                       {"theirs", value(difference.theirs)},
                                       {"their_run", their_run ? ordered_json(their_run->name) : ordered_json(nullptr)},
                                       {"ours", value(difference.ours)},
                                       {"run", run ? ordered_json(run->name) : ordered_json(nullptr)},
                                       {"status", name_of(difference.ours.status)},
                                       {"reason", name_of(difference.ours.reason)},
                                       {"why", difference.why}});
  }
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<int> run_compare(const CompareOptions& options) {
  const Time now = options.now.value_or(std::chrono::floor<Seconds>(SystemClock().now()));
  if (options.dump.settings.rule == judge::Rule::kLastFinishedPod) {
    return Error{ErrorKind::kUsage,
                 "--rule last-finished-pod is the other side of this: compare --against predecessor"};
  }
  DumpReading reading({options.dump.settings, older_settings(options.against)});
  TRY(reading.read(options.dump));
  const JudgedDump ours = reading.judged(0, now);
  const JudgedDump theirs = reading.judged(1, now);
  if (options.against == Against::kPredecessor && theirs.verdicts.empty()) {
    return Error{ErrorKind::kInput,
                 "no finished pod is listed, and the predecessor judges pods alone; try: kubectl get pods,workflows -A "
                 "-o json | lastrun compare --against predecessor"};
  }
  const std::vector<Difference> differences = judge::compare(ours.verdicts, theirs.verdicts);
  for (const std::string& warning : ours.warnings) log(Severity::kWarning, warning);
  StandardOut out;
  if (options.output == CompareOutput::kJson) {
    out(to_json(differences));
  } else {
    write_table(ours, theirs, differences, options, out);
  }
  TRY(out.finish());
  return differences.empty() ? 0 : 1;
}

}  // namespace lastrun::app
