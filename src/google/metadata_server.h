#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/time.h"
#include "google/refreshing.h"
#include "google/retry.h"
#include "http/client.h"

namespace lastrun::google {

// The server inside Google Cloud that tells a machine or pod who it is.
// Source: https://cloud.google.com/compute/docs/metadata, https://google.aip.dev/auth/4115
// An answer without the header "Metadata-Flavor: Google" is someone else's and is refused, whatever it says.
// Errors: kNotFound (there is no such value), kRejected (an answer that cannot be right), kPermission,
// kUnavailable and kTimeout. Every request: three tries within `deadline`.
// The address is never reached through a proxy by design of Google's clients: give a client that uses none.
// Thread: one call at a time. `http` and `clock` must outlive this.
class MetadataServer {
 public:
  // `host` is HOST or HOST:PORT, as in GCE_METADATA_HOST; empty for Google's own address.
  MetadataServer(std::string host, http::HttpClient& http, Clock& clock,
                 std::chrono::milliseconds deadline = std::chrono::milliseconds{20'000});

  [[nodiscard]] Result<std::string> project_id(const std::stop_token& stop) const;
  // The universe of the project's APIs; servers that know none are in googleapis.com.
  [[nodiscard]] Result<std::string> universe_domain(const std::stop_token& stop) const;
  // On GKE only, else kNotFound.
  [[nodiscard]] Result<std::string> cluster_name(const std::stop_token& stop) const;
  [[nodiscard]] Result<std::string> cluster_location(const std::stop_token& stop) const;
  // A token of the default service account (Workload Identity: of the pod's).
  [[nodiscard]] Result<FreshToken> token(const std::vector<std::string>& scopes, const std::stop_token& stop) const;

  [[nodiscard]] const std::string& host() const { return host_; }

 private:
  [[nodiscard]] Result<std::string> get(const std::string& path, const std::stop_token& stop) const;
  [[nodiscard]] Result<std::string> get_word(const std::string& path, const std::stop_token& stop) const;

  std::string host_;
  http::HttpClient& http_;
  Clock& clock_;
  Tries tries_;
};

[[nodiscard]] std::unique_ptr<TokenFetcher> make_metadata_fetcher(MetadataServer server,
                                                                  std::vector<std::string> scopes);

}  // namespace lastrun::google
