#include "source/object/object_decoder.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "source/object/failed_node.h"
#include "source/object/fields.h"
#include "source/object/metadata.h"

namespace lastrun::source {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

static_assert(ObjectDecoder::kPadding >= simdjson::SIMDJSON_PADDING);

// Columns of a stranger's text that a message shows; names of Kubernetes' are at most as long.
constexpr std::size_t kShown = 253;

// A run is created at its slot or later; clocks may differ by this much. A slot further ahead would decide for ever.
constexpr Seconds kMostEarly{600};

// The top of an object. Absent parts are null elements.
struct Parts {
  std::string_view api_version;
  std::string_view kind;
  std::optional<element> metadata;
  std::optional<element> spec;
  std::optional<element> status;
  std::optional<element> items;
  std::optional<element> message;  // of a Status
};

Result<Parts> read_parts(const element& root) {
  Parts parts;
  SeenFields seen;
  if (!root.is_object()) return wrong_type("the document", "an object");
  TRY(each_field(root, "the object", [&](std::string_view key, const element& value) -> Result<void> {
    if (key == "kind") {
      TRY(seen.see(0, key));
      TRY(read(parts.kind, value, key));
    } else if (key == "metadata") {
      TRY(seen.see(1, key));
      parts.metadata = value;
    } else if (key == "spec") {
      TRY(seen.see(2, key));
      parts.spec = value;
    } else if (key == "status") {
      TRY(seen.see(3, key));
      parts.status = value;
    } else if (key == "items") {
      TRY(seen.see(4, key));
      parts.items = value;
    } else if (key == "apiVersion") {
      TRY(seen.see(5, key));
      TRY(read(parts.api_version, value, key));
    } else if (key == "message") {
      parts.message = value;
    }
    return Ok{};
  }));
  return parts;
}

// True for an object of another API group that has the name of a kind that is read, such as a Job of batch.volcano.sh.
// One that tells no apiVersion is believed.
bool is_of_another_group(const Parts& parts) {
  if (parts.api_version.empty()) return false;
  const std::size_t slash = parts.api_version.find('/');
  const std::string_view group = slash == std::string_view::npos ? "" : parts.api_version.substr(0, slash);
  if (parts.kind == "Workflow" || parts.kind == "CronWorkflow") return group != "argoproj.io";
  if (parts.kind == "Job" || parts.kind == "CronJob") return group != "batch";
  return parts.kind == "Pod" && !group.empty();
}

// What an object that tells no kind must be: each kind's spec has a field that no other has.
std::string_view kind_by_spec(const std::optional<element>& spec) {
  object fields;
  if (!spec || spec->get(fields) != simdjson::SUCCESS) return "Workflow";
  for (const auto field : fields) {
    if (field.key == "workflowSpec") return "CronWorkflow";
    if (field.key == "jobTemplate") return "CronJob";
    if (field.key == "template") return "Job";
    if (field.key == "containers") return "Pod";
  }
  return "Workflow";
}

// What is handed over in place of a listing and has no kind, or one that cannot be judged: told with what to run.
Result<void> refuse_other_answers(const element& root, const Parts& parts) {
  constexpr std::string_view kInstead = "run argo list -A -o json, or kubectl get workflows -A -o json";
  const auto refuse = [&](const std::string& what) {
    return Error{ErrorKind::kInput, what + "; " + std::string(kInstead)};
  };
  if (parts.kind.starts_with("PartialObjectMetadata")) {
    return refuse("is " + shorten(parts.kind, kShown) + ", which has neither spec nor status to judge by");
  }
  if (!parts.kind.empty() || parts.metadata || parts.items) return Ok{};
  const auto has = [](const element& value, std::string_view key) {
    return value.is_object() && value.at_key(key).error() == simdjson::SUCCESS;
  };
  const auto is_event = [&](const element& value) { return has(value, "type") && has(value, "object"); };
  element result;
  if (is_event(root) || (root.at_key("result").get(result) == simdjson::SUCCESS && is_event(result))) {
    return refuse("is a watch event, not a listing");
  }
  std::int64_t code = 0;
  std::string_view message;
  const bool coded = root.at_key("code").get(code) == simdjson::SUCCESS;
  if (coded && root.at_key("message").get(message) == simdjson::SUCCESS) {
    return refuse("is an Argo server's refusal (code " + std::to_string(code) +
                  "), not a listing: " + shorten(message, kShown));
  }
  return Ok{};
}

}  // namespace

