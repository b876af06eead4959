// How `newest-finished` finds its verdict: it goes through the runs from the oldest to the newest as if they had ended
// in that order, and keeps the failures that still stand. A failure joins them; a success removes those that it
// answers, not those that ran beside it. What stands at the end fails the batch. On the way the verdict's changes are
// seen, and with them since when it holds.
#include "judge/rules.h"

#include <algorithm>
#include <vector>

namespace lastrun::judge {
namespace {

bool was_replaced(std::span<const RunFacts> runs, std::size_t i) {
  if (!runs[i].interrupted) return false;
  const auto later = runs.subspan(i + 1);
  return std::any_of(later.begin(), later.end(), [&](const RunFacts& sibling) { return replaces(sibling, runs[i]); });
}

}  // namespace

Decision decide_newest_finished(std::span<const RunFacts> runs) {
  Decision decision;
  if (runs.empty()) return decision;

  std::vector<std::size_t> standing;     // failures that no success has answered, oldest first
  std::optional<std::size_t> last;       // the newest run that counts
  std::optional<std::size_t> turned_at;  // the run with which the present status began
  bool turned = false;                   // the status before was another one, and its run is listed
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunFacts& run = runs[i];
    if (run.outcome() == Outcome::kUnfinished || was_replaced(runs, i)) continue;
    const bool was_failing = !standing.empty();
    if (run.failed()) {
      standing.push_back(i);
    } else {
      std::erase_if(standing, [&](std::size_t f) { return answers(run, runs[f]); });
    }
    const bool is_failing = !standing.empty();
    if (!last || is_failing != was_failing) {
      turned_at = i;
      turned = last.has_value();
    }
    last = i;
  }

  if (!last) {
    decision.reason = Reason::kNotFinished;
    decision.run = runs.size() - 1;
    return decision;
  }
  if (standing.empty()) {
    decision.status = Status::kOk;
    decision.reason = Reason::kSucceeded;
    decision.run = last;
  } else {
    decision.status = Status::kFailed;
    decision.run = standing.back();
    decision.reason = standing.back() == *last ? failure_reason(runs[*last]) : Reason::kFailedInParallel;
  }
  decision.since = to_time(runs[*turned_at].finished);
  decision.since_at_least = decision.since && !turned;
  return decision;
}

Decision decide_single(const RunFacts& run) {
  Decision decision;
  decision.run = 0;
  if (run.pipeline_fails) {
    decision.status = Status::kFailed;
    decision.reason = run.failed() ? failure_reason(run) : Reason::kRunFailed;
  } else {
    decision.status = Status::kOk;
    decision.reason = run.succeeded() ? Reason::kSucceeded : Reason::kRunning;
  }
  decision.since = to_time(run.finished);
  decision.since_at_least = decision.since.has_value();
  return decision;
}

}  // namespace lastrun::judge
