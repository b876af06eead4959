#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "google/credentials_file.h"
#include "google/refreshing.h"

namespace lastrun::google {

// Tokens that a service account signs itself: a JWT with the scopes and no audience, valid for an hour.
// Nothing is sent anywhere, and it works in every universe. Source: https://google.aip.dev/auth/4111
// The key is tried at once. Errors (kInput) name `path` and the field private_key, never key material.
// `clock` must outlive what is returned.
[[nodiscard]] Result<std::unique_ptr<TokenFetcher>> open_service_account(const ServiceAccountKey& key,
                                                                         const std::string& path,
                                                                         const std::vector<std::string>& scopes,
                                                                         Clock& clock);

}  // namespace lastrun::google
