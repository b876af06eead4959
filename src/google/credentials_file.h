#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"

namespace lastrun::google {

inline constexpr std::string_view kDefaultUniverse = "googleapis.com";

// A service account's key, as the console hands it out. Source: https://google.aip.dev/auth/4112
struct ServiceAccountKey {
  std::string email;           // client_email
  std::string private_key;     // PEM; read by RsaKey, not yet looked at here
  std::string private_key_id;  // may be empty
  std::string project_id;      // may be empty
  std::string universe_domain;
  std::string quota_project;  // may be empty
};

// What `gcloud auth application-default login` writes. Source: https://google.aip.dev/auth/4113
struct AuthorizedUser {
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;
  std::string rapt_token;  // proof of a recent login, where an organisation asks for one; may be empty
  std::string token_uri;
  std::string universe_domain;
  std::string quota_project;  // may be empty
};

using CredentialsFile = std::variant<ServiceAccountKey, AuthorizedUser>;

// Reads a credentials file. `path` is used in messages only.
// Types that exist but are not read yet, and those that never will be, are refused by name, with what works instead.
// A universe domain is a host name; a token_uri is https, or http to this machine itself (tests), without user or
// password: a file from elsewhere must not make us send secrets in the clear. Fields nobody knows are ignored.
// Errors (kInput) name the file and the field, never a value.
[[nodiscard]] Result<CredentialsFile> decode_credentials_file(std::string_view text, const std::string& path);

// The same, from disk: a regular file of at most 1 MiB (real ones have 3 KiB).
// Errors: kNotFound, kPermission, kIo, kInput.
[[nodiscard]] Result<CredentialsFile> load_credentials_file(const std::string& path);

// Whether `text` may be part of a header or URL: visible ASCII, at least one character.
[[nodiscard]] bool is_visible_ascii(std::string_view text);

// Whether `text` is a host name of letters, digits, '-' and '.', as a universe domain must be.
[[nodiscard]] bool is_host_name(std::string_view text);

}  // namespace lastrun::google
