#pragma once

#include <cstddef>
#include <vector>

#include "base/boxed.h"
#include "judge/run_facts.h"
#include "model/observation.h"
#include "model/verdict.h"

namespace lastrun::judge {

// The few runs of a batch that may still decide it, with the strings that a verdict shows.
// A listing may hold a million runs; their names and messages are kept only here, and only while no other run has
// outdone them for good.
class Candidates {
 public:
  // For the rule newest-finished: keeps what no other run seen so far has outdone, among them the newest run of all.
  // Cost: O(runs that are kept), which are few unless a batch has many failures none of which outdoes another.
  void offer(const RunFacts& facts, const RunObservation& run);

  // For rules by which one run decides alone: keeps the runs of the highest `rank`, the last one listed at the end.
  struct Rank {
    Time first{};
    Time second{};
    auto operator<=>(const Rank&) const = default;
  };
  void offer_ranked(const Rank& rank, const RunFacts& facts, const RunObservation& run);

  // The run that was ranked highest; of several the one that was listed last. Null when nothing was offered.
  [[nodiscard]] const RunFacts* highest() const;

  // What is known of the run with these facts; only its times if its strings were not kept (a run that was listed
  // twice, as a success and as a failure, can bring that about).
  // Takes it away: for the end, when the verdict is made.
  [[nodiscard]] Boxed<RunInfo> take_info(const RunFacts& facts);

 private:
  struct Candidate {
    RunFacts facts;
    Boxed<RunInfo> info;
  };

  std::vector<Candidate> candidates_;  // after offers: none outdoes another
  Rank rank_;
};

}  // namespace lastrun::judge
