#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "judge/run_facts.h"
#include "model/observation.h"
#include "model/verdict.h"

namespace lastrun::judge {

// What a schedule object itself tells about its runs: they may come and go between two looks, and history limits
// delete them; the object remembers a little.
class ScheduleEvidence {
 public:
  explicit ScheduleEvidence(const ScheduleObservation& schedule);

  // Corrects `verdict`, which was judged from `runs`, all that are listed of this schedule, alone.
  // - A schedule that cannot create its runs fails the batch (SubmissionError, SpecError).
  // - A run that is due later than all listed ones, and is not under way unlisted, came and went unseen. A CronJob's
  //   lastSuccessfulTime tells whether it succeeded; so do a CronWorkflow's counters while only one of them has
  //   counted. Otherwise nobody can tell: what was fine becomes unknown, what was failing stands, marked stale.
  // - A CronJob's lastSuccessfulTime that is later than all that is listed answers a listed failure.
  // - Where no listed run has finished, but the object knows of runs that have, it tells how they ended by the same
  //   means.
  void weigh(Verdict& verdict, std::span<const RunFacts> runs) const;

  // The schedule object's own metadata.resourceVersion: of one that is listed twice, the newest counts.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] bool cannot_run() const { return has_submission_error_ || has_spec_error_; }
  // Whether it is a batch of its own even without a run.
  [[nodiscard]] bool selected() const { return selected_; }
  // Whether its controller shuts a run down for the next one's sake.
  [[nodiscard]] bool replaces() const { return replaces_; }

 private:
  // What the object tells of how runs ended that nobody lists.
  enum class Told { kNothing, kSucceeded, kFailed, kBoth };

  [[nodiscard]] Told by_counters(std::span<const RunFacts> runs) const;
  [[nodiscard]] Told of_last_slot(std::span<const RunFacts> runs) const;
  [[nodiscard]] Told of_the_past(std::span<const RunFacts> runs) const;
  [[nodiscard]] bool last_success_is_unlisted(std::span<const RunFacts> runs) const;
  [[nodiscard]] bool came_and_went(std::span<const RunFacts> runs) const;
  void weigh_unseen(Verdict& verdict, Told told, std::optional<Time> since) const;

  ScheduleKind kind_;
  std::uint64_t version_;
  bool suspended_;
  bool replaces_;
  bool selected_;
  std::int64_t succeeded_;
  std::int64_t failed_;
  bool has_submission_error_;
  bool has_spec_error_;
  std::optional<Time> last_scheduled_;
  std::optional<Time> last_success_;
  std::vector<Uid> active_;  // the nil UUID for one that has no uid
  std::string error_;
};

}  // namespace lastrun::judge
