#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "judge/run_facts.h"
#include "model/verdict.h"

namespace lastrun::judge {

// What a rule finds in the runs of one batch. `run` is the deciding run's place in the span; under `never` the
// newest run's; empty where there is none, or where the newest was stopped, does not count, and an older one goes on.
struct Decision {
  Status status = Status::kNever;
  Reason reason = Reason::kNoRuns;
  std::optional<std::size_t> run;
  std::optional<Time> since;
  bool since_at_least = false;
};

// The rule `newest-finished`. `runs` are all runs of one batch, each once, in the order of runs_before.
// The newest that finished decides, except that a success leaves a failure standing that ran beside it; replaced
// runs do not count. Cost: O(n); O(n x failures that ran beside each other) at worst.
[[nodiscard]] Decision decide_newest_finished(std::span<const RunFacts> runs);

// The rules `newest` and `last-finished-pod` for their one deciding run: failed if it failed, else ok.
[[nodiscard]] Decision decide_single(const RunFacts& run);

}  // namespace lastrun::judge
