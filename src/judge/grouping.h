#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "judge/settings.h"
#include "model/batch.h"
#include "model/observation.h"

namespace lastrun::judge {

// A batch's key as views into what it was read from: cheap to look up, copied only for a batch that is new.
struct BatchView {
  std::string_view cluster;
  std::string_view namespace_name;
  std::string_view name;
  std::string_view kind;

  [[nodiscard]] BatchKey to_key() const;
};
[[nodiscard]] bool operator==(const BatchView& view, const BatchKey& key);

// The batch of a run under the grouping `owner`: the first that applies of lastrun/batch, its CronWorkflow or CronJob,
// its WorkflowTemplate or ClusterWorkflowTemplate, its generateName without the trailing '-', its name.
[[nodiscard]] BatchView owner_batch(const RunObservation& run);

// The batch of a schedule under the grouping `owner`.
[[nodiscard]] BatchView owner_batch(const ScheduleObservation& schedule);

// The batch of the schedule that a run belongs to, whatever lastrun/batch says; empty for a run without a schedule.
[[nodiscard]] std::optional<BatchView> schedule_batch(const RunObservation& run);

// The batch of a run, or of a schedule, under any grouping. `owner` is its owner_batch; `text` is where a pattern's
// name is written. A schedule has no labels: a pattern that asks for one reads an empty text.
[[nodiscard]] BatchView batch_of(const RunObservation& run, const BatchView& owner, const Grouping& grouping,
                                 std::string& text);
[[nodiscard]] BatchView batch_of(const BatchView& schedule, const Grouping& grouping, std::string& text);

// A number for the values of a pattern's placeholders: two runs whose batches have one name by chance, for another
// split of the same text, have two. 0 without a pattern.
[[nodiscard]] std::size_t hash_of_parts(const RunObservation& run, const BatchView& owner, const Grouping& grouping);

// True when the pattern asks for a label that the run has not.
[[nodiscard]] bool lacks_label(const RunObservation& run, const Grouping& grouping);

}  // namespace lastrun::judge
