#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "google/refreshing.h"
#include "google/token_source.h"
#include "http/client.h"

namespace lastrun::google {

// The environment variables that say where credentials are, as values: empty is unset.
struct Environment {
  std::string application_credentials;  // GOOGLE_APPLICATION_CREDENTIALS
  std::string cloudsdk_config;          // CLOUDSDK_CONFIG
  std::string home;                     // HOME
  std::string quota_project;            // GOOGLE_CLOUD_QUOTA_PROJECT: wins over the file's
  std::string project;                  // GOOGLE_CLOUD_PROJECT, else GCLOUD_PROJECT: wins over the file's
  std::string metadata_host;            // GCE_METADATA_HOST, else its old name GCE_METADATA_ROOT
  bool no_metadata_server = false;      // NO_GCE_CHECK=true
};

// That of this process. Not while another thread changes the environment.
[[nodiscard]] Environment read_environment();

struct CredentialsOptions {
  Environment environment;
  std::string file;  // --credentials FILE: wins over everything; empty to look for some
  // Suffices to create series and descriptors and to read descriptors. A person's login has its own scopes.
  std::vector<std::string> scopes{"https://www.googleapis.com/auth/monitoring.write"};
  Warn warn;  // told when a token is used although it could not be refreshed; may be empty
};

enum class CredentialsKind { kServiceAccount, kAuthorizedUser, kMetadataServer };

// What an API client needs to know. Move it, use `tokens` from one thread at a time.
struct Credentials {
  std::unique_ptr<TokenSource> tokens;
  CredentialsKind kind = CredentialsKind::kMetadataServer;
  std::string origin;           // "service account a@b (key file /x.json)": for people
  std::string account;          // the service account's address; empty where only the server knows it
  std::string universe_domain;  // "googleapis.com": the API's host is monitoring.<universe_domain>
  std::string project_id;       // of the environment, the key file or the metadata server; empty if nobody says
};

// Finds and opens Application Default Credentials. The first of these that is set or there is taken, and when it is
// broken that is an error, nothing further down is tried:
//   options.file · GOOGLE_APPLICATION_CREDENTIALS
//   · application_default_credentials.json in $CLOUDSDK_CONFIG, else in $HOME/.config/gcloud (if it is a file)
//   · the metadata server (GCE_METADATA_HOST), unless NO_GCE_CHECK=true
// Files: service_account and authorized_user; other types are refused by name (credentials_file.h). No token is
// fetched yet, and for files nothing is sent; a metadata server is asked for its universe and project, three tries
// within 5 s, which is also how its absence is noticed.
// Errors: kInput, kIo, kPermission, kNotFound name the file; kNotFound without any credentials lists the ways to give
// some; kUsage for an environment variable that cannot be right; kCancelled.
// `http` (for the metadata server: one that uses no proxy for it) and `clock` must outlive the credentials.
// Source: https://google.aip.dev/auth/4110; held against PyPI google-auth by test/google.
[[nodiscard]] Result<Credentials> open_credentials(const CredentialsOptions& options, http::HttpClient& http,
                                                   Clock& clock, const std::stop_token& stop = {});

}  // namespace lastrun::google
