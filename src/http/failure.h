#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "base/result.h"
#include "http/client.h"

namespace lastrun::http {

// The errors of HttpClient's promise, worded once for all implementations. `why` comes from below (curl, the kernel)
// and must not contain anything of the request beyond what describe() shows.

// Headers of one answer beyond this are kLimit as well. Curl's own limit for HTTP/2, which breaks the connection, is
// 128 KiB; Google's answers have about 1 KiB.
inline constexpr std::size_t kMaxHeaderBytes = 64u << 10;

// How far a request has come; each phase is bounded by the deadlines of the phases not yet over.
enum class Phase { kConnecting, kWaiting, kReceiving };

// Nothing of a request is sent while it is connecting.
[[nodiscard]] Reached reached_in(Phase phase);

// When a request in `phase` has to be given up, counted from its start: the earliest deadline that still applies.
[[nodiscard]] std::chrono::milliseconds time_limit(const Deadlines& deadlines, Phase phase);

// kTimeout, Retry::kYes. `proxy` names the one that may have been on the way; empty if none was set.
[[nodiscard]] Outcome deadline_passed(const Request& request, Phase phase, const std::string& proxy = {});
[[nodiscard]] Outcome idle_too_long(const Request& request);                          // kTimeout, Retry::kYes
[[nodiscard]] Outcome no_connection(const Request& request, const std::string& why);  // kUnavailable, Retry::kYes
// The connection or the answer broke; the server may or may not have acted. kUnavailable, Retry::kYes.
[[nodiscard]] Outcome no_whole_answer(const Request& request, const std::string& why);
[[nodiscard]] Outcome body_too_large(const Request& request);     // kLimit
[[nodiscard]] Outcome headers_too_large(const Request& request);  // kLimit
// kCancelled; a request that was not even begun is in phase kConnecting.
[[nodiscard]] Outcome cancelled(const Request& request, Phase phase);

}  // namespace lastrun::http
