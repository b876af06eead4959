#pragma once

#include <string_view>

namespace lastrun::app {

enum class Severity { kWarning, kError };

// One line to standard error. For people: "lastrun: text", made printable. In a container of Kubernetes' (when
// KUBERNETES_SERVICE_HOST is set and standard error is no terminal) one JSON object with the fields that Cloud Logging
// reads: severity, time, message.
// Only for what went wrong or may have: a verdict is data, and success says nothing.
void log(Severity severity, std::string_view text);

}  // namespace lastrun::app
