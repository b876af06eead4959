#pragma once

#include <string>

#include "base/result.h"
#include "source/kubernetes/kubeconfig.h"

namespace lastrun::source {

// The access that Kubernetes gives a pod: the server of KUBERNETES_SERVICE_HOST and _PORT, and the service account's
// token, CA and namespace from `directory`. The token's file is named, not read: it changes while we run. kNotFound
// when we are in no pod (the variables are not set); kIo when a pod's files are not there. Source: k8s.io/client-go,
// rest.InClusterConfig.
[[nodiscard]] Result<ClusterAccess> in_cluster_access(
    const std::string& directory = "/var/run/secrets/kubernetes.io/serviceaccount");

}  // namespace lastrun::source