// Decodes with one parser and one set of scratch space that serve object after object.
class ObjectDecoder::Reader {
 public:
  explicit Reader(ObjectDecoder& decoder) : decoder_(decoder) {}

  Result<void> decode(std::string_view text, std::string_view list_kind);

 private:
  Result<void> read_object(const element& root, std::string_view list_kind);
  Result<void> read_list(const Parts& parts);
  Result<void> read_run(RunKind kind, const Parts& parts);
  Result<void> read_schedule(ScheduleKind kind, const Parts& parts);
  Result<void> read_workflow(const Parts& parts, const Metadata& metadata, RunObservation& run);
  Result<void> read_job(const Parts& parts, const Metadata& metadata, RunObservation& run);
  Result<void> read_pod(const Parts& parts, RunObservation& run);
  Result<void> read_template_ref(const element& value, RunObservation& run);
  Result<void> read_conditions(const element& value, ScheduleObservation& schedule);
  [[nodiscard]] bool passes_filter(const Metadata& metadata) const;

  ObjectDecoder& decoder_;
  simdjson::dom::parser parser_;
  std::vector<LabelView> labels_;
  std::vector<std::string_view> active_;
  std::string pod_name_;
};

Result<void> ObjectDecoder::Reader::decode(std::string_view text, std::string_view list_kind) {
  element root;
  if (text.size() > parser_.capacity()) {
    const auto failed = parser_.allocate(std::max(text.size(), std::size_t{1} << 16), kMaxDepth);
    if (failed != simdjson::SUCCESS) return Error{ErrorKind::kLimit, "no memory to read the object"};
  }
  const auto failed = parser_.parse(text.data(), text.size(), false).get(root);
  if (failed != simdjson::SUCCESS) return Error{ErrorKind::kInput, simdjson::error_message(failed)};
  return read_object(root, list_kind);
}

Result<void> ObjectDecoder::Reader::read_object(const element& root, std::string_view list_kind) {
  TRY_ASSIGN(Parts parts, read_parts(root));
  TRY(refuse_other_answers(root, parts));
  constexpr std::string_view kList = "List";
  if (parts.items && (parts.kind.empty() || parts.kind.ends_with(kList))) return read_list(parts);
  if (parts.kind.empty() && list_kind.ends_with(kList) && list_kind != kList) {
    parts.kind = list_kind.substr(0, list_kind.size() - kList.size());
  }
  if (parts.kind.empty()) parts.kind = kind_by_spec(parts.spec);

  if (is_of_another_group(parts)) {
    ++decoder_.counts_.other_kinds[shorten(parts.kind, kShown) + " of " + shorten(parts.api_version, kShown)];
    return Ok{};
  }
  if (parts.kind == "Workflow") return read_run(RunKind::kWorkflow, parts);
  if (parts.kind == "Job") return read_run(RunKind::kJob, parts);
  if (parts.kind == "Pod") return read_run(RunKind::kPod, parts);
  if (parts.kind == "CronWorkflow") return read_schedule(ScheduleKind::kCronWorkflow, parts);
  if (parts.kind == "CronJob") return read_schedule(ScheduleKind::kCronJob, parts);
  if (parts.kind == "Status") {
    std::string_view message;
    if (parts.message) TRY(read(message, *parts.message, "message"));
    return Error{ErrorKind::kInput, "is an API server's refusal, not a listing: " + shorten(message, kShown)};
  }
  ++decoder_.counts_.other_kinds[shorten(parts.kind, kShown)];
  return Ok{};
}

Result<void> ObjectDecoder::Reader::read_list(const Parts& parts) {
  if (parts.metadata) {
    TRY(each_field(*parts.metadata, "metadata", [&](std::string_view key, const element& field) -> Result<void> {
      if (key != "continue") return Ok{};
      std::string_view token;
      TRY(read(token, field, "metadata.continue"));
      // The Argo server counts, also behind its last object; Kubernetes' own tokens are no numbers.
      const bool counted = std::all_of(token.begin(), token.end(), [](char c) { return c >= '0' && c <= '9'; });
      ObjectCounts& counts = decoder_.counts_;
      if (!token.empty()) (counted ? counts.maybe_incomplete : counts.incomplete) = true;
      return Ok{};
    }));
  }
  return each_member(*parts.items, "items", [&](const element& member) { return read_object(member, parts.kind); });
}

