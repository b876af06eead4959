#include "judge/schedule_evidence.h"

#include <algorithm>

namespace lastrun::judge {
namespace {

// The latest slot of which the runs tell something. One without a slot that is still under way tells of none.
std::uint32_t seen_until(std::span<const RunFacts> runs) {
  std::uint32_t latest = 0;
  for (const RunFacts& run : runs) {
    if (run.slot != 0 || run.outcome() != Outcome::kUnfinished) latest = std::max(latest, run.due());
  }
  return latest;
}

}  // namespace

ScheduleEvidence::ScheduleEvidence(const ScheduleObservation& schedule)
    : kind_(schedule.kind),
      version_(schedule.version),
      suspended_(schedule.suspended),
      replaces_(schedule.replaces),
      selected_(schedule.selected),
      succeeded_(schedule.succeeded),
      failed_(schedule.failed),
      has_submission_error_(schedule.has_submission_error),
      has_spec_error_(schedule.has_spec_error),
      last_scheduled_(schedule.last_scheduled),
      last_success_(schedule.last_success),
      error_(schedule.has_spec_error ? schedule.spec_error : schedule.submission_error) {
  for (const std::string_view uid : schedule.active) active_.push_back(uid.empty() ? Uid{} : Uid::parse(uid));
}

void ScheduleEvidence::weigh(Verdict& verdict, std::span<const RunFacts> runs) const {
  verdict.suspended = suspended_;
  if (cannot_run()) {
    if (verdict.status != Status::kFailed) verdict.also.push_back(verdict.status);
    verdict.status = Status::kFailed;
    verdict.reason = has_spec_error_ ? Reason::kSpecError : Reason::kSubmissionError;
    verdict.message = error_;
    verdict.run.reset();
    verdict.since.reset();
    verdict.since_at_least = false;
    return;
  }
  const bool is_cron_job = kind_ == ScheduleKind::kCronJob;
  if (came_and_went(runs)) {
    const Told told = of_last_slot(runs);
    weigh_unseen(verdict, told, is_cron_job && told == Told::kSucceeded ? last_success_ : last_scheduled_);
  } else if (verdict.status == Status::kNever) {
    const Told told = of_the_past(runs);
    if (told != Told::kNothing) weigh_unseen(verdict, told, last_success_);
  } else if (is_cron_job && verdict.status == Status::kFailed && last_success_is_unlisted(runs)) {
    weigh_unseen(verdict, Told::kSucceeded, last_success_);
  }
}

// A run under way that is not listed may be that of the last slot; one that is listed is not.
bool ScheduleEvidence::came_and_went(std::span<const RunFacts> runs) const {
  if (!last_scheduled_ || to_seconds(last_scheduled_) <= seen_until(runs)) return false;
  const auto is_listed = [&](const Uid& uid) {
    return std::any_of(runs.begin(), runs.end(), [&](const RunFacts& run) { return run.uid == uid; });
  };
  return std::all_of(active_.begin(), active_.end(), is_listed);
}

// Runs that were replaced count as failed: under that policy a count of failures tells nothing. Stopped ones that must
// not count are counted too.
ScheduleEvidence::Told ScheduleEvidence::by_counters(std::span<const RunFacts> runs) const {
  const auto ignored = std::count_if(runs.begin(), runs.end(), [](const RunFacts& run) {
    return run.stopped && run.outcome() == Outcome::kUnfinished;
  });
  const bool any_failed = failed_ > ignored;
  if (succeeded_ > 0) return any_failed ? Told::kBoth : Told::kSucceeded;
  return any_failed && !replaces_ ? Told::kFailed : Told::kNothing;
}

ScheduleEvidence::Told ScheduleEvidence::of_last_slot(std::span<const RunFacts> runs) const {
  if (kind_ == ScheduleKind::kCronWorkflow) return by_counters(runs);
  if (!last_success_ || *last_success_ < *last_scheduled_) return Told::kNothing;
  // The end of a listed run, late though it was, says nothing of the unseen one.
  const bool of_a_listed_run = std::any_of(runs.begin(), runs.end(), [&](const RunFacts& run) {
    return run.succeeded() && run.finished >= to_seconds(last_success_);
  });
  return of_a_listed_run ? Told::kNothing : Told::kSucceeded;
}

bool ScheduleEvidence::last_success_is_unlisted(std::span<const RunFacts> runs) const {
  return last_success_ && std::all_of(runs.begin(), runs.end(), [&](const RunFacts& run) {
           return run.outcome() == Outcome::kUnfinished || run.end() < to_seconds(last_success_);
         });
}

// A CronJob tells that a run succeeded once, not whether others failed since.
ScheduleEvidence::Told ScheduleEvidence::of_the_past(std::span<const RunFacts> runs) const {
  if (kind_ == ScheduleKind::kCronWorkflow) return by_counters(runs);
  return last_success_ ? Told::kBoth : Told::kNothing;
}

void ScheduleEvidence::weigh_unseen(Verdict& verdict, Told told, std::optional<Time> since) const {
  if (told == Told::kSucceeded || told == Told::kFailed) {
    const Status status = told == Told::kSucceeded ? Status::kOk : Status::kFailed;
    // The streak goes on where the listed runs say the same; else it began with the unseen run at the latest.
    if (verdict.status != status) {
      verdict.since = since;
      verdict.since_at_least = since.has_value();
    }
    verdict.status = status;
    verdict.reason = told == Told::kSucceeded ? Reason::kSucceededUnlisted : Reason::kFailedUnlisted;
    verdict.run.reset();
    return;
  }
  if (verdict.status == Status::kFailed) {
    verdict.stale = true;
    return;
  }
  verdict.also.push_back(verdict.status);
  verdict.status = Status::kUnknown;
  verdict.reason = Reason::kOutcomeUnseen;
  verdict.run.reset();
  verdict.since = since;
  verdict.since_at_least = false;
}

}  // namespace lastrun::judge
