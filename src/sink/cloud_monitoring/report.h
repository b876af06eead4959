#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace lastrun::cloud_monitoring {

// What became of a point.
enum class Fate {
  kDelivered,  // Cloud Monitoring has it
  kRefused,    // Cloud Monitoring does not have it, and said why
  kUncertain,  // it was sent, and no answer tells whether it was written
  kUnsent,     // it surely never reached Cloud Monitoring (nobody listens there, time was up, we were stopped), or it
               // never got past the door (the token was no good)
};

// "delivered", "refused", "uncertain", "unsent".
[[nodiscard]] std::string_view name_of(Fate fate);

// So many points that were not delivered, for one cause, in words.
struct Loss {
  Fate fate = Fate::kRefused;
  std::string reason;
  std::size_t points = 0;
};

// What was done with a group of points. delivered + refused + uncertain + unsent equals `points`, always.
struct DeliveryReport {
  std::size_t points = 0;
  std::size_t delivered = 0;
  std::size_t refused = 0;
  std::size_t uncertain = 0;
  std::size_t unsent = 0;
  std::size_t resent = 0;    // of all points, those that may have reached the server twice (same value and end time)
  std::size_t requests = 0;  // that were made, the repeated ones too
  std::vector<Loss> losses;  // one for each fate and reason, in order of appearance
  // The server's clock minus ours by its last `Date`; its grain is a second.
  std::optional<Seconds> server_ahead;

  // Counts points; `reason` is for what was not delivered.
  void add(Fate fate, std::size_t count, const std::string& reason = {});
  // Whether every point was delivered.
  [[nodiscard]] bool complete() const { return delivered == points; }
};

// Ok if all was delivered; else an Error that says how many points of how many met which fate and why (the reasons of
// most points only), and that the clocks differ where they do by more than a minute.
[[nodiscard]] Result<void> check_complete(const DeliveryReport& report);

}  // namespace lastrun::cloud_monitoring
