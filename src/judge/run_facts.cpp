#include "judge/run_facts.h"

#include <algorithm>
#include <limits>
#include <tuple>

#include "base/check.h"

namespace lastrun::judge {
namespace {

// The value of a hexadecimal digit, or -1.
int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Reads "8-4-4-4-12" lowercase hexadecimal digits. Two texts are never read as the same number.
std::optional<Uid> parse_uuid(std::string_view text) {
  constexpr size_t kLength = 36;
  if (text.size() != kLength) return std::nullopt;
  Uid uid;
  for (size_t i = 0; i < kLength; ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i] != '-') return std::nullopt;
      continue;
    }
    const int digit = hex_value(text[i]);
    if (digit < 0) return std::nullopt;
    uid.high = uid.high << 4 | uid.low >> 60;
    uid.low = uid.low << 4 | static_cast<std::uint64_t>(digit);
  }
  return uid;
}

// FNV-1a with another start for each half; only for what is no UUID, which Kubernetes does not hand out.
std::uint64_t hash(std::string_view text, std::uint64_t start) {
  constexpr std::uint64_t kPrime = 0x100000001b3;
  for (const char c : text) start = (start ^ static_cast<unsigned char>(c)) * kPrime;
  return start;
}

Outcome workflow_outcome(const RunObservation& run) {
  if (!run.completed) return Outcome::kUnfinished;
  if (run.phase == "Succeeded") return Outcome::kSucceeded;
  if (run.phase == "Failed") return Outcome::kFailed;
  if (run.phase == "Error") return Outcome::kErrored;
  return Outcome::kUnfinished;
}

Outcome job_or_pod_outcome(const RunObservation& run) {
  if (!run.completed) return Outcome::kUnfinished;
  return run.phase == "Complete" || run.phase == "Succeeded" ? Outcome::kSucceeded : Outcome::kFailed;
}

// A Workflow that failed and is not completed is being retried: its failure stands until it is final again.
// `argo retry` leaves the label phase on Failed at first; once the controller acts it reads Running, and only the
// label action tells.
bool being_retried(const RunObservation& run) {
  if (run.completed) return false;
  return run.action == "Retry" || run.phase == "Failed" || run.phase == "Error";
}

}  // namespace

Uid Uid::parse(std::string_view text) {
  if (const auto uuid = parse_uuid(text)) return *uuid;
  return {hash(text, 0xcbf29ce484222325), hash(text, 0x9ae16a3b2f90404f)};
}

RunFacts classify(const RunObservation& run, StoppedRuns stopped) {
  RunFacts facts;
  facts.uid = Uid::parse(run.uid);
  facts.version = run.version & ((std::uint64_t{1} << 56) - 1);
  facts.created = to_seconds(run.created);
  facts.slot = to_seconds(run.scheduled);
  Outcome outcome = Outcome::kUnfinished;
  if (run.kind == RunKind::kWorkflow) {
    outcome = workflow_outcome(run);
    facts.pipeline_fails = run.phase_labelled && (run.phase == "Failed" || run.phase == "Error");
    if (being_retried(run)) {
      facts.retrying = true;
      outcome = run.phase == "Error" ? Outcome::kErrored : Outcome::kFailed;
    }
  } else {
    outcome = job_or_pod_outcome(run);
    facts.pipeline_fails = outcome == Outcome::kFailed;
  }

  const bool ended_badly = outcome == Outcome::kFailed || outcome == Outcome::kErrored;
  if (ended_badly && !facts.retrying) {
    const bool by_hand = run.action == "Stop" || run.action == "Terminate";
    facts.interrupted = run.shutdown && run.action.empty() && !run.cron_workflow.empty();
    facts.stopped = by_hand || run.shutdown;
    // The archive of an Argo server lists no nodes, and no resourceVersion, of any Workflow.
    facts.invalid_spec = run.nodes == Nodes::kNone && run.version != 0;
    facts.exit_handler = run.failed_node.only_exit_handler;
    // A stopped run that must not count is as good as one that is still under way: it neither fails nor clears.
    if (facts.stopped && stopped == StoppedRuns::kDoNotCount) outcome = Outcome::kUnfinished;
  }
  facts.outcome_bits = static_cast<std::uint64_t>(outcome) & 3U;
  if (outcome != Outcome::kUnfinished && !facts.retrying) facts.finished = to_seconds(run.finished);
  return facts;
}

bool runs_before(const RunFacts& a, const RunFacts& b) {
  return std::make_tuple(a.due(), a.created, a.uid) < std::make_tuple(b.due(), b.created, b.uid);
}

bool answers(const RunFacts& success, const RunFacts& failure) {
  const bool later_slot = failure.slot != 0 && success.slot > failure.slot;
  return later_slot || success.created >= failure.end();
}

bool replaces(const RunFacts& sibling, const RunFacts& run) {
  return run.interrupted && run.slot != 0 && sibling.slot > run.slot && sibling.created <= run.end();
}

Reason failure_reason(const RunFacts& run) {
  if (run.retrying) return Reason::kRetrying;
  if (run.stopped) return Reason::kStopped;
  if (run.invalid_spec) return Reason::kInvalidSpec;
  if (run.exit_handler) return Reason::kExitHandlerFailed;
  return run.outcome() == Outcome::kErrored ? Reason::kRunErrored : Reason::kRunFailed;
}

std::uint32_t to_seconds(std::optional<Time> time) {
  if (!time) return 0;
  const auto seconds = time->time_since_epoch().count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 1, std::numeric_limits<std::uint32_t>::max()));
}

std::optional<Time> to_time(std::uint32_t seconds) {
  if (seconds == 0) return std::nullopt;
  return Time{Seconds{seconds}};
}

}  // namespace lastrun::judge
