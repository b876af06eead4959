#include "google/service_account.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "google/json_fields.h"
#include "google/rsa_key.h"

namespace lastrun::google {
namespace {

// Google accepts one hour at most.
constexpr std::chrono::seconds kLifetime{3'600};

class ServiceAccountSigner : public TokenFetcher {
 public:
  ServiceAccountSigner(RsaKey key, std::string header, std::string email, std::string scope, Clock& clock)
      : key_(std::move(key)),
        header_(std::move(header)),
        email_(std::move(email)),
        scope_(std::move(scope)),
        clock_(clock) {}

  Result<FreshToken> fetch(std::stop_token /*stop*/) override {
    const auto issued_at = std::chrono::floor<std::chrono::seconds>(clock_.now());
    const auto expires_at = issued_at + kLifetime;
    const std::string claims = render_json({{"iss", email_},
                                            {"sub", email_},
                                            {"scope", scope_},
                                            {"iat", issued_at.time_since_epoch().count()},
                                            {"exp", expires_at.time_since_epoch().count()}});
    std::string token = base64url(header_) + "." + base64url(claims);
    TRY_ASSIGN(const auto signature, key_.sign(token));
    return FreshToken{token + "." + base64url(signature), expires_at};
  }

 private:
  RsaKey key_;
  std::string header_;
  std::string email_;
  std::string scope_;
  Clock& clock_;
};

}  // namespace

Result<std::unique_ptr<TokenFetcher>> open_service_account(const ServiceAccountKey& key, const std::string& path,
                                                           const std::vector<std::string>& scopes, Clock& clock) {
  const std::string field = fmt::format("credentials file {}: field 'private_key'", path);
  auto rsa = RsaKey::open(key.private_key);
  if (!rsa.ok()) return Error{rsa.error().kind, field + " " + rsa.error().message};
  const auto trial = rsa->sign("lastrun");
  if (!trial.ok()) return Error{trial.error().kind, field + " " + trial.error().message};

  std::string header = key.private_key_id.empty()
                           ? render_json({{"alg", "RS256"}, {"typ", "JWT"}})
                           : render_json({{"alg", "RS256"}, {"typ", "JWT"}, {"kid", key.private_key_id}});
  return std::unique_ptr<TokenFetcher>(std::make_unique<ServiceAccountSigner>(
      std::move(*rsa), std::move(header), key.email, fmt::format("{}", fmt::join(scopes, " ")), clock));
}

}  // namespace lastrun::google
