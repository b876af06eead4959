#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "model/batch.h"

namespace lastrun {

// The labels by which a batch's series is known, in this order; they follow the grouping (docs/judgement.md). A batch
// of an owner: cluster, namespace_name, kind, batch. A namespace: namespace_name alone, as the pipeline has it. A
// pattern's batch: cluster, batch. A cluster without a name has no label. Views into `batch`.
[[nodiscard]] std::vector<std::pair<std::string_view, std::string_view>> series_labels(const BatchKey& batch);

}  // namespace lastrun
