#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "http/client.h"

namespace lastrun::http {

// The parts of an URL that decide where a request goes. Views into the URL they were taken from.
struct Url {
  std::string_view scheme;     // "http" or "https", as written
  std::string_view authority;  // "host" or "host:port", as written
  std::string_view path;       // from the first '/', without query and fragment; may be empty
};

// Takes an absolute http or https URL apart. Anything else, control characters, spaces and a user name in the URL
// are errors of kind kUsage; their message shows no more of the URL than its scheme.
[[nodiscard]] Result<Url> split_url(std::string_view url);

// "GET host:port/path": how messages name a request. Just "GET" where the URL cannot be read.
[[nodiscard]] std::string describe(const Request& request);

// What every implementation refuses before it sends anything (kUsage): an URL that cannot be fetched, a header that
// would break out of its line, a deadline that is none (1 ms to 24 h), a GET with a body. Ok otherwise.
[[nodiscard]] Result<void> check_sendable(const Request& request);

}  // namespace lastrun::http
