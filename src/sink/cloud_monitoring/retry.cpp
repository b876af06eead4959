#include "sink/cloud_monitoring/retry.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "http/date.h"

namespace lastrun::cloud_monitoring {
namespace {

using std::chrono::milliseconds;

// google.rpc.Code of "older end time" and "more frequently".
constexpr int kInvalidArgument = 3;
constexpr int kFailedPrecondition = 9;

// What timeSeries.create accepts as an end time, seen from its clock.
constexpr Seconds kFarthestPast = std::chrono::hours{25};
constexpr Seconds kFarthestFuture = std::chrono::minutes{5};

bool like_a_repetition(int code) {
  return code == kInvalidArgument || code == kFailedPrecondition;
}

// 500, 502, 503 and 504 may have written some or all of it.
bool is_server_failure(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

bool acceptable(Time end_time, const http::Response& response) {
  const auto server_now = http::sent_at(response);
  return !server_now || (end_time >= *server_now - kFarthestPast && end_time <= *server_now + kFarthestFuture);
}

std::size_t count_like_a_repetition(const Summary& summary) {
  std::size_t count = 0;
  for (const PointErrors& error : summary.errors) count += like_a_repetition(error.code) ? error.points : 0;
  return count;
}

std::string describe_error(int status, const ApiError& error) {
  std::string text = fmt::format("{}", status);
  if (!error.status.empty()) text += " " + one_line(error.status, 40);
  if (!error.message.empty()) text += ": " + one_line(error.message);
  return text;
}

// Counts each point by what the summary says of it; what the summary leaves open is uncertain.
void settle(const Summary& summary, int status, bool answers_repetition, const Progress& progress,
            DeliveryReport& report) {
  std::size_t open = progress.points;
  const auto take = [&](Fate fate, std::size_t count, const std::string& reason) {
    count = std::min(count, open);
    report.add(fate, count, reason);
    open -= count;
  };
  take(Fate::kDelivered, summary.success, {});
  std::size_t landed_before = 0;
  if (answers_repetition) {
    const std::size_t alike = count_like_a_repetition(summary);
    landed_before = alike - std::min(alike, progress.refused_for_good);
  }
  for (const PointErrors& error : summary.errors) {
    std::size_t count = error.points;
    if (like_a_repetition(error.code)) {
      const std::size_t landed = std::min(count, landed_before);
      take(Fate::kDelivered, landed, {});
      landed_before -= landed;
      count -= landed;
    }
    std::string reason = fmt::format("{} {}", status, name_of_code(error.code));
    if (!error.message.empty()) reason += ": " + one_line(error.message);
    take(Fate::kRefused, count, reason);
  }
  take(Fate::kUncertain, open, fmt::format("{}, and its summary does not account for them", status));
}

}  // namespace

Next judge_answer(const http::Outcome& outcome, Time end_time, Progress& progress, DeliveryReport& report) {
  progress.last_problem = describe_outcome(outcome);
  progress.answered = outcome.ok();
  if (!outcome.ok()) {
    progress.may_have_landed |= outcome.may_have_reached();
    if (outcome.error().retry == Retry::kYes) return Next::kRetry;
    give_up(progress, progress.last_problem, report);
    return Next::kDone;
  }

  const http::Response& response = *outcome;
  if (response.status >= 200 && response.status < 300) {
    const bool genuine = response.status == 200 && is_object(response.body);
    report.add(genuine ? Fate::kDelivered : Fate::kUncertain, progress.points,
               fmt::format("{}, but not with an answer of Cloud Monitoring", response.status));
    return Next::kDone;
  }
  if (response.status == 401) return Next::kNewToken;

  const ApiError error = decode_error(response.body);
  if (is_server_failure(response.status)) {
    if (!progress.may_have_landed && error.summary) progress.refused_for_good = count_like_a_repetition(*error.summary);
    progress.may_have_landed = true;
    return Next::kRetry;
  }
  if (error.summary) {
    settle(*error.summary, response.status, progress.may_have_landed && acceptable(end_time, response), progress,
           report);
    return Next::kDone;
  }
  if (response.status == 429) return Next::kRetry;
  give_up(progress, progress.last_problem, report);
  return Next::kDone;
}

void give_up(const Progress& progress, std::string_view why, DeliveryReport& report) {
  const Fate known = progress.answered ? Fate::kRefused : Fate::kUnsent;
  report.add(progress.may_have_landed ? Fate::kUncertain : known, progress.points, std::string(why));
}

Next judge_idempotent(const http::Outcome& outcome) {
  if (!outcome.ok()) return outcome.error().retry == Retry::kYes ? Next::kRetry : Next::kDone;
  if (outcome->status == 401) return Next::kNewToken;
  return is_server_failure(outcome->status) || outcome->status == 429 ? Next::kRetry : Next::kDone;
}

std::string describe_outcome(const http::Outcome& outcome) {
  if (!outcome.ok()) return one_line(outcome.error().message);
  return describe_error(outcome->status, decode_error(outcome->body));
}

milliseconds Backoff::pause_after(std::size_t tries) {
  constexpr std::int64_t kFirst = 500;
  constexpr std::int64_t kMost = 8'000;
  constexpr std::size_t kDoublings = 4;  // 500 ms * 2^4 = 8 s
  const std::int64_t whole = std::min(kMost, kFirst << std::min(tries == 0 ? 0 : tries - 1, kDoublings));
  return milliseconds{std::uniform_int_distribution<std::int64_t>{whole / 2, whole}(dice_)};
}

}  // namespace lastrun::cloud_monitoring
