#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "google/credentials.h"
#include "http/client.h"

namespace lastrun::app {

// How Google's servers are reached.
struct GoogleOptions {
  std::string credentials_file;  // empty: Application Default Credentials
  std::string ca_file;           // empty: the system's CAs
  std::string proxy;             // empty: the environment's
  bool no_auth = false;          // send no token
};

// The connection to Google's servers, and who we are there.
struct GoogleWorld {
  std::unique_ptr<http::HttpClient> http;
  SystemClock clock;
  google::Credentials credentials;  // without tokens under no_auth

  // Opens both. Errors are those of the HTTP client and the credentials.
  static Result<std::unique_ptr<GoogleWorld>> open(const GoogleOptions& options);
};

}  // namespace lastrun::app
