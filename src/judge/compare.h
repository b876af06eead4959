#pragma once

#include <string>
#include <vector>

#include "model/verdict.h"

namespace lastrun::judge {

// One batch of ours about which the older rule says something else.
struct Difference {
  Verdict ours;
  Verdict theirs;   // of its namespace
  std::string why;  // what the older rule looked at instead
};

// Holds our verdicts (of owner batches) against those of an older rule (one a namespace):
// - a batch of ours fails or is unknown, and its namespace counts as fine, or the older rule knows nothing of it;
// - a namespace counts as failing, and no batch of ours in it does: the difference names the batch of the run that it
//   looked at, or the namespace's first.
// `theirs` judged the same listing. In the order of `ours`.
[[nodiscard]] std::vector<Difference> compare(const std::vector<Verdict>& ours, const std::vector<Verdict>& theirs);

}  // namespace lastrun::judge
