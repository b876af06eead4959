#include "judge/schedule_evidence.h"

namespace lastrun::judge {

ScheduleEvidence::ScheduleEvidence(const ScheduleObservation& schedule)
    : kind_(schedule.kind),
      version_(schedule.version),
      suspended_(schedule.suspended),
      active_(schedule.active),
      any_succeeded_(schedule.succeeded > 0),
      any_failed_(schedule.failed > 0),
      has_submission_error_(schedule.has_submission_error),
      has_spec_error_(schedule.has_spec_error),
      last_scheduled_(schedule.last_scheduled),
      last_success_(schedule.last_success),
      error_(schedule.has_spec_error ? schedule.spec_error : schedule.submission_error) {}

void ScheduleEvidence::weigh(Verdict& verdict, std::uint32_t seen_until) const {
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
  const bool came_and_went = last_scheduled_ && !active_ && to_seconds(last_scheduled_) > seen_until;
  if (came_and_went) weigh_unseen_run(verdict);
}

void ScheduleEvidence::weigh_unseen_run(Verdict& verdict) const {
  const bool is_cron_job = kind_ == ScheduleKind::kCronJob;
  const bool succeeded =
      is_cron_job ? last_success_ && *last_success_ >= *last_scheduled_ : any_succeeded_ && !any_failed_;
  const bool failed = !is_cron_job && any_failed_ && !any_succeeded_;

  if (succeeded || failed) {
    const Status status = succeeded ? Status::kOk : Status::kFailed;
    // The streak goes on where the listed runs say the same; else it began with the unseen run at the latest.
    if (verdict.status != status) {
      verdict.since = is_cron_job ? last_success_ : last_scheduled_;
      verdict.since_at_least = true;
    }
    verdict.status = status;
    verdict.reason = succeeded ? Reason::kSucceededUnlisted : Reason::kFailedUnlisted;
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
  verdict.since = last_scheduled_;
  verdict.since_at_least = false;
}

}  // namespace lastrun::judge
