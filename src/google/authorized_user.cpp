#include "google/authorized_user.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "google/json_fields.h"
#include "google/retry.h"

namespace lastrun::google {
namespace {

constexpr std::string_view kLogInAgain = "log in again with `gcloud auth application-default login`";

// application/x-www-form-urlencoded: everything but unreserved characters as %XX.
std::string form_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

// The code of an answer like {"error": "invalid_grant", …} (RFC 6749, 5.2), if it is one that is known: anything else
// could be a piece of what we sent. Else empty.
std::string_view error_code(const std::string& body) {
  static constexpr std::array<std::string_view, 13> kCodes{
      "invalid_request",  "invalid_client", "invalid_grant",          "unauthorized_client", "unsupported_grant_type",
      "invalid_scope",    "access_denied",  "admin_policy_enforced",  "deleted_client",      "disabled_client",
      "internal_failure", "server_error",   "temporarily_unavailable"};
  const auto fields = JsonFields::decode(body);
  if (!fields.ok()) return {};
  const auto code = fields->string("error");
  if (!code.ok()) return {};
  const auto* known = std::find(kCodes.begin(), kCodes.end(), *code);
  return known == kCodes.end() ? std::string_view{} : *known;
}

class UserTokenFetcher : public TokenFetcher {
 public:
  UserTokenFetcher(AuthorizedUser user, std::string path, http::HttpClient& http, Clock& clock)
      : user_(std::move(user)), path_(std::move(path)), http_(http), clock_(clock) {}

  Result<FreshToken> fetch(std::stop_token stop) override {
    const auto asked_at = clock_.now();
    auto outcome = send_with_retries(http_, clock_, make_request(), Tries{}, stop);
    const std::string attempt = "getting an access token for the login in " + path_;
    if (!outcome.ok()) return outcome.error().within(attempt);
    if (outcome->status != 200) return refused(*outcome).within(attempt);
    auto token = decode_token_answer(outcome->body, asked_at);
    if (!token.ok()) return token.error().within(attempt);
    return token;
  }

 private:
  [[nodiscard]] http::Request make_request() const {
    http::Request request;
    request.method = http::Method::kPost;
    request.url = user_.token_uri;
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    request.headers.add("Accept", "application/json");
    request.body = "grant_type=refresh_token&client_id=" + form_encode(user_.client_id) +
                   "&client_secret=" + form_encode(user_.client_secret) +
                   "&refresh_token=" + form_encode(user_.refresh_token);
    if (!user_.rapt_token.empty()) request.body += "&rapt=" + form_encode(user_.rapt_token);
    request.max_body_bytes = 1u << 20;
    return request;
  }

  static Error refused(const http::Response& response) {
    const std::string_view code = error_code(response.body);
    const std::string what = code.empty()
                                 ? fmt::format("the token endpoint answered with status {}", response.status)
                                 : fmt::format("the token endpoint answered with status {}, {}", response.status, code);
    if (response.status >= 500 || response.status == 429 || response.status == 408) {
      return Error{ErrorKind::kUnavailable, what, Retry::kYes};
    }
    if (code == "invalid_grant" || code.ends_with("_client")) {
      return Error{ErrorKind::kPermission,
                   fmt::format("{}: the login has expired or was revoked; {}", what, kLogInAgain)};
    }
    return Error{ErrorKind::kPermission, fmt::format("{}; if it stays so, {}", what, kLogInAgain)};
  }

  AuthorizedUser user_;
  std::string path_;
  http::HttpClient& http_;
  Clock& clock_;
};

}  // namespace

std::unique_ptr<TokenFetcher> make_authorized_user(AuthorizedUser user, std::string path, http::HttpClient& http,
                                                   Clock& clock) {
  return std::make_unique<UserTokenFetcher>(std::move(user), std::move(path), http, clock);
}

}  // namespace lastrun::google