bool ObjectDecoder::Reader::passes_filter(const Metadata& metadata) const {
  const auto& namespaces = decoder_.filter_.namespaces;
  if (!namespaces.empty() &&
      std::find(namespaces.begin(), namespaces.end(), metadata.namespace_name) == namespaces.end()) {
    return false;
  }
  return decoder_.filter_.labels.matches(labels_);
}

namespace {

Result<Metadata> required_metadata(const Parts& parts, std::vector<LabelView>& labels) {
  const auto missing = [&](std::string_view field) {
    return Error{ErrorKind::kInput, std::string(field) + " is missing"};
  };
  if (!parts.metadata) return missing("metadata");
  TRY_ASSIGN(Metadata metadata, read_metadata(*parts.metadata, labels));
  if (metadata.name.empty()) return missing("metadata.name");
  const std::string subject = std::string(parts.kind) + " " + shorten(metadata.name, kShown);
  if (metadata.namespace_name.empty()) return missing("metadata.namespace").within(subject);
  if (!metadata.created) return missing("metadata.creationTimestamp").within(subject);
  return metadata;
}

// "Job team-a/nightly"
std::string subject_of(const Parts& parts, const Metadata& metadata) {
  return std::string(parts.kind) + " " + shorten(metadata.namespace_name, kShown) + "/" +
         shorten(metadata.name, kShown);
}

}  // namespace

Result<void> ObjectDecoder::Reader::read_run(RunKind kind, const Parts& parts) {
  TRY_ASSIGN(const Metadata metadata, required_metadata(parts, labels_));
  if (!passes_filter(metadata)) {
    ++decoder_.counts_.filtered;
    return Ok{};
  }
  RunObservation run;
  run.kind = kind;
  run.cluster = decoder_.cluster_;
  run.namespace_name = metadata.namespace_name;
  run.name = metadata.name;
  run.uid = metadata.uid;
  run.version = metadata.version;
  run.created = *metadata.created;
  run.batch_name = metadata.batch_name;
  run.generate_name = metadata.generate_name;
  run.labels = labels_;
  if (!metadata.scheduled.empty()) {
    run.scheduled = parse_rfc3339(metadata.scheduled);
    const bool believable = run.scheduled && *run.scheduled - run.created <= kMostEarly;
    if (!believable) {
      run.scheduled.reset();
      ++decoder_.counts_.bad_annotations;
    }
  }
  if (metadata.has_tolerance) ++decoder_.counts_.ignored_tolerance;

  Result<void> done = Ok{};
  switch (kind) {
    case RunKind::kWorkflow: done = read_workflow(parts, metadata, run); break;
    case RunKind::kJob: done = read_job(parts, metadata, run); break;
    case RunKind::kPod: done = read_pod(parts, run); break;
  }
  if (!done.ok()) {
    return done.error().within(subject_of(parts, metadata));
  }
  ++decoder_.counts_.runs;
  decoder_.sink_.run(run);
  return Ok{};
}

Result<void> ObjectDecoder::Reader::read_workflow(const Parts& parts, const Metadata& metadata, RunObservation& run) {
  run.phase = metadata.phase;
  run.completed = metadata.completed;
  run.action = metadata.action;
  run.cron_workflow = metadata.cron_workflow;
  run.workflow_template = metadata.workflow_template;
  run.cluster_workflow_template = metadata.cluster_workflow_template;
  run.owned = metadata.controller.kind == "Workflow";
  if (parts.spec) {
    TRY(each_field(*parts.spec, "spec", [&](std::string_view key, const element& field) -> Result<void> {
      if (key == "shutdown") {
        std::string_view strategy;
        TRY(read(strategy, field, "spec.shutdown"));
        run.shutdown = !strategy.empty();
      }
      if (key == "workflowTemplateRef") return read_template_ref(field, run);
      return Ok{};
    }));
  }
  std::string_view status_phase;
  std::optional<element> nodes;
  bool nodes_elsewhere = false;
  if (parts.status && !parts.status->is_null()) {
    TRY(each_field(*parts.status, "status", [&](std::string_view key, const element& field) -> Result<void> {
      if (key == "phase") return read(status_phase, field, "status.phase");
      if (key == "startedAt") return read(run.started, field, "status.startedAt");
      if (key == "finishedAt") return read(run.finished, field, "status.finishedAt");
      if (key == "message") return read(run.message, field, "status.message");
      if (key == "nodes" && !field.is_null()) nodes = field;
      if (key == "compressedNodes" || key == "offloadNodeStatusVersion") nodes_elsewhere = true;
      return Ok{};
    }));
    run.nodes = nodes ? Nodes::kSome : nodes_elsewhere ? Nodes::kUnknown : Nodes::kNone;
  }
  run.phase_labelled = !metadata.phase.empty();
  if (!run.phase_labelled) run.phase = status_phase;
  const bool final_phase = run.phase == "Succeeded" || run.phase == "Failed" || run.phase == "Error";
  if (!run.phase_labelled) run.completed = final_phase && (metadata.completed || run.finished);
  const bool ended = run.completed && final_phase;
  if (ended && !run.finished) run.finished = metadata.controller_time;
  if (ended && run.phase != "Succeeded" && nodes) {
    run.failed_node = find_failed_node(*nodes, run.name, metadata.v2_pod_names, pod_name_);
  }
  return Ok{};
}

