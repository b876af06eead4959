#include "judge/grouping.h"

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

std::string_view label_of(const RunObservation& run, std::string_view key) {
  for (const LabelView& label : run.labels) {
    if (label.key == key) return label.value;
  }
  return {};
}

std::string fill_in(const Pattern& pattern, const RunObservation& run, const OwnerView& owner) {
  std::string text;
  for (const Pattern::Part& part : pattern.parts()) {
    switch (part.field) {
      case Pattern::Field::kText: text += part.text; break;
      case Pattern::Field::kCluster: text += run.cluster; break;
      case Pattern::Field::kNamespace: text += run.namespace_name; break;
      case Pattern::Field::kKind: text += owner.kind; break;
      case Pattern::Field::kBatch: text += owner.name; break;
      case Pattern::Field::kLabel: text += label_of(run, part.text); break;
    }
  }
  return text;
}

}  // namespace

OwnerView owner_of(const RunObservation& run) {
  const std::string_view own_kind = kind_name(run.kind);
  if (!run.batch_name.empty()) return {own_kind, run.batch_name};
  if (!run.cron_workflow.empty()) return {"CronWorkflow", run.cron_workflow};
  if (!run.cron_job.empty()) return {"CronJob", run.cron_job};
  if (!run.workflow_template.empty()) return {"WorkflowTemplate", run.workflow_template};
  if (!run.cluster_workflow_template.empty()) return {"ClusterWorkflowTemplate", run.cluster_workflow_template};
  std::string_view base = run.generate_name;
  if (base.ends_with('-')) base.remove_suffix(1);
  return {own_kind, base.empty() ? run.name : base};
}

BatchKey batch_of(const RunObservation& run, const OwnerView& owner, const Grouping& grouping) {
  if (std::holds_alternative<ByNamespace>(grouping)) {
    return {std::string(run.cluster), std::string(run.namespace_name), std::string(run.namespace_name), "Namespace"};
  }
  if (const auto* pattern = std::get_if<Pattern>(&grouping)) {
    return {std::string(run.cluster), "", fill_in(*pattern, run, owner), "Pattern"};
  }
  return {std::string(run.cluster), std::string(run.namespace_name), std::string(owner.name), std::string(owner.kind)};
}

BatchKey batch_of(const ScheduleObservation& schedule) {
  return {std::string(schedule.cluster), std::string(schedule.namespace_name), std::string(schedule.name),
          schedule.kind == ScheduleKind::kCronJob ? "CronJob" : "CronWorkflow"};
}

}  // namespace lastrun::judge
