#include "sink/prometheus/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace lastrun::prometheus {
namespace {

constexpr std::array kStatuses{Status::kFailed, Status::kUnknown, Status::kOk, Status::kNever};

void append_label(std::string& out, std::string_view key, std::string_view value) {
  if (out.back() != '{') out += ',';
  out += key;
  out += "=\"";
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out += '"';
}

// One series: `name{cluster="…",namespace="…",kind="…",batch="…"} value`; `status`, unless empty, is one more label.
std::string series(std::string_view name, const BatchKey& batch, std::string_view status, std::int64_t value) {
  std::string line(name);
  line += '{';
  if (!batch.cluster.empty()) append_label(line, "cluster", batch.cluster);
  append_label(line, "namespace", batch.namespace_name);
  append_label(line, "kind", batch.kind);
  append_label(line, "batch", batch.name);
  if (!status.empty()) append_label(line, "status", status);
  fmt::format_to(std::back_inserter(line), "}} {}\n", value);
  return line;
}

std::string head_of_family(std::string_view name, std::string_view help) {
  return fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

}  // namespace

void write(const std::vector<Verdict>& verdicts, TextOut out) {
  constexpr std::string_view kFailing = "lastrun_batch_failing";
  out(head_of_family(kFailing,
                     "Whether the last run of the batch is not fine: 1 failing, 0 fine, absent while unknown."));
  for (const Verdict& verdict : verdicts) {
    if (const auto value = failing(verdict.status)) out(series(kFailing, verdict.batch, {}, *value));
  }

  constexpr std::string_view kStatus = "lastrun_batch_status";
  out(head_of_family(kStatus, "The status of the batch: 1 for the one that holds, 0 for the others."));
  for (const Verdict& verdict : verdicts) {
    for (const Status status : kStatuses) {
      out(series(kStatus, verdict.batch, name_of(status), status == verdict.status ? 1 : 0));
    }
  }

  constexpr std::string_view kLastFinish = "lastrun_batch_last_finish_timestamp_seconds";
  out(head_of_family(kLastFinish, "When the run that decides the verdict finished, in Unix seconds."));
  for (const Verdict& verdict : verdicts) {
    if (!verdict.run || !verdict.run->finished) continue;
    out(series(kLastFinish, verdict.batch, {}, verdict.run->finished->time_since_epoch().count()));
  }

  constexpr std::string_view kBatches = "lastrun_batches";
  out(head_of_family(kBatches, "How many batches have each status."));
  for (const Status status : kStatuses) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                     [&](const Verdict& verdict) { return verdict.status == status; });
    out(fmt::format("{}{{status=\"{}\"}} {}\n", kBatches, name_of(status), count));
  }
}

}  // namespace lastrun::prometheus
