#pragma once

#include <compare>
#include <string>

namespace lastrun {

// What identifies a batch: the series of runs that belong together, the unit that is judged.
// `kind` is CronWorkflow, CronJob, WorkflowTemplate, ClusterWorkflowTemplate, Workflow or Job under the grouping
// `owner`, Namespace under `namespace`, Pattern under a pattern. `cluster` is empty for a dump that was given no name.
// Ordered by cluster, namespace, name, kind, bytewise (which for UTF-8 is the order of code points).
struct BatchKey {
  std::string cluster;
  std::string namespace_name;
  std::string name;
  std::string kind;

  auto operator<=>(const BatchKey&) const = default;
};

}  // namespace lastrun
