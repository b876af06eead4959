#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/boxed.h"
#include "base/time.h"
#include "model/batch.h"

namespace lastrun {

// What a batch is now. When several hold, the one that stands first here wins (docs/judgement.md, "Status and value").
enum class Status {
  kFailed,   // the deciding run failed, or the schedule cannot run at all
  kUnknown,  // the outcome went unseen; nobody can tell
  kOk,       // the deciding run succeeded
  kNever,    // known, but no run has finished yet
};

// "failed", "unknown", "ok", "never".
[[nodiscard]] std::string_view name_of(Status status);

// The value that is sent: 1 failing, 0 fine, empty when nothing may be sent (unknown).
[[nodiscard]] std::optional<int> failing(Status status);

// Why a batch has its status. Each is documented in docs/judgement.md with what to do about it.
enum class Reason {
  kSucceeded,          // ok: the deciding run succeeded
  kSucceededUnlisted,  // ok: the run is not listed any more, but its schedule object tells that it succeeded
  kRunning,            // ok, rule newest: the newest run is under way and counts as fine
  kRunFailed,          // failed: the deciding run ended in phase Failed (a Job: condition Failed)
  kRunErrored,         // failed: the deciding run ended in phase Error
  kInvalidSpec,        // failed: it ended without ever having a node, its specification was refused
  kExitHandlerFailed,  // failed: the work succeeded, the exit handler did not
  kStopped,            // failed: somebody stopped or terminated it
  kRetrying,           // failed: it failed and is being retried; the failure stands until it is final again
  kFailedInParallel,   // failed: a newer run succeeded, but it ran beside the failed one and is no answer to it
  kFailedUnlisted,     // failed: no run is listed any more, but the schedule object counts only failures
  kSubmissionError,    // failed: the schedule cannot create its run
  kSpecError,          // failed: the schedule's own specification is refused
  kMemberFailed,       // rule any: a batch of the group fails
  kMemberUnknown,      // rule any: no batch of the group fails, one is unknown
  kMembersOk,          // rule any: every batch of the group that has finished a run is fine
  kOutcomeUnseen,      // unknown: a run came and went, and nothing tells how it ended
  kNoneCounts,         // never: all its runs were stopped, or replaced, and do not count
  kNotFinished,        // never: runs are under way or pending, none has finished
  kNoRuns,             // never: a schedule without a run
};

// "succeeded", "run-failed", …: stable, for machines; kebab-case.
[[nodiscard]] std::string_view name_of(Reason reason);

// The first node that failed inside a Workflow; empty strings where the source did not tell.
struct FailedNode {
  std::string name;           // as the UI shows it: "steps-parallel[1].stepB-fails-first"
  std::string template_name;  // the template it ran
  std::string pod;            // the pod it ran in, for kubectl logs
  std::string message;
  std::string exit_code;

  bool operator==(const FailedNode&) const = default;
};

// The run that a verdict names.
struct RunInfo {
  std::string name;
  std::string phase;  // as its source calls it: Succeeded, Failed, Error, Running, Pending, Complete, Suspended or ""
  Time created{};
  std::optional<Time> started;
  std::optional<Time> finished;
  std::string message;
  Boxed<FailedNode> failed_node;

  bool operator==(const RunInfo&) const = default;
};

// What a batch is now, why, and since when.
struct Verdict {
  BatchKey batch;
  Status status = Status::kNever;
  Reason reason = Reason::kNoRuns;
  std::vector<Status> also;  // what else holds, each below `status`
  // When the present status began; empty where nothing tells. See docs/judgement.md, "since".
  std::optional<Time> since;
  bool since_at_least = false;  // the streak reaches back to the oldest listed run: it may have begun earlier
  bool suspended = false;       // the schedule is suspended: a flag beside the verdict
  bool stale = false;           // the verdict stands, but a later run went unseen
  Boxed<RunInfo> run;           // the deciding run; under `never` the newest one; empty where no run decides
  std::string message;          // why, where no run tells it: a schedule's condition, the failing member of a group

  bool operator==(const Verdict&) const = default;
};

}  // namespace lastrun
