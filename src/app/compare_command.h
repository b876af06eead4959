#pragma once

#include <optional>

#include "app/judge_dump.h"
#include "base/result.h"
#include "base/time.h"

namespace lastrun::app {

// The older rule that ours is held against.
enum class Against { kPipeline, kPredecessor };

enum class CompareOutput { kTable, kJson };

struct CompareOptions {
  DumpOptions dump;  // its settings are ours
  Against against = Against::kPipeline;
  CompareOutput output = CompareOutput::kTable;
  std::optional<Time> now;  // empty: the wall clock
};

// `lastrun compare`: the pipeline's rule, or its predecessor's, beside ours on the same dump, and each difference with
// its reason. The exit code: 0 no difference, 1 differences. An error means that nothing was printed.
[[nodiscard]] Result<int> run_compare(const CompareOptions& options);

}  // namespace lastrun::app
