#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "http/client.h"
#include "source/kubernetes/exec_plugin.h"
#include "source/kubernetes/kubeconfig.h"

namespace lastrun::source {

// Who we are at one API server: the headers that say so, kept fresh.
// - A token file is read again once it was read a minute ago; while it cannot be read, or is empty, the last token is
//   used on, and the kubeconfig's own `token` where there was none yet.
// - What an exec plugin handed out is used until it expires, or until the server refuses it; then the plugin is asked
//   again, at most once in 10 s (in between, the last answer stands, be it an error).
// - Else the token, or user name and password, of the kubeconfig; nothing where a client certificate alone says it.
// Thread: one caller at a time.
class Identity {
 public:
  // `clock` must outlive it.
  Identity(ClusterAccess access, Clock& clock) : access_(std::move(access)), clock_(clock) {}

  // Adds Authorization and the Impersonate-… headers. Errors: those of the exec plugin; kPermission where a token file
  // cannot be read and there is no other token. No message has a secret.
  [[nodiscard]] Result<void> add_to(http::Headers& headers, std::stop_token stop = {});

  // The server answered 401: the next call asks again.
  void refused();

  // The client certificate that the exec plugin handed out, in PEM; empty without one. Known after add_to.
  [[nodiscard]] const ExecCredential& handed_out() const { return exec_; }

 private:
  [[nodiscard]] Result<std::string> token_of_file();
  [[nodiscard]] Result<std::string> token_of_plugin(std::stop_token stop);

  ClusterAccess access_;
  Clock& clock_;
  std::string file_token_;
  std::optional<std::chrono::steady_clock::time_point> file_read_at_;
  ExecCredential exec_;
  std::optional<Error> exec_error_;
  std::optional<std::chrono::steady_clock::time_point> exec_asked_at_;
  bool exec_refused_ = false;
};

}  // namespace lastrun::source
