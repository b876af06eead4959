// How `newest-finished` finds its verdict: it goes through the runs from the oldest to the newest as if they had ended
// in that order, and keeps the failures that still stand. A failure joins them; a success removes those that it
// answers, not those that ran beside it; a failure that one before it answers has never stood. What stands at the end
// fails the batch. On the way the verdict's changes are seen, and with them since when it holds.
#include "judge/rules.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace lastrun::judge {
namespace {

// Which runs of a batch were replaced by a later slot's.
class Replaced {
 public:
  explicit Replaced(std::span<const RunFacts> runs) : runs_(runs) {
    if (std::none_of(runs.begin(), runs.end(), [](const RunFacts& run) { return run.interrupted; })) return;
    earliest_.resize(runs.size() + 1, std::numeric_limits<std::uint32_t>::max());
    for (std::size_t i = runs.size(); i-- > 0;) {
      earliest_[i] = runs[i].slot != 0 ? std::min(earliest_[i + 1], runs[i].created) : earliest_[i + 1];
    }
  }

  [[nodiscard]] bool contains(std::size_t i) const {
    const RunFacts& run = runs_[i];
    if (!run.interrupted || run.slot == 0) return false;
    const auto later = std::upper_bound(runs_.begin() + static_cast<std::ptrdiff_t>(i), runs_.end(), run.slot,
                                        [](std::uint32_t slot, const RunFacts& other) { return slot < other.due(); });
    return earliest_[static_cast<std::size_t>(later - runs_.begin())] <= run.end();
  }

 private:
  std::span<const RunFacts> runs_;
  std::vector<std::uint32_t> earliest_;  // the earliest creation among the runs with a slot, from each one on
};

// The newest creation among the successes so far, apart for those with a slot and those without.
class LatestSuccesses {
 public:
  void note(const RunFacts& success) {
    std::uint32_t& latest = success.slot != 0 ? with_slot_ : without_slot_;
    latest = std::max(latest, success.created);
  }
  // True when one that stands before `failure` in the order was created when that was over: between a run with a slot
  // and one without, the order by slots does not tell which came first.
  [[nodiscard]] bool answer(const RunFacts& failure) const {
    const std::uint32_t latest = failure.slot != 0 ? without_slot_ : with_slot_;
    return latest != 0 && latest >= failure.end();
  }

 private:
  std::uint32_t with_slot_ = 0;
  std::uint32_t without_slot_ = 0;
};

// No run counts. The newest is named, unless it was stopped and an older one is under way.
Decision decide_without_counting_run(std::span<const RunFacts> runs) {
  Decision decision;
  const bool any_under_way = std::any_of(runs.begin(), runs.end(), [](const RunFacts& run) { return run.under_way(); });
  decision.reason = any_under_way ? Reason::kNotFinished : Reason::kNoneCounts;
  if (!any_under_way || runs.back().under_way()) decision.run = runs.size() - 1;
  return decision;
}

}  // namespace

Decision decide_newest_finished(std::span<const RunFacts> runs) {
  Decision decision;
  if (runs.empty()) return decision;

  const Replaced replaced(runs);
  LatestSuccesses successes;
  std::vector<std::size_t> standing;     // failures that no success has answered, oldest first
  std::optional<std::size_t> last;       // the newest run that counts
  std::optional<std::size_t> turned_at;  // the run with which the present status began
  bool turned = false;                   // the status before was another one, and its run is listed
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const RunFacts& run = runs[i];
    if (run.outcome() == Outcome::kUnfinished || replaced.contains(i)) continue;
    if (run.failed() && successes.answer(run)) continue;
    const bool was_failing = !standing.empty();
    if (run.failed()) {
      standing.push_back(i);
    } else {
      successes.note(run);
      std::erase_if(standing, [&](std::size_t f) { return answers(run, runs[f]); });
    }
    const bool is_failing = !standing.empty();
    if (!last || is_failing != was_failing) {
      turned_at = i;
      turned = last.has_value();
    }
    last = i;
  }

  if (!last) return decide_without_counting_run(runs);
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
