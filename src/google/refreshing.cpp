#include "google/refreshing.h"

#include <strings.h>

#include "google/credentials_file.h"
#include "google/json_fields.h"

namespace lastrun::google {
namespace {

// The metadata server repeats a token until 5 min (on GKE 4 min) before it expires: asking earlier than that would
// only get the same one again. Source: google-auth, _helpers.REFRESH_THRESHOLD.
constexpr std::chrono::seconds kRefreshBefore{225};

Error bad_answer(const std::string& why) {
  return Error{ErrorKind::kRejected, "the answer is no access token: " + why};
}

}  // namespace

RefreshingTokenSource::RefreshingTokenSource(std::unique_ptr<TokenFetcher> fetcher, Token pattern, Clock& clock,
                                             Warn warn)
    : fetcher_(std::move(fetcher)), pattern_(std::move(pattern)), clock_(clock), warn_(std::move(warn)) {
  CHECK(fetcher_ != nullptr);
}

Result<Token> RefreshingTokenSource::token(std::stop_token stop) {
  if (!held_ || clock_.now() >= held_->expires_at - kRefreshBefore) {
    auto fresh = fetcher_->fetch(stop);
    if (fresh.ok()) {
      held_ = std::move(fresh).value();
    } else {
      const bool usable = held_ && clock_.now() < held_->expires_at;
      if (!usable || fresh.error().kind == ErrorKind::kCancelled) return std::move(fresh).error();
      if (warn_) warn_("going on with the access token held, which expires soon: " + fresh.error().message);
    }
  }
  Token token = pattern_;
  token.value = held_->value;
  return token;
}

Result<FreshToken> decode_token_answer(std::string_view body, std::chrono::system_clock::time_point asked_at) {
  constexpr std::int64_t kLongest =
      366 * std::int64_t{86'400};  // seconds; beyond it the sum could overflow, and it is no token
  const auto fields = JsonFields::decode(body);
  if (!fields.ok()) return bad_answer("it " + fields.error().message);
  const auto value = fields->string("access_token");
  if (!value.ok()) return bad_answer(value.error().message);
  if (!is_visible_ascii(*value)) return bad_answer("field 'access_token' has characters that no token has");
  const auto type = fields->optional_string("token_type");
  if (!type.ok()) return bad_answer(type.error().message);
  if (*type && ::strcasecmp((*type)->c_str(), "Bearer") != 0) return bad_answer("field 'token_type' is not Bearer");
  const auto seconds = fields->integer("expires_in");
  if (!seconds.ok()) return bad_answer(seconds.error().message);
  if (*seconds <= 0 || *seconds > kLongest) return bad_answer("field 'expires_in' is out of range");
  return FreshToken{*value, asked_at + std::chrono::seconds{*seconds}};
}

}  // namespace lastrun::google