// The labels come late, and never where the template could not be loaded; the reference is there from the beginning.
Result<void> ObjectDecoder::Reader::read_template_ref(const element& value, RunObservation& run) {
  std::string_view name;
  bool cluster_scope = false;
  TRY(each_field(value, "spec.workflowTemplateRef", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "name") return read(name, field, "spec.workflowTemplateRef.name");
    if (key == "clusterScope") return read(cluster_scope, field, "spec.workflowTemplateRef.clusterScope");
    return Ok{};
  }));
  if (run.workflow_template.empty() && run.cluster_workflow_template.empty()) {
    (cluster_scope ? run.cluster_workflow_template : run.workflow_template) = name;
  }
  return Ok{};
}

namespace {

struct Condition {
  std::string_view type;
  std::string_view message;
  bool is_true = false;
  std::optional<Time> since;
};

Result<void> each_condition(const element& value, FunctionRef<void(const Condition&)> on_condition) {
  return each_member(value, "status.conditions", [&](const element& member) -> Result<void> {
    Condition condition;
    TRY(each_field(member, "a condition in status.conditions",
                   [&](std::string_view key, const element& field) -> Result<void> {
                     if (key == "type") return read(condition.type, field, "status.conditions.type");
                     if (key == "message") return read(condition.message, field, "status.conditions.message");
                     if (key == "status") {
                       std::string_view status;
                       TRY(read(status, field, "status.conditions.status"));
                       condition.is_true = status == "True";
                     }
                     if (key == "lastTransitionTime")
                       return read(condition.since, field, "status.conditions.lastTransitionTime");
                     return Ok{};
                   }));
    on_condition(condition);
    return Ok{};
  });
}

}  // namespace

// A Job has ended by its condition Complete or Failed alone; counts and pods say nothing about it.
Result<void> ObjectDecoder::Reader::read_job(const Parts& parts, const Metadata& metadata, RunObservation& run) {
  if (metadata.controller.kind == "CronJob") {
    run.cron_job = metadata.controller.name;
  } else {
    run.owned = !metadata.controller.kind.empty();
  }
  run.phase = "Pending";
  if (!parts.status) return Ok{};
  std::optional<Time> completion_time;
  std::optional<Time> condition_time;
  bool suspended = false;
  std::int64_t active = 0;
  TRY(each_field(*parts.status, "status", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "startTime") return read(run.started, field, "status.startTime");
    if (key == "completionTime") return read(completion_time, field, "status.completionTime");
    if (key == "active") return read(active, field, "status.active");
    if (key != "conditions") return Ok{};
    return each_condition(field, [&](const Condition& condition) {
      if (!condition.is_true) return;
      if (condition.type == "Suspended") suspended = true;
      if (condition.type != "Complete" && condition.type != "Failed") return;
      run.completed = true;
      run.phase = condition.type;
      condition_time = condition.since;
      if (condition.type == "Failed") run.message = condition.message;
    });
  }));
  if (run.completed) {
    run.finished = run.phase == "Complete" && completion_time ? completion_time : condition_time;
  } else if (suspended) {
    run.phase = "Suspended";
  } else if (active > 0) {
    run.phase = "Running";
  }
  return Ok{};
}

