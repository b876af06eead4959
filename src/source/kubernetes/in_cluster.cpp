#include "source/kubernetes/in_cluster.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace lastrun::source {
namespace {

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// errno says why.
bool cannot_be_read(const std::string& file) {
  return ::access(file.c_str(), R_OK) != 0;
}

}  // namespace

Result<ClusterAccess> in_cluster_access(const std::string& directory) {
  const std::string host = variable("KUBERNETES_SERVICE_HOST");
  const std::string port = variable("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty()) {
    return Error{ErrorKind::kNotFound,
                 "this is no pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set"};
  }
  ClusterAccess access;
  const bool is_ipv6 = host.find(':') != std::string::npos;
  access.server = "https://" + (is_ipv6 ? "[" + host + "]" : host) + ":" + port;
  access.token_file = directory + "/token";
  access.certificate_authority.file = directory + "/ca.crt";
  for (const std::string& file : {access.token_file, access.certificate_authority.file}) {
    if (cannot_be_read(file)) {
      const std::string why = std::strerror(errno);
      return Error{ErrorKind::kIo, "the pod's service account: " + file + " cannot be read: " + why +
                                       " (is automountServiceAccountToken off?)"};
    }
  }
  std::ifstream file(directory + "/namespace");
  std::getline(file, access.namespace_name);
  return access;
}

}  // namespace lastrun::source
