#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace lastrun {

// A moment, in whole seconds since 1970-01-01T00:00:00Z. Kubernetes' own times have no finer grain (metav1.Time).
using Time = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;

// Reads an RFC 3339 time ("2026-11-22T11:57:00Z", "2026-11-22T06:52:00-05:00"); a fraction of a second is cut off.
// Empty for anything else: wrong lengths, months of 31 days that have 30, second 60 (Go refuses leap seconds too).
// Source: RFC 3339 section 5.6.
[[nodiscard]] std::optional<Time> parse_rfc3339(std::string_view text);

// "2026-11-22T11:57:00Z", always in UTC. Years 0000 to 9999.
[[nodiscard]] std::string format_rfc3339(Time time);

// For people: "42s", "3m12s", "5h03m", "2d04h". Negative durations read "0s".
[[nodiscard]] std::string format_duration(Seconds duration);

// Reads "90s", "5m", "1h30m", "7d" (units d h m s, largest first, each once). Empty for anything else.
[[nodiscard]] std::optional<Seconds> parse_duration(std::string_view text);

// Where "now" comes from. Everything that needs the time takes a Clock or a Time, so that tests choose it.
// Both methods may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall time; may jump when the machine's clock is set.
  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const = 0;
  // Never goes back; for deadlines and durations.
  [[nodiscard]] virtual std::chrono::steady_clock::time_point steady_now() const = 0;
  // Returns after `duration`, earlier never. On a FakeClock it returns at once and time has passed.
  virtual void sleep_for(std::chrono::milliseconds duration) = 0;
};

class SystemClock : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override;
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override;
  void sleep_for(std::chrono::milliseconds duration) override;
};

}  // namespace lastrun
