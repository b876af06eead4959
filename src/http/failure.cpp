#include "http/failure.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/url.h"

namespace lastrun::http {
namespace {

std::string in_seconds(std::chrono::milliseconds duration) {
  return fmt::format("{:g} s", static_cast<double>(duration.count()) / 1000);
}

}  // namespace

Reached reached_in(Phase phase) {
  return phase == Phase::kConnecting ? Reached::kNo : Reached::kMaybe;
}

std::chrono::milliseconds time_limit(const Deadlines& deadlines, Phase phase) {
  auto limit = deadlines.whole;
  if (phase != Phase::kReceiving) limit = std::min(limit, deadlines.first_byte);
  if (phase == Phase::kConnecting) limit = std::min(limit, deadlines.connect);
  return limit;
}

Outcome deadline_passed(const Request& request, Phase phase, const std::string& proxy) {
  const auto limit = time_limit(request.deadlines, phase);
  std::string what;
  if (phase == Phase::kConnecting && limit == request.deadlines.connect) {
    what = fmt::format("no connection within {} (deadline: connect); is the host reachable from here, {}?",
                       in_seconds(limit),
                       proxy.empty() ? "or only through a proxy (HTTPS_PROXY)" : "and " + proxy + ", if it is in use");
  } else if (phase != Phase::kReceiving && limit == request.deadlines.first_byte) {
    what = fmt::format("no answer within {} (deadline: first byte)", in_seconds(limit));
  } else {
    what = fmt::format("the answer was not complete within {} (deadline: whole)", in_seconds(limit));
  }
  return {Error{ErrorKind::kTimeout, describe(request) + ": " + what, Retry::kYes}, reached_in(phase)};
}

Outcome idle_too_long(const Request& request) {
  return Error{
      ErrorKind::kTimeout,
      fmt::format("{}: nothing came for {} (deadline: idle)", describe(request), in_seconds(request.deadlines.idle)),
      Retry::kYes};
}

Outcome no_connection(const Request& request, const std::string& why) {
  return {Error{ErrorKind::kUnavailable, fmt::format("{}: no connection: {}", describe(request), why), Retry::kYes},
          Reached::kNo};
}

Outcome no_whole_answer(const Request& request, const std::string& why) {
  return Error{ErrorKind::kUnavailable, fmt::format("{}: no whole answer: {}", describe(request), why), Retry::kYes};
}

Outcome body_too_large(const Request& request) {
  return Error{ErrorKind::kLimit, fmt::format("{}: the answer is larger than the {} bytes that are accepted here",
                                              describe(request), request.max_body_bytes)};
}

Outcome headers_too_large(const Request& request) {
  return Error{ErrorKind::kLimit,
               fmt::format("{}: the headers of the answer are larger than the {} bytes that are accepted",
                           describe(request), kMaxHeaderBytes)};
}

Outcome cancelled(const Request& request, Phase phase) {
  return {Error{ErrorKind::kCancelled, describe(request) + ": cancelled, as we were asked to stop"}, reached_in(phase)};
}

}  // namespace lastrun::http
