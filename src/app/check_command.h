#pragma once

#include <optional>

#include "app/judge_dump.h"
#include "base/result.h"
#include "base/time.h"

namespace lastrun::app {

enum class Output { kTable, kJson, kJsonl, kPrometheus };

struct CheckOptions {
  DumpOptions dump;
  Output output = Output::kTable;
  bool failing_only = false;
  std::optional<Time> now;  // empty: the wall clock
};

// `lastrun check`: judges dumps and prints the verdicts. The exit code: 1 something fails, 2 something is unknown, else
// 0. An error means that nothing was printed, or that printing failed.
[[nodiscard]] Result<int> run_check(const CheckOptions& options);

}  // namespace lastrun::app
