#include "model/verdict.h"

#include "base/check.h"

namespace lastrun {

std::string_view name_of(Status status) {
  switch (status) {
    case Status::kFailed: return "failed";
    case Status::kUnknown: return "unknown";
    case Status::kOk: return "ok";
    case Status::kNever: return "never";
  }
  CHECK(false);
}

std::optional<int> failing(Status status) {
  switch (status) {
    case Status::kFailed: return 1;
    case Status::kUnknown: return std::nullopt;
    case Status::kOk:
    case Status::kNever: return 0;
  }
  CHECK(false);
}

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::kSucceeded: return "succeeded";
    case Reason::kSucceededUnlisted: return "succeeded-unlisted";
    case Reason::kRunning: return "running";
    case Reason::kRunFailed: return "run-failed";
    case Reason::kRunErrored: return "run-errored";
    case Reason::kInvalidSpec: return "invalid-spec";
    case Reason::kExitHandlerFailed: return "exit-handler-failed";
    case Reason::kStopped: return "stopped";
    case Reason::kRetrying: return "retrying";
    case Reason::kFailedInParallel: return "failed-in-parallel";
    case Reason::kFailedUnlisted: return "failed-unlisted";
    case Reason::kSubmissionError: return "submission-error";
    case Reason::kSpecError: return "spec-error";
    case Reason::kMemberFailed: return "member-failed";
    case Reason::kMemberUnknown: return "member-unknown";
    case Reason::kMembersOk: return "members-ok";
    case Reason::kOutcomeUnseen: return "outcome-unseen";
    case Reason::kNoneCounts: return "none-counts";
    case Reason::kNotFinished: return "not-finished";
    case Reason::kNoRuns: return "no-runs";
  }
  CHECK(false);
}

}  // namespace lastrun
