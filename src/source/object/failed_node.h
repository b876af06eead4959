#pragma once

#include <string>
#include <string_view>

#include "model/observation.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace lastrun::source {

// The first node that failed in a Workflow's status.nodes: of those that are pods, the one that ended first, leaving
// out attempts that a retry made good, steps from which their group went on all the same, and, unless nothing else
// failed, the exit handler. Views into `nodes`, and the pod's name into `pod_name`. An empty name: none. Fields of the
// wrong type read as absent: what is looked for here only explains, it decides nothing. `v2_names`: pods are named by
// Argo's scheme v2 (annotation workflows.argoproj.io/pod-name-format).
[[nodiscard]] FailedNodeView find_failed_node(const simdjson::dom::element& nodes, std::string_view workflow_name,
                                              bool v2_names, std::string& pod_name);

}  // namespace lastrun::source
