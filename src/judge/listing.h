#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/boxed.h"
#include "judge/candidates.h"
#include "judge/grouping.h"
#include "judge/run_facts.h"
#include "judge/schedule_evidence.h"
#include "judge/settings.h"
#include "model/observation.h"
#include "model/verdict.h"

namespace lastrun::judge {

// What was seen and what was left out, for notes to the reader.
struct ListingCounts {
  std::uint64_t runs = 0;      // taken in; a run that was listed twice counts twice here
  std::uint64_t owned = 0;     // left out: Workflows of Workflows, Jobs of other controllers
  std::uint64_t pods = 0;      // left out: pods, where the rule judges Workflows and Jobs
  std::uint64_t not_pods = 0;  // left out: Workflows and Jobs, where the rule judges pods
  // A group's name under a pattern that two different groups have; empty: none.
  std::string ambiguous_name;
  std::uint64_t without_label = 0;              // of `runs`: those that lack a label which the pattern asks for
  std::uint64_t schedules = 0;                  // schedule objects taken in
  std::uint64_t schedules_left_out = 0;         // where groups are judged that no schedule belongs to
  std::uint64_t broken_schedules_left_out = 0;  // those of them that cannot run
  std::uint64_t left_out_batches = 0;           // beyond Settings::max_unscheduled_batches; known after verdicts()
  Time newest_time{};                           // the newest time that any run told
};

// Everything that one look at a source showed, and the verdicts that follow from it alone: no memory, no clock.
// Runs come in any order; one that comes twice (same uid) counts once, with its newest version.
// Memory: 40 bytes a run, and a few hundred a batch: strings are kept only of runs that may still decide. Under
// `newest` and `last-finished-pod` nothing is kept of a run that another one has outdone.
// Thread: one caller at a time.
class Listing {
 public:
  explicit Listing(Settings settings) : settings_(std::move(settings)) {}

  // Takes in one run. The views need to live only during the call.
  void add(const RunObservation& run);
  // Takes in one schedule object. Counts only where batches follow their owners, or are the members of a group that
  // no run's labels tell.
  void add(const ScheduleObservation& schedule);

  // The verdicts, in the order of their keys. Called once, at the end: it uses up what was collected.
  [[nodiscard]] std::vector<Verdict> verdicts();

  [[nodiscard]] const ListingCounts& counts() const { return counts_; }

 private:
  struct Batch {
    BatchKey key;
    Boxed<BatchKey> group;  // rule any: the group whose verdict this batch is part of
    Boxed<ScheduleEvidence> schedule;
    // The one batch that runs of this schedule belong to instead (lastrun/batch).
    std::optional<std::uint32_t> elsewhere;
    bool in_several = false;  // runs of this schedule belong to several other batches
    Candidates candidates;
  };

  [[nodiscard]] bool one_run_decides() const;
  [[nodiscard]] bool takes(const RunObservation& run);
  [[nodiscard]] bool takes_schedules() const;
  // The number of the batch with this key in this group (null: in none), which is made if it is new.
  std::uint32_t number_of(const BatchView& key, const BatchView* group);
  // `runs` are all of the batch, in any order. Uses the batch up.
  [[nodiscard]] Verdict judge(Batch& batch, std::vector<RunFacts>& runs) const;
  void note_elsewhere(const BatchView& schedule, const BatchView* group, std::uint32_t number);
  void move_schedules_to_their_runs();
  void limit_unscheduled(std::vector<Verdict>& verdicts);

  Settings settings_;
  ListingCounts counts_;
  std::deque<Batch> batches_;
  std::unordered_multimap<std::size_t, std::uint32_t> numbers_;  // by the hash of key and group
  std::unordered_map<std::size_t, std::size_t> pattern_parts_;  // by the hash of a pattern's batch: what it was made of
  std::string group_text_;                                      // a pattern's name, for one call
  std::deque<RunFacts> runs_;
};

}  // namespace lastrun::judge
