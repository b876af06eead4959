#include "judge/grouping.h"

#include <algorithm>
#include <span>

#include "base/check.h"

namespace lastrun::judge {
namespace {

std::string_view kind_name(RunKind kind) {
  switch (kind) {
    case RunKind::kWorkflow: return "Workflow";
    case RunKind::kJob: return "Job";
    case RunKind::kPod: return "Pod";
  }
  CHECK(false);
}

std::optional<std::string_view> label_of(std::span<const LabelView> labels, std::string_view key) {
  for (const LabelView& label : labels) {
    if (label.key == key) return label.value;
  }
  return std::nullopt;
}

std::string_view value_of(const Pattern::Part& part, const BatchView& owner, std::span<const LabelView> labels) {
  switch (part.field) {
    case Pattern::Field::kText: return part.text;
    case Pattern::Field::kCluster: return owner.cluster;
    case Pattern::Field::kNamespace: return owner.namespace_name;
    case Pattern::Field::kKind: return owner.kind;
    case Pattern::Field::kBatch: return owner.name;
    case Pattern::Field::kLabel: return label_of(labels, part.text).value_or("");
  }
  CHECK(false);
}

void fill_in(const Pattern& pattern, const BatchView& owner, std::span<const LabelView> labels, std::string& text) {
  text.clear();
  for (const Pattern::Part& part : pattern.parts()) text += value_of(part, owner, labels);
}

BatchView group_of(const BatchView& owner, std::span<const LabelView> labels, const Grouping& grouping,
                   std::string& text) {
  if (std::holds_alternative<ByNamespace>(grouping)) {
    return {owner.cluster, owner.namespace_name, owner.namespace_name, "Namespace"};
  }
  if (const auto* pattern = std::get_if<Pattern>(&grouping)) {
    fill_in(*pattern, owner, labels, text);
    return {owner.cluster, "", text, "Pattern"};
  }
  return owner;
}

}  // namespace

BatchKey BatchView::to_key() const {
  return {std::string(cluster), std::string(namespace_name), std::string(name), std::string(kind)};
}

bool operator==(const BatchView& view, const BatchKey& key) {
  return view.name == key.name && view.namespace_name == key.namespace_name && view.kind == key.kind &&
         view.cluster == key.cluster;
}

BatchView owner_batch(const RunObservation& run) {
  const std::string_view own_kind = kind_name(run.kind);
  BatchView batch{run.cluster, run.namespace_name, run.batch_name, own_kind};
  if (!run.batch_name.empty()) return batch;
  if (const auto schedule = schedule_batch(run)) return *schedule;
  if (!run.workflow_template.empty()) {
    batch.name = run.workflow_template;
    batch.kind = "WorkflowTemplate";
  } else if (!run.cluster_workflow_template.empty()) {
    batch.name = run.cluster_workflow_template;
    batch.kind = "ClusterWorkflowTemplate";
  } else {
    batch.name = run.generate_name;
    if (batch.name.ends_with('-')) batch.name.remove_suffix(1);
    if (batch.name.empty()) batch.name = run.name;
  }
  return batch;
}

BatchView owner_batch(const ScheduleObservation& schedule) {
  return {schedule.cluster, schedule.namespace_name, schedule.name,
          schedule.kind == ScheduleKind::kCronJob ? "CronJob" : "CronWorkflow"};
}

std::optional<BatchView> schedule_batch(const RunObservation& run) {
  if (!run.cron_workflow.empty()) return BatchView{run.cluster, run.namespace_name, run.cron_workflow, "CronWorkflow"};
  if (!run.cron_job.empty()) return BatchView{run.cluster, run.namespace_name, run.cron_job, "CronJob"};
  return std::nullopt;
}

BatchView batch_of(const RunObservation& run, const BatchView& owner, const Grouping& grouping, std::string& text) {
  return group_of(owner, run.labels, grouping, text);
}

BatchView batch_of(const BatchView& schedule, const Grouping& grouping, std::string& text) {
  return group_of(schedule, {}, grouping, text);
}

std::size_t hash_of_parts(const RunObservation& run, const BatchView& owner, const Grouping& grouping) {
  const auto* pattern = std::get_if<Pattern>(&grouping);
  if (pattern == nullptr) return 0;
  constexpr std::size_t kGolden = 0x9e3779b97f4a7c15;
  std::size_t hash = 1;
  for (const Pattern::Part& part : pattern->parts()) {
    hash = (hash ^ std::hash<std::string_view>{}(value_of(part, owner, run.labels))) * kGolden;
  }
  return hash;
}

bool lacks_label(const RunObservation& run, const Grouping& grouping) {
  const auto* pattern = std::get_if<Pattern>(&grouping);
  return pattern != nullptr &&
         std::any_of(pattern->parts().begin(), pattern->parts().end(), [&](const Pattern::Part& part) {
           return part.field == Pattern::Field::kLabel && !label_of(run.labels, part.text);
         });
}

}  // namespace lastrun::judge
