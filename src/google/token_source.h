#pragma once

#include <stop_token>
#include <string>

#include "base/result.h"

namespace lastrun::google {

// What a request to a Google API carries: the bearer token, and the project that pays for the quota (may be empty).
// And whose token it is.
struct Token {
  std::string value;          // goes into "Authorization: Bearer …"; never logged
  std::string quota_project;  // goes into "x-goog-user-project" unless empty
  std::string account;        // a service account's address, for messages; empty where only the server knows it
};

// Where tokens come from. Thread: one call at a time.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  // A token that is valid now, refreshed 225 s before it expires; a stale one that has not expired is still given
  // when refreshing fails. Errors say which file or server failed and what to do, and never a secret.
  [[nodiscard]] virtual Result<Token> token(std::stop_token stop) = 0;
  // Drops the token that is held (the API said 401), so that the next call fetches a new one.
  virtual void drop() = 0;
};

}  // namespace lastrun::google
