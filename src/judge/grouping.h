#pragma once

#include <string>
#include <string_view>

#include "judge/settings.h"
#include "model/batch.h"
#include "model/observation.h"

namespace lastrun::judge {

// The batch of a run under the grouping `owner`: the first that applies of lastrun/batch, its CronWorkflow or CronJob,
// its WorkflowTemplate or ClusterWorkflowTemplate, its generateName without the trailing '-', its name.
// Views into the observation.
struct OwnerView {
  std::string_view kind;
  std::string_view name;
};
[[nodiscard]] OwnerView owner_of(const RunObservation& run);

// The batch of a run under any grouping. `owner` is owner_of(run).
[[nodiscard]] BatchKey batch_of(const RunObservation& run, const OwnerView& owner, const Grouping& grouping);

// The batch of a schedule under the grouping `owner`.
[[nodiscard]] BatchKey batch_of(const ScheduleObservation& schedule);

}  // namespace lastrun::judge
