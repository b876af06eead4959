#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "judge/settings.h"
#include "model/observation.h"
#include "model/verdict.h"

namespace lastrun::judge {

// A run's identity in 16 bytes, ordered as the text of a UUID is. What is no UUID is hashed to as many bytes.
struct Uid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  static Uid parse(std::string_view text);
  auto operator<=>(const Uid&) const = default;
};

// How a run ended, or that it has not.
enum class Outcome : std::uint8_t { kUnfinished, kSucceeded, kFailed, kErrored };

// All that judging needs of one run, and no string: a listing of a million runs keeps one of these for each.
// Times are seconds since 1970, 0 for none; what lies outside 1970..2106 is moved to the nearest end.
struct RunFacts {
  Uid uid;
  std::uint32_t created = 0;
  std::uint32_t slot = 0;      // its scheduled time
  std::uint32_t finished = 0;  // 0 too for a run that ended without saying when
  std::uint32_t batch = 0;     // the listing's number of its batch
  std::uint64_t version : 56 = 0;
  std::uint64_t outcome_bits : 2 = 0;
  std::uint64_t stopped : 1 = 0;         // somebody stopped or terminated it
  std::uint64_t interrupted : 1 = 0;     // shut down by its CronWorkflow: replaced, if a later slot's run came in time
  std::uint64_t retrying : 1 = 0;        // it failed, and is under way again
  std::uint64_t invalid_spec : 1 = 0;    // ended without ever having a node
  std::uint64_t exit_handler : 1 = 0;    // only its exit handler failed
  std::uint64_t pipeline_fails : 1 = 0;  // the pipeline counts it as failed: label phase in {Error, Failed}

  [[nodiscard]] Outcome outcome() const { return static_cast<Outcome>(outcome_bits); }
  [[nodiscard]] bool failed() const { return outcome() == Outcome::kFailed || outcome() == Outcome::kErrored; }
  [[nodiscard]] bool succeeded() const { return outcome() == Outcome::kSucceeded; }
  // Not finished; one that was stopped and must not count is none.
  [[nodiscard]] bool under_way() const { return outcome() == Outcome::kUnfinished && !stopped; }
  // Its place in the order of runs: the slot where it has one, else its creation.
  [[nodiscard]] std::uint32_t due() const { return slot != 0 ? slot : created; }
  // When it was over, as far as comparisons need it: a run that does not tell ended when it was created; one that is
  // being retried is not over.
  [[nodiscard]] std::uint32_t end() const {
    if (retrying) return std::numeric_limits<std::uint32_t>::max();
    return finished != 0 ? finished : created;
  }
};
static_assert(sizeof(RunFacts) == 40);

// Reads the facts off an observation: what is final, failed, stopped, being retried (docs/judgement.md, "What a run
// tells"). `batch` is left 0.
[[nodiscard]] RunFacts classify(const RunObservation& run, StoppedRuns stopped);

// The order of runs: by slot or creation, then creation, then uid.
[[nodiscard]] bool runs_before(const RunFacts& a, const RunFacts& b);

// True when `success`, the newer of the two, is an answer to `failure`: it was created no earlier than the failure's
// end, or its slot is later. Otherwise it ran beside it, and the failure stands.
[[nodiscard]] bool answers(const RunFacts& success, const RunFacts& failure);

// True when `sibling` took the place of the interrupted `run`: a later slot, created no later than its end.
[[nodiscard]] bool replaces(const RunFacts& sibling, const RunFacts& run);

// Why a run that failed counts as failed.
[[nodiscard]] Reason failure_reason(const RunFacts& run);

[[nodiscard]] std::uint32_t to_seconds(std::optional<Time> time);
[[nodiscard]] std::optional<Time> to_time(std::uint32_t seconds);

}  // namespace lastrun::judge
