#pragma once

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

  // Corrects `verdict`, which was judged from the listed runs alone. `newest_listed` is the newest of them, if any.
  // - A schedule that cannot create its runs fails the batch (SubmissionError, SpecError).
  // - A run that is due later than all listed ones, and is not active, came and went unseen. A CronJob's
  //   lastSuccessfulTime tells whether it succeeded; so do a CronWorkflow's counters while only one of them has
  //   counted. Otherwise nobody can tell: what was fine becomes unknown, what was failing stands, marked stale.
  void weigh(Verdict& verdict, const std::optional<RunFacts>& newest_listed) const;

 private:
  void weigh_unseen_run(Verdict& verdict) const;

  ScheduleKind kind_;
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