// A pod's end is the latest end of its containers.
Result<void> ObjectDecoder::Reader::read_pod(const Parts& parts, RunObservation& run) {
  if (!parts.status) return Ok{};
  TRY(each_field(*parts.status, "status", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "phase") return read(run.phase, field, "status.phase");
    if (key == "startTime") return read(run.started, field, "status.startTime");
    if (key == "message") return read(run.message, field, "status.message");
    if (key != "containerStatuses" && key != "initContainerStatuses") return Ok{};
    return each_member(field, "status.containerStatuses", [&](const element& container) -> Result<void> {
      element finished;
      if (container.at_pointer("/state/terminated/finishedAt").get(finished) != simdjson::SUCCESS) return Ok{};
      std::optional<Time> time;
      TRY(read(time, finished, "status.containerStatuses.state.terminated.finishedAt"));
      if (time) run.finished = std::max(run.finished.value_or(*time), *time);
      return Ok{};
    });
  }));
  run.completed = run.phase == "Succeeded" || run.phase == "Failed";
  return Ok{};
}

Result<void> ObjectDecoder::Reader::read_schedule(ScheduleKind kind, const Parts& parts) {
  TRY_ASSIGN(const Metadata metadata, required_metadata(parts, labels_));
  if (!passes_filter(metadata)) {
    ++decoder_.counts_.filtered;
    return Ok{};
  }
  ScheduleObservation schedule;
  schedule.kind = kind;
  schedule.cluster = decoder_.cluster_;
  schedule.namespace_name = metadata.namespace_name;
  schedule.name = metadata.name;
  schedule.version = metadata.version;
  if (metadata.has_tolerance) ++decoder_.counts_.ignored_tolerance;
  active_.clear();
  const std::string subject = subject_of(parts, metadata);
  if (parts.spec) {
    const auto done = each_field(*parts.spec, "spec", [&](std::string_view key, const element& field) -> Result<void> {
      if (key == "suspend") return read(schedule.suspended, field, "spec.suspend");
      if (key == "concurrencyPolicy") {
        std::string_view policy;
        TRY(read(policy, field, "spec.concurrencyPolicy"));
        schedule.replaces = policy == "Replace";
      }
      return Ok{};
    });
    if (!done.ok()) return done.error().within(subject);
  }
  if (parts.status) {
    const auto done =
        each_field(*parts.status, "status", [&](std::string_view key, const element& field) -> Result<void> {
          if (key == "lastScheduledTime" || key == "lastScheduleTime")
            return read(schedule.last_scheduled, field, "status.lastScheduledTime");
          if (key == "lastSuccessfulTime") return read(schedule.last_success, field, "status.lastSuccessfulTime");
          if (key == "succeeded") return read(schedule.succeeded, field, "status.succeeded");
          if (key == "failed") return read(schedule.failed, field, "status.failed");
          if (key == "conditions") return read_conditions(field, schedule);
          if (key != "active") return Ok{};
          return each_member(field, "status.active", [&](const element& member) -> Result<void> {
            std::string_view& uid = active_.emplace_back();
            return each_field(member, "a run in status.active", [&](std::string_view part, const element& value) {
              return part == "uid" ? read(uid, value, "status.active.uid") : Result<void>(Ok{});
            });
          });
        });
    if (!done.ok()) return done.error().within(subject);
  }
  schedule.active = active_;
  ++decoder_.counts_.schedules;
  decoder_.sink_.schedule(schedule);
  return Ok{};
}

Result<void> ObjectDecoder::Reader::read_conditions(const element& value, ScheduleObservation& schedule) {
  return each_condition(value, [&](const Condition& condition) {
    if (!condition.is_true) return;
    if (condition.type == "SubmissionError") {
      schedule.has_submission_error = true;
      schedule.submission_error = condition.message;
    }
    if (condition.type == "SpecError") {
      schedule.has_spec_error = true;
      schedule.spec_error = condition.message;
    }
  });
}

ObjectDecoder::ObjectDecoder(std::string cluster, ObjectFilter filter, ObservationSink& sink)
    : cluster_(std::move(cluster)), filter_(std::move(filter)), sink_(sink), reader_(std::make_unique<Reader>(*this)) {}

ObjectDecoder::~ObjectDecoder() = default;

Result<void> ObjectDecoder::decode(std::string_view text, std::string_view list_kind) {
  return reader_->decode(text, list_kind);
}

}  // namespace lastrun::source
