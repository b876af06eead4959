#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/time.h"
#include "google/token_source.h"

namespace lastrun::google {

// A token just made or fetched.
struct FreshToken {
  std::string value;  // visible ASCII
  std::chrono::system_clock::time_point expires_at;
};

// Makes or fetches tokens; each kind of credentials has one. Thread: one call at a time.
class TokenFetcher {
 public:
  virtual ~TokenFetcher() = default;
  [[nodiscard]] virtual Result<FreshToken> fetch(std::stop_token stop) = 0;
};

// Told each time a token that is due for refreshing is given anyway. Text for a log line.
using Warn = std::function<void(const std::string&)>;

// A TokenSource that holds the last token of a fetcher.
class RefreshingTokenSource : public TokenSource {
 public:
  // Every token given is `pattern` with its value. `warn` may be empty; `clock` must outlive this.
  RefreshingTokenSource(std::unique_ptr<TokenFetcher> fetcher, Token pattern, Clock& clock, Warn warn);

  // A stop is never answered with a stale token. Within 225 s of the expiry every call tries to refresh again.
  Result<Token> token(std::stop_token stop) override;
  void drop() override { held_.reset(); }

 private:
  std::unique_ptr<TokenFetcher> fetcher_;
  Token pattern_;
  Clock& clock_;
  Warn warn_;
  std::optional<FreshToken> held_;
};

// Reads what token endpoints and the metadata server answer: {"access_token": "…", "expires_in": 3599, …}.
// `asked_at` is when the request left, so that the expiry is never later than the server's. Errors: kRejected.
[[nodiscard]] Result<FreshToken> decode_token_answer(std::string_view body,
                                                     std::chrono::system_clock::time_point asked_at);

}  // namespace lastrun::google
