#pragma once

#include <chrono>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "http/client.h"
#include "sink/cloud_monitoring/report.h"
#include "sink/cloud_monitoring/wire.h"

// What an answer of Cloud Monitoring means, and when to ask again. Pure but for the dice.
//
// The difficulty: after a 5xx, a broken connection or a silence nobody knows whether the points were written. So the
// same points are sent again, with the same end time. Where they had been written, that second try is refused: "older
// end time" or "more frequently", which come as INVALID_ARGUMENT or FAILED_PRECONDITION and differ from real refusals
// in prose alone. Prose changes; so it is decided by what does not:
// - the request is a repetition, and an earlier try may have been written (`may_have_landed`); not one that surely
// never
//   left, as nobody listens there: that is repeated like the others, but leaves no doubt;
// - the point's own status in the answer's summary is one of those two codes;
// - the end time lies in what the server accepts, by the server's own clock (its Date header): outside of it the same
//   codes mean that the point never was and never will be written;
// - refusals with those codes that an earlier answer already counted stay refusals.
// What then is left to mistake are series that another writer writes at the same moment, where the prose is the same.
namespace lastrun::cloud_monitoring {

// Whether trying again can help.
enum class Next { kDone, kRetry, kNewToken };

// What is known of one request's points while it is being tried. Give it to judge_answer in order of the tries.
struct Progress {
  std::size_t points = 0;
  bool may_have_landed = false;      // an earlier try ended without an answer that says otherwise
  std::size_t refused_for_good = 0;  // points that an earlier 5xx refused with a code that a repetition would share
  bool answered = false;             // the last try was, but not with success
  std::string last_problem;          // why it was none, for people
};

// Applies the answer to a try. kDone: every point has been counted in `report`. kRetry, kNewToken: none has, `progress`
// knows more. `end_time` is that of the points.
[[nodiscard]] Next judge_answer(const http::Outcome& outcome, Time end_time, Progress& progress,
                                DeliveryReport& report);

// Counts the points of a request that will not be tried again: uncertain if they may have landed, else refused if the
// last try was answered, else unsent.
void give_up(const Progress& progress, std::string_view why, DeliveryReport& report);

// The same question for requests that may simply be repeated (reading and creating a descriptor).
[[nodiscard]] Next judge_idempotent(const http::Outcome& outcome);

// "503 UNAVAILABLE: try later", or the error of a request without an answer; one line.
[[nodiscard]] std::string describe_outcome(const http::Outcome& outcome);

// The pause before try `tries + 1`: 500 ms doubling up to 8 s, of which a random half to whole is taken, so that many
// clients that failed together do not come back together.
class Backoff {
 public:
  explicit Backoff(std::uint32_t seed) : dice_(seed) {}
  [[nodiscard]] std::chrono::milliseconds pause_after(std::size_t tries);

 private:
  std::mt19937 dice_;
};

}  // namespace lastrun::cloud_monitoring
