#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "judge/run_facts.h"
#include "model/observation.h"
#include "model/verdict.h"

namespace lastrun::judge {

// What a schedule object itself tells about its runs: they may come and go between two looks, and history limits
// delete them; the object remembers a little.
class ScheduleEvidence {
 public:
  explicit ScheduleEvidence(const ScheduleObservation& schedule);

  // Corrects `verdict`, which was judged from the listed runs alone. `seen_until` is the latest slot of which the
  // listing tells something: that of a listed run, or the creation of one without a slot that has ended; 0 for none.
  // - A schedule that cannot create its runs fails the batch (SubmissionError, SpecError).
  // - A run that is due later than all listed ones, and is not active, came and went unseen. A CronJob's
  //   lastSuccessfulTime tells whether it succeeded; so do a CronWorkflow's counters while only one of them has
  //   counted. Otherwise nobody can tell: what was fine becomes unknown, what was failing stands, marked stale.
  void weigh(Verdict& verdict, std::uint32_t seen_until) const;

  // The schedule object's own metadata.resourceVersion: of one that is listed twice, the newest counts.
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] bool cannot_run() const { return has_submission_error_ || has_spec_error_; }

 private:
  void weigh_unseen_run(Verdict& verdict) const;

  ScheduleKind kind_;
  std::uint64_t version_;
  bool suspended_;
  bool active_;
  bool any_succeeded_;
  bool any_failed_;
  bool has_submission_error_;
  bool has_spec_error_;
  std::optional<Time> last_scheduled_;
  std::optional<Time> last_success_;
  std::string error_;
};

}  // namespace lastrun::judge
