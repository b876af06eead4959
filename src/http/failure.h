#pragma once

#include <chrono>
#include <string>

#include "base/result.h"
#include "http/client.h"

namespace lastrun::http {

// The errors of HttpClient's promise, worded once for all implementations. `why` comes from below (curl, the kernel)
// and must not contain anything of the request beyond what describe() shows.

// How far a request has come; each phase is bounded by the deadlines of the phases not yet over.
enum class Phase { kConnecting, kWaiting, kReceiving };

// When a request in `phase` has to be given up, counted from its start: the earliest deadline that still applies.
[[nodiscard]] std::chrono::milliseconds time_limit(const Deadlines& deadlines, Phase phase);

[[nodiscard]] Error deadline_passed(const Request& request, Phase phase);           // kTimeout, Retry::kYes
[[nodiscard]] Error no_connection(const Request& request, const std::string& why);  // kUnavailable, Retry::kYes
// The server may or may not have acted on the request. kUnavailable, Retry::kYes.
[[nodiscard]] Error connection_broke(const Request& request, const std::string& why);
[[nodiscard]] Error answer_too_large(const Request& request);  // kLimit
[[nodiscard]] Error cancelled(const Request& request);         // kCancelled

}  // namespace lastrun::http
