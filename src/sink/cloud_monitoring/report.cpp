#include "sink/cloud_monitoring/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/check.h"

namespace lastrun::cloud_monitoring {
namespace {

// A message names so many reasons, those of the most points first; broken HTTP/2 streams alone can have hundreds.
constexpr std::size_t kReasonsTold = 4;

// Differences below this are not worth a word: 5 minutes are allowed in one direction, 25 hours in the other.
constexpr Seconds kNotableSkew{60};

}  // namespace

std::string_view name_of(Fate fate) {
  switch (fate) {
    case Fate::kDelivered: return "delivered";
    case Fate::kRefused: return "refused";
    case Fate::kUncertain: return "uncertain";
    case Fate::kUnsent: return "unsent";
  }
  CHECK(false);
}

void DeliveryReport::add(Fate fate, std::size_t count, const std::string& reason) {
  if (count == 0) return;
  switch (fate) {
    case Fate::kDelivered: delivered += count; return;
    case Fate::kRefused: refused += count; break;
    case Fate::kUncertain: uncertain += count; break;
    case Fate::kUnsent: unsent += count; break;
  }
  const auto same = std::find_if(losses.begin(), losses.end(),
                                 [&](const Loss& loss) { return loss.fate == fate && loss.reason == reason; });
  if (same != losses.end()) {
    same->points += count;
  } else {
    losses.push_back(Loss{fate, reason, count});
  }
}

std::string with_advice(std::string message, std::string_view advice) {
  if (advice.empty()) return message;
  while (message.ends_with('.')) message.pop_back();
  return message.append("; ").append(advice);
}

Result<void> check_complete(const DeliveryReport& report) {
  CHECK(report.delivered + report.refused + report.uncertain + report.unsent == report.points);
  if (report.complete()) return Ok{};
  std::string message = fmt::format("of {} {} {} were delivered", report.points,
                                    report.points == 1 ? "point" : "points", report.delivered);
  std::vector<Loss> losses = report.losses;
  std::sort(losses.begin(), losses.end(), [](const Loss& a, const Loss& b) {
    return a.points != b.points ? a.points > b.points : a.reason < b.reason;
  });
  for (std::size_t i = 0; i < std::min(losses.size(), kReasonsTold); ++i) {
    message += fmt::format("; {} {}: {}", losses[i].points, name_of(losses[i].fate), losses[i].reason);
  }
  if (losses.size() > kReasonsTold) message += fmt::format("; and {} other reasons", losses.size() - kReasonsTold);
  if (report.server_ahead && std::chrono::abs(*report.server_ahead) > kNotableSkew) {
    message += fmt::format("; this machine's clock is {} {} the server's", format_duration(abs(*report.server_ahead)),
                           *report.server_ahead < Seconds{0} ? "ahead of" : "behind");
  }
  const bool rejected = report.refused > 0;
  return Error{rejected ? ErrorKind::kRejected : ErrorKind::kUnavailable,
               with_advice(std::move(message), report.advice)};
}

}  // namespace lastrun::cloud_monitoring
