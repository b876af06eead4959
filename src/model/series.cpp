#include "model/series.h"

namespace lastrun {

std::vector<std::pair<std::string_view, std::string_view>> series_labels(const BatchKey& batch) {
  std::vector<std::pair<std::string_view, std::string_view>> labels;
  if (batch.kind == "Namespace") {
    labels.emplace_back("namespace_name", batch.namespace_name);
    return labels;
  }
  if (!batch.cluster.empty()) labels.emplace_back("cluster", batch.cluster);
  if (batch.kind != "Pattern") {
    labels.emplace_back("namespace_name", batch.namespace_name);
    labels.emplace_back("kind", batch.kind);
  }
  labels.emplace_back("batch", batch.name);
  return labels;
}

}  // namespace lastrun
