#include "judge/candidates.h"

#include <algorithm>
#include <utility>

namespace lastrun::judge {
namespace {

RunInfo read_info(const RunObservation& run) {
  RunInfo info;
  info.name = run.name;
  info.phase = run.phase;
  info.created = run.created;
  info.started = run.started;
  info.finished = run.finished;
  info.message = run.message;
  const FailedNodeView& node = run.failed_node;
  if (!node.name.empty()) {
    info.failed_node = FailedNode{std::string(node.name), std::string(node.template_name), std::string(node.pod),
                                  std::string(node.message), std::string(node.exit_code)};
  }
  return info;
}

// True when `run` can never decide beside `other`, whatever else the batch holds. Never true of the newest run of all.
bool outdoes(const RunFacts& other, const RunFacts& run) {
  if (!runs_before(run, other)) return false;
  if (run.outcome() == Outcome::kUnfinished) return true;  // only the newest of all is shown
  if (run.succeeded()) return other.succeeded();
  if (other.succeeded()) return answers(other, run);
  // Of a chain of replaced runs the last is kept: where the schedule turns out to replace none, it was stopped.
  if (replaces(other, run)) return other.interrupted;
  // A newer failure that was over no earlier stands wherever the older one stands, for what answers it answers the
  // older one too; unless only one of them has a slot, by which alone it may be answered. A replaced one may not count.
  const bool answered_together = (run.slot != 0) == (other.slot != 0);
  return other.failed() && !other.interrupted && answered_together && other.end() >= run.end();
}

}  // namespace

void Candidates::offer(const RunFacts& facts, const RunObservation& run) {
  const bool outdone = std::any_of(candidates_.begin(), candidates_.end(),
                                   [&](const Candidate& other) { return outdoes(other.facts, facts); });
  if (outdone) return;
  std::erase_if(candidates_, [&](const Candidate& other) { return outdoes(facts, other.facts); });
  candidates_.push_back({facts, read_info(run)});
}

void Candidates::offer_ranked(const Rank& rank, const RunFacts& facts, const RunObservation& run) {
  if (!candidates_.empty() && rank < rank_) return;
  if (candidates_.empty() || rank > rank_) {
    rank_ = rank;
    candidates_.clear();
    candidates_.push_back({facts, read_info(run)});
    return;
  }
  const auto same = std::find_if(candidates_.begin(), candidates_.end(),
                                 [&](const Candidate& other) { return other.facts.uid == facts.uid; });
  if (same == candidates_.end()) {
    candidates_.push_back({facts, read_info(run)});
    return;
  }
  // The same run again: its newest version, at its later place in the listing.
  if (facts.version >= same->facts.version) *same = {facts, read_info(run)};
  std::rotate(same, same + 1, candidates_.end());
}

const RunFacts* Candidates::highest() const {
  return candidates_.empty() ? nullptr : &candidates_.back().facts;
}

Boxed<RunInfo> Candidates::take_info(const RunFacts& facts) {
  for (Candidate& candidate : candidates_) {
    if (candidate.facts.uid == facts.uid && candidate.facts.version == facts.version) return std::move(candidate.info);
  }
  RunInfo info;
  info.created = to_time(facts.created).value_or(Time{});
  info.finished = to_time(facts.finished);
  return info;
}

}  // namespace lastrun::judge
