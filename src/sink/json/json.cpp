#include "sink/json/json.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/text.h"
#include "base/time.h"

namespace lastrun::json {
namespace {

using nlohmann::ordered_json;

ordered_json time_or_null(const std::optional<Time>& time) {
  if (!time) return nullptr;
  return format_rfc3339(*time);
}

ordered_json to_json(const RunInfo& run) {
  ordered_json object;
  object["name"] = run.name;
  object["phase"] = run.phase;
  object["created_at"] = format_rfc3339(run.created);
  object["started_at"] = time_or_null(run.started);
  object["finished_at"] = time_or_null(run.finished);
  object["message"] = run.message;
  if (run.failed_node) {
    const FailedNode& node = *run.failed_node;
    object["failed_node"] = ordered_json{{"name", node.name},
                                         {"template", node.template_name},
                                         {"pod", node.pod},
                                         {"message", node.message},
                                         {"exit_code", node.exit_code}};
  }
  return object;
}

ordered_json to_json(const Verdict& verdict) {
  ordered_json object;
  object["cluster"] = verdict.batch.cluster;
  object["namespace"] = verdict.batch.namespace_name;
  object["kind"] = verdict.batch.kind;
  object["name"] = verdict.batch.name;
  object["status"] = name_of(verdict.status);
  object["failing"] = nullptr;
  if (const auto value = failing(verdict.status)) object["failing"] = *value;
  object["reason"] = name_of(verdict.reason);
  object["message"] = verdict.message;
  object["also"] = ordered_json::array();
  for (const Status status : verdict.also) object["also"].push_back(name_of(status));
  object["since"] = time_or_null(verdict.since);
  object["since_at_least"] = verdict.since_at_least;
  object["suspended"] = verdict.suspended;
  object["stale"] = verdict.stale;
  object["run"] = nullptr;
  if (verdict.run) object["run"] = to_json(*verdict.run);
  return object;
}

// One line, which a terminal can show. Every text came out of a decoder that accepts UTF-8 alone; if one did not, it is
// shown as U+FFFD.
std::string line_of(const ordered_json& object) {
  return printable_json(object.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
}

}  // namespace

void write(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes, TextOut out) {
  out("{\"batches\":[");
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    out(i == 0 ? "\n" : ",\n");
    out(line_of(to_json(verdicts[i])));
  }
  out("\n],\n\"notes\":" + line_of(ordered_json(notes)) + "}\n");
}

}  // namespace lastrun::json
