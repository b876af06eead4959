#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lastrun::source {

// A program that hands out credentials: users[].user.exec (client.authentication.k8s.io/v1 or v1beta1).
struct ExecPlugin {
  std::string api_version;
  std::string command;  // a path relative to the kubeconfig has become absolute; a bare name is found in PATH
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> environment;  // on top of ours
  std::string install_hint;
  bool provide_cluster_info = false;

  bool operator==(const ExecPlugin&) const = default;
};

// Bytes that a kubeconfig holds itself or names a file for; at most one of the two is set.
struct DataOrFile {
  std::string data;
  std::string file;  // absolute

  [[nodiscard]] bool empty() const { return data.empty() && file.empty(); }
  bool operator==(const DataOrFile&) const = default;
};

// Where an API server is and who we are there: one context of a kubeconfig, resolved.
struct ClusterAccess {
  std::string context;         // its name
  std::string cluster;         // the cluster's name in the kubeconfig
  std::string namespace_name;  // the context's; may be empty
  std::string server;          // https://host:port/base
  DataOrFile certificate_authority;
  std::string tls_server_name;  // SNI, and the name that the certificate must have; empty: the server's host
  bool insecure_skip_tls_verify = false;
  std::string proxy_url;
  bool disable_compression = false;

  DataOrFile client_certificate;
  DataOrFile client_key;
  std::string token;
  std::string token_file;  // wins over `token` while it can be read
  std::string username;
  std::string password;
  std::optional<ExecPlugin> exec;
  std::string impersonate;
  std::string impersonate_uid;
  std::vector<std::string> impersonate_groups;
  std::vector<std::pair<std::string, std::vector<std::string>>> impersonate_extra;
};

// What the command line chooses instead of the kubeconfig's own; empty: nothing.
struct KubeconfigChoice {
  std::string file;     // --kubeconfig: this file alone, which must be there
  std::string context;  // --context
};

// What `kubectl` would read: the files of the choice, else of the list in $KUBECONFIG, else ~/.kube/config. Of several
// files the first one that says something about a cluster, user, context or the current context is believed; those that
// are not there are passed over. Relative paths are those of the file that names them. Data wins over files.
// Errors: kNotFound when there is no kubeconfig at all, or no such context, cluster or user; kInput, with file, line
// and what was expected, for YAML that is none or fields of a wrong type; kUsage for what we do not support
// (auth-provider, an exec plugin of another apiVersion). Secrets never stand in a message. Source: k8s.io/client-go,
// tools/clientcmd (loader.go, client_config.go), api/v1/types.go.
[[nodiscard]] Result<ClusterAccess> load_kubeconfig(const KubeconfigChoice& choice);

// The same of one text, as if it stood in `file`.
[[nodiscard]] Result<ClusterAccess> parse_kubeconfig(const std::string& text, const std::string& file,
                                                     const std::string& context);

}  // namespace lastrun::source
