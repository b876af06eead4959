#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"
#include "http/client.h"

// The times that an answer's headers tell.
namespace lastrun::http {

// Reads an HTTP date ("Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110 5.6.7). Empty for anything else, the two obsolete forms
// among it; the weekday is not held against the date.
[[nodiscard]] std::optional<Time> parse_date(std::string_view text);

// When the server sent the answer, by its own clock: the header Date. Empty where it is missing or malformed.
[[nodiscard]] std::optional<Time> sent_at(const Response& response);

// No Retry-After is taken for longer: far beyond every deadline of ours, and it keeps the arithmetic in range.
inline constexpr Seconds kLongestRetryAfter = std::chrono::hours{24};

// How long the server asks to be left alone, from 0 s to kLongestRetryAfter: its Retry-After (RFC 9110 10.2.3), in
// seconds, or as a date, which counts from the answer's own Date, so that our clock may be wrong; from `our_now` where
// there is no such Date. A date that has passed is 0 s. Empty where the header is missing or malformed.
[[nodiscard]] std::optional<Seconds> retry_after(const Response& response, Time our_now);

}  // namespace lastrun::http
