#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "source/kubernetes/kubeconfig.h"

namespace lastrun::source {

// What an exec plugin handed out: a token, or a client certificate with its key, or both.
struct ExecCredential {
  std::string token;
  std::string client_certificate_pem;
  std::string client_key_pem;
  std::optional<Time> expires;  // empty: good until the server refuses it
};

// Runs the plugin of `access` (which must have one) and reads the ExecCredential that it prints. It gets
// KUBERNETES_EXEC_INFO, the kubeconfig's variables on top of our environment, no input, and its errors go nowhere but,
// shortened, into our message. At most 1 MiB of output is read. It is killed, with all that it started, when `patience`
// is over or `stop` is requested.
// Errors: kNotFound when there is no such command (with the kubeconfig's installHint), kTimeout, kCancelled,
// kPermission when it ends with another code than 0, kInput when it prints something else. No message has a credential.
// Thread: any; it blocks.
// Source: k8s.io/client-go, plugin/pkg/client/auth/exec; client.authentication.k8s.io/v1.
[[nodiscard]] Result<ExecCredential> run_exec_plugin(const ClusterAccess& access, std::chrono::milliseconds patience,
                                                     std::stop_token stop = {});

// The ExecCredential that a plugin printed; `api_version` is the one that the kubeconfig asks for.
[[nodiscard]] Result<ExecCredential> decode_exec_credential(std::string_view text, std::string_view api_version);

}  // namespace lastrun::source
