#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "google/credentials_file.h"
#include "google/refreshing.h"
#include "http/client.h"

namespace lastrun::google {

// Tokens of a person who logged in with gcloud: the refresh token is exchanged at the token endpoint
// (RFC 6749, section 6), three tries within 20 s (retry.h). No scopes are asked for: the login chose them.
// Errors say which file and server, and where it helps to log in again; only the server's error code is quoted, since
// a description could repeat what we sent. kPermission: refused for good. kUnavailable, kTimeout: not now.
// `http` and `clock` must outlive what is returned.
[[nodiscard]] std::unique_ptr<TokenFetcher> make_authorized_user(AuthorizedUser user, std::string path,
                                                                 http::HttpClient& http, Clock& clock);

}  // namespace lastrun::google
