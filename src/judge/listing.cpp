#include "judge/listing.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "judge/rules.h"

namespace lastrun::judge {
namespace {

std::size_t mix(std::size_t seed, std::string_view text) {
  constexpr std::size_t kGolden = 0x9e3779b97f4a7c15;
  return (seed ^ std::hash<std::string_view>{}(text)) * kGolden;
}

std::size_t hash_of(const BatchView& key, std::size_t seed = 0) {
  return mix(mix(mix(mix(seed, key.cluster), key.namespace_name), key.kind), key.name);
}

// The same run listed twice counts once, with its newest version and in the batch that that one belongs to. What is
// left stands batch by batch, in the order of runs.
void count_once_and_order(std::deque<RunFacts>& runs) {
  std::sort(runs.begin(), runs.end(), [](const RunFacts& a, const RunFacts& b) {
    return a.uid != b.uid ? a.uid < b.uid : a.version > b.version;
  });
  const auto same_run = [](const RunFacts& a, const RunFacts& b) { return a.uid == b.uid; };
  runs.erase(std::unique(runs.begin(), runs.end(), same_run), runs.end());
  std::sort(runs.begin(), runs.end(), [](const RunFacts& a, const RunFacts& b) {
    return a.batch != b.batch ? a.batch < b.batch : runs_before(a, b);
  });
}

bool is_group(std::string_view kind) {
  return kind == "Namespace" || kind == "Pattern";
}
bool is_scheduled(const BatchKey& key) {
  return key.kind == "CronWorkflow" || key.kind == "CronJob";
}

Reason reason_of_group(const Verdict& worst) {
  switch (worst.status) {
    case Status::kFailed: return Reason::kMemberFailed;
    case Status::kUnknown: return Reason::kMemberUnknown;
    case Status::kOk: return Reason::kMembersOk;
    case Status::kNever: return worst.reason;
  }
  return worst.reason;
}

// Failing since the first of the failing members began to, fine since the last of the fine ones was.
void combine_since(Verdict& verdict, const std::vector<Verdict>& members) {
  verdict.since.reset();
  bool any_may_be_older = false;
  for (const Verdict& member : members) {
    if (member.status != verdict.status) continue;
    any_may_be_older = any_may_be_older || member.since_at_least || !member.since;
    const bool later_counts = verdict.status == Status::kOk;
    if (member.since && (!verdict.since || (*member.since > *verdict.since) == later_counts)) {
      verdict.since = member.since;
      verdict.since_at_least = member.since_at_least;
    }
  }
  if (verdict.status != Status::kOk) verdict.since_at_least = verdict.since && any_may_be_older;
}

// Rule any: the verdict of a group. Its status is the worst of its members', where one that never finished a run is
// outweighed by one that is fine; it names the first member of that status, in the order of their keys.
Verdict combine(const BatchKey& group, std::vector<Verdict>& members) {
  std::sort(members.begin(), members.end(), [](const Verdict& a, const Verdict& b) { return a.batch < b.batch; });
  const auto rank = [](const Verdict& member) {
    return std::make_pair(member.status, member.reason == Reason::kNoRuns);
  };
  const Verdict& worst = *std::min_element(members.begin(), members.end(),
                                           [&](const Verdict& a, const Verdict& b) { return rank(a) < rank(b); });
  Verdict verdict = worst;
  verdict.batch = group;
  verdict.reason = reason_of_group(worst);
  verdict.also.clear();
  verdict.suspended = false;
  if (worst.status == Status::kFailed || worst.status == Status::kUnknown) {
    verdict.message = worst.batch.kind + " " + worst.batch.name + ": " + std::string(name_of(worst.reason));
    if (!worst.message.empty()) verdict.message += ": " + worst.message;
  }
  combine_since(verdict, members);
  return verdict;
}

}  // namespace

bool Listing::one_run_decides() const {
  return settings_.rule == Rule::kNewest || settings_.rule == Rule::kLastFinishedPod;
}

bool Listing::takes(const RunObservation& run) {
  const bool is_pod = run.kind == RunKind::kPod;
  if (settings_.rule == Rule::kLastFinishedPod) {
    if (!is_pod) ++counts_.not_pods;
    return is_pod && run.completed && run.finished.has_value();
  }
  if (is_pod) {
    ++counts_.pods;
    return false;
  }
  if (run.kind == RunKind::kJob && settings_.workflows_only) return false;
  // The pipeline knows no owners: its rule counts whatever is listed.
  if (run.owned && !settings_.include_owned && settings_.rule != Rule::kNewest) {
    ++counts_.owned;
    return false;
  }
  return true;
}

bool Listing::takes_schedules() const {
  if (std::holds_alternative<ByOwner>(settings_.grouping)) return settings_.rule != Rule::kLastFinishedPod;
  const auto* pattern = std::get_if<Pattern>(&settings_.grouping);
  return settings_.rule == Rule::kAny && (pattern == nullptr || !pattern->asks_for_labels());
}

std::uint32_t Listing::number_of(const BatchView& key, const BatchView* group) {
  const std::size_t hash = group != nullptr ? hash_of(key, hash_of(*group)) : hash_of(key);
  const auto [first, last] = numbers_.equal_range(hash);
  for (auto entry = first; entry != last; ++entry) {
    const Batch& known = batches_[entry->second];
    const bool same_group = group != nullptr ? known.group && *group == *known.group : !known.group;
    if (same_group && key == known.key) return entry->second;
  }
  const auto number = static_cast<std::uint32_t>(batches_.size());
  numbers_.emplace(hash, number);
  Batch& batch = batches_.emplace_back();
  batch.key = key.to_key();
  if (group != nullptr) batch.group = group->to_key();
  return number;
}

void Listing::add(const RunObservation& run) {
  counts_.newest_time = std::max({counts_.newest_time, run.created, run.finished.value_or(Time{})});
  if (!takes(run)) return;
  ++counts_.runs;
  if (lacks_label(run, settings_.grouping)) ++counts_.without_label;

  const BatchView owner = owner_batch(run);
  const BatchView key = batch_of(run, owner, settings_.grouping, group_text_);
  const BatchView* group = settings_.rule == Rule::kAny && is_group(key.kind) ? &key : nullptr;
  const std::uint32_t number = number_of(group != nullptr ? owner : key, group);

  // lastrun/batch takes runs away from their schedule: what that object tells is of them, not of a batch of its own.
  if (!run.batch_name.empty() && takes_schedules()) {
    if (const auto own = schedule_batch(run)) note_elsewhere(*own, group, number);
  }

  if (key.kind == "Pattern") {
    const std::size_t parts = hash_of_parts(run, owner, settings_.grouping);
    const auto [known, is_new] = pattern_parts_.try_emplace(hash_of(key), parts);
    if (!is_new && known->second != parts) counts_.ambiguous_name = key.name;
  }

  RunFacts facts = classify(run, settings_.stopped);
  facts.batch = number;
  if (run.uid.empty()) facts.uid = Uid{0, counts_.runs};  // without an identity it counts each time it is listed
  Candidates& candidates = batches_[number].candidates;
  if (settings_.rule == Rule::kNewest) {
    candidates.offer_ranked({run.created, Time{}}, facts, run);
  } else if (settings_.rule == Rule::kLastFinishedPod) {
    candidates.offer_ranked({*run.finished, run.created}, facts, run);
  } else {
    candidates.offer(facts, run);
    runs_.push_back(facts);
  }
}

void Listing::note_elsewhere(const BatchView& schedule, const BatchView* group, std::uint32_t number) {
  Batch& batch = batches_[number_of(schedule, group)];
  if (batch.elsewhere && *batch.elsewhere != number) batch.in_several = true;
  batch.elsewhere = number;
}

// What a schedule tells is of its runs: where all that are listed belong to one other batch, it is told there.
void Listing::move_schedules_to_their_runs() {
  for (Batch& batch : batches_) {
    const bool has_runs = batch.candidates.highest() != nullptr;
    if (!batch.schedule || !batch.elsewhere || batch.in_several || has_runs) continue;
    Boxed<ScheduleEvidence>& there = batches_[*batch.elsewhere].schedule;
    if (!there) there = std::exchange(batch.schedule, {});
  }
}

void Listing::add(const ScheduleObservation& schedule) {
  if (!takes_schedules()) {
    ++counts_.schedules_left_out;
    if (schedule.has_spec_error || schedule.has_submission_error) ++counts_.broken_schedules_left_out;
    return;
  }
  ++counts_.schedules;
  const BatchView own = owner_batch(schedule);
  const BatchView key = batch_of(own, settings_.grouping, group_text_);
  Boxed<ScheduleEvidence>& known = batches_[number_of(own, is_group(key.kind) ? &key : nullptr)].schedule;
  if (!known || known->version() <= schedule.version) known = ScheduleEvidence(schedule);
}

Verdict Listing::judge(Batch& batch, std::vector<RunFacts>& runs) const {
  Verdict verdict;
  verdict.batch = std::move(batch.key);
  Decision decision;
  if (one_run_decides()) {
    if (const RunFacts* only = batch.candidates.highest()) {
      runs.assign(1, *only);
      decision = decide_single(*only);
    }
  } else {
    if (batch.schedule && !batch.schedule->replaces()) {
      for (RunFacts& run : runs) run.interrupted = false;  // it was stopped, then
    }
    decision = decide_newest_finished(runs);
  }
  verdict.status = decision.status;
  verdict.reason = decision.reason;
  verdict.since = decision.since;
  verdict.since_at_least = decision.since_at_least;
  if (decision.run) verdict.run = batch.candidates.take_info(runs[*decision.run]);
  // Under `newest` the older runs are not known, by which a schedule's counters and times are told apart.
  const bool weighs = batch.schedule && (!one_run_decides() || runs.empty() || batch.schedule->cannot_run());
  if (weighs) batch.schedule->weigh(verdict, runs);
  return verdict;
}

std::vector<Verdict> Listing::verdicts() {
  numbers_.clear();
  move_schedules_to_their_runs();
  count_once_and_order(runs_);
  std::vector<Verdict> verdicts;
  verdicts.reserve(batches_.size());
  std::map<BatchKey, std::vector<Verdict>> groups;
  std::vector<RunFacts> runs;
  // Each batch is given up as soon as its verdict is known, so that memory grows no further.
  for (std::uint32_t number = 0; !batches_.empty(); ++number, batches_.pop_front()) {
    runs.clear();
    for (; !runs_.empty() && runs_.front().batch == number; runs_.pop_front()) runs.push_back(runs_.front());
    Batch& batch = batches_.front();
    // All that was listed of it belongs to other batches.
    const bool none = one_run_decides() ? batch.candidates.highest() == nullptr : runs.empty();
    const bool schedule_alone =
        batch.schedule && batch.schedule->selected() && (!batch.elsewhere || batch.schedule->cannot_run());
    if (none && !schedule_alone) continue;
    Verdict verdict = judge(batch, runs);
    if (batch.group) {
      groups[*batch.group].push_back(std::move(verdict));
    } else {
      verdicts.push_back(std::move(verdict));
    }
  }
  for (auto& [group, members] : groups) verdicts.push_back(combine(group, members));
  std::sort(verdicts.begin(), verdicts.end(), [](const Verdict& a, const Verdict& b) { return a.batch < b.batch; });
  limit_unscheduled(verdicts);
  return verdicts;
}

void Listing::limit_unscheduled(std::vector<Verdict>& verdicts) {
  std::map<std::pair<std::string, std::string>, std::size_t> kept;
  const auto counts = [](const Verdict& v) { return !is_group(v.batch.kind) && !is_scheduled(v.batch); };
  const auto place = [](const Verdict& v) { return std::make_pair(v.batch.cluster, v.batch.namespace_name); };
  for (const Verdict& verdict : verdicts) {
    if (counts(verdict) && verdict.status == Status::kFailed) ++kept[place(verdict)];
  }
  // Failing ones take their places first; the rest fill up what is left, in the order of their keys.
  std::map<std::pair<std::string, std::string>, std::size_t> failing_kept;
  const std::size_t before = verdicts.size();
  std::erase_if(verdicts, [&](const Verdict& verdict) {
    if (!counts(verdict)) return false;
    std::size_t& used = verdict.status == Status::kFailed ? failing_kept[place(verdict)] : kept[place(verdict)];
    if (used >= settings_.max_unscheduled_batches) return true;
    ++used;
    return false;
  });
  counts_.left_out_batches = before - verdicts.size();
}

}  // namespace lastrun::judge
