#pragma once

#include <chrono>
#include <stop_token>

#include "base/time.h"
#include "http/client.h"

namespace lastrun::google {

// How often and how long a request for credentials is tried.
// Three tries, 1 s and 2 s apart, are what Google's own clients do (google-auth, _exponential_backoff.py).
struct Tries {
  int most = 3;
  std::chrono::milliseconds first_wait{1'000};  // doubled for the third try; varied by up to 10 %
  std::chrono::milliseconds deadline{20'000};   // for all tries and the waits between them
};

// Sends `request` until there is an answer that another try would not change. Tried again: no connection, a broken
// one, a deadline of the request (errors with Retry::kYes); and the statuses 500, 503, 504, 408 and 429 (Google's
// clients leave 502 out). A server's Retry-After (http/date.h) is waited for if it is longer than our own
// wait; if it ends beyond the deadline there is no further try. Gives what the last try gave: an answer of status 503
// is an answer. Only for requests that may be sent twice. Errors: those of HttpClient; kCancelled soon after `stop`.
[[nodiscard]] http::Outcome send_with_retries(http::HttpClient& http, Clock& clock, http::Request request,
                                              const Tries& tries, const std::stop_token& stop);

}  // namespace lastrun::google
