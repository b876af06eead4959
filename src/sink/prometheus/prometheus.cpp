#include "sink/prometheus/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
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

// `name{cluster=…,namespace=…,kind=…,batch=…`, left open for one more label.
void open_series(std::string& out, std::string_view name, const BatchKey& batch) {
  out += name;
  out += '{';
  if (!batch.cluster.empty()) append_label(out, "cluster", batch.cluster);
  append_label(out, "namespace", batch.namespace_name);
  append_label(out, "kind", batch.kind);
  append_label(out, "batch", batch.name);
}

void open_family(std::string& out, std::string_view name, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

}  // namespace

std::string render(const std::vector<Verdict>& verdicts) {
  std::string out;
  constexpr std::string_view kFailing = "lastrun_batch_failing";
  open_family(out, kFailing, "Whether the last run of the batch is not fine: 1 failing, 0 fine, absent while unknown.");
  for (const Verdict& verdict : verdicts) {
    const auto value = failing(verdict.status);
    if (!value) continue;
    open_series(out, kFailing, verdict.batch);
    fmt::format_to(std::back_inserter(out), "}} {}\n", *value);
  }

  constexpr std::string_view kStatus = "lastrun_batch_status";
  open_family(out, kStatus, "The status of the batch: 1 for the one that holds, 0 for the others.");
  for (const Verdict& verdict : verdicts) {
    for (const Status status : kStatuses) {
      open_series(out, kStatus, verdict.batch);
      append_label(out, "status", name_of(status));
      fmt::format_to(std::back_inserter(out), "}} {}\n", status == verdict.status ? 1 : 0);
    }
  }

  constexpr std::string_view kLastFinish = "lastrun_batch_last_finish_timestamp_seconds";
  open_family(out, kLastFinish, "When the run that decides the verdict finished, in Unix seconds.");
  for (const Verdict& verdict : verdicts) {
    if (!verdict.run || !verdict.run->finished) continue;
    open_series(out, kLastFinish, verdict.batch);
    fmt::format_to(std::back_inserter(out), "}} {}\n", verdict.run->finished->time_since_epoch().count());
  }

  constexpr std::string_view kBatches = "lastrun_batches";
  open_family(out, kBatches, "How many batches have each status.");
  for (const Status status : kStatuses) {
    const auto count = std::count_if(verdicts.begin(), verdicts.end(),
                                     [&](const Verdict& verdict) { return verdict.status == status; });
    fmt::format_to(std::back_inserter(out), "{}{{status=\"{}\"}} {}\n", kBatches, name_of(status), count);
  }
  return out;
}

}  // namespace lastrun::prometheus
