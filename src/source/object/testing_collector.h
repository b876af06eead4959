#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "source/object/object_decoder.h"

namespace lastrun::source {

// A RunObservation that owns its texts.
struct KeptRun {
  RunKind kind = RunKind::kWorkflow;
  std::string cluster, namespace_name, name, uid;
  std::uint64_t version = 0;
  Time created{};
  std::optional<Time> scheduled, started, finished;
  std::string phase, message;
  bool phase_labelled = true;
  bool completed = false;
  std::string action;
  bool shutdown = false;
  Nodes nodes = Nodes::kUnknown;
  std::string node_name, node_template, node_pod, node_message, node_exit_code;
  bool only_exit_handler = false;
  std::string batch_name, cron_workflow, cron_job, workflow_template, cluster_workflow_template, generate_name;
  bool owned = false;
  std::vector<std::pair<std::string, std::string>> labels;

  bool operator==(const KeptRun&) const = default;
};

struct KeptSchedule {
  ScheduleKind kind = ScheduleKind::kCronWorkflow;
  std::string cluster, namespace_name, name;
  bool selected = true;
  bool suspended = false;
  std::optional<Time> last_scheduled, last_success;
  std::int64_t succeeded = 0, failed = 0;
  bool replaces = false;
  std::vector<std::string> active;
  std::string submission_error, spec_error;
  bool has_submission_error = false, has_spec_error = false;

  bool operator==(const KeptSchedule&) const = default;
};

// Keeps all that a decoder passes on.
class Collector : public ObservationSink {
 public:
  std::vector<KeptRun> runs;
  std::vector<KeptSchedule> schedules;

  void run(const RunObservation& run) override {
    KeptRun kept;
    kept.kind = run.kind;
    kept.cluster = run.cluster;
    kept.namespace_name = run.namespace_name;
    kept.name = run.name;
    kept.uid = run.uid;
    kept.version = run.version;
    kept.created = run.created;
    kept.scheduled = run.scheduled;
    kept.started = run.started;
    kept.finished = run.finished;
    kept.phase = run.phase;
    kept.message = run.message;
    kept.phase_labelled = run.phase_labelled;
    kept.completed = run.completed;
    kept.action = run.action;
    kept.shutdown = run.shutdown;
    kept.nodes = run.nodes;
    kept.node_name = run.failed_node.name;
    kept.node_template = run.failed_node.template_name;
    kept.node_pod = run.failed_node.pod;
    kept.node_message = run.failed_node.message;
    kept.node_exit_code = run.failed_node.exit_code;
    kept.only_exit_handler = run.failed_node.only_exit_handler;
    kept.batch_name = run.batch_name;
    kept.cron_workflow = run.cron_workflow;
    kept.cron_job = run.cron_job;
    kept.workflow_template = run.workflow_template;
    kept.cluster_workflow_template = run.cluster_workflow_template;
    kept.generate_name = run.generate_name;
    kept.owned = run.owned;
    for (const LabelView& label : run.labels) kept.labels.emplace_back(label.key, label.value);
    runs.push_back(std::move(kept));
  }

  void schedule(const ScheduleObservation& schedule) override {
    KeptSchedule kept;
    kept.kind = schedule.kind;
    kept.cluster = schedule.cluster;
    kept.namespace_name = schedule.namespace_name;
    kept.name = schedule.name;
    kept.selected = schedule.selected;
    kept.suspended = schedule.suspended;
    kept.last_scheduled = schedule.last_scheduled;
    kept.last_success = schedule.last_success;
    kept.succeeded = schedule.succeeded;
    kept.failed = schedule.failed;
    kept.replaces = schedule.replaces;
    kept.active.assign(schedule.active.begin(), schedule.active.end());
    kept.submission_error = schedule.submission_error;
    kept.spec_error = schedule.spec_error;
    kept.has_submission_error = schedule.has_submission_error;
    kept.has_spec_error = schedule.has_spec_error;
    schedules.push_back(std::move(kept));
  }
};

// Decodes one object whose text has no padding of its own.
[[nodiscard]] inline Result<void> decode_padded(ObjectDecoder& decoder, std::string text,
                                                std::string_view list_kind = "") {
  const std::size_t length = text.size();
  text.append(ObjectDecoder::kPadding, ' ');
  return decoder.decode(std::string_view(text).substr(0, length), list_kind);
}

}  // namespace lastrun::source
