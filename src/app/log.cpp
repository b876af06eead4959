#include "app/log.h"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>

#include "app/output.h"
#include "base/text.h"
#include "base/time.h"

namespace lastrun::app {
namespace {

bool in_container() {
  return std::getenv("KUBERNETES_SERVICE_HOST") != nullptr && !error_is_terminal();
}

std::string json_line(Severity severity, std::string_view text) {
  const auto now = std::chrono::floor<Seconds>(SystemClock().now());
  const nlohmann::ordered_json line{{"severity", severity == Severity::kError ? "ERROR" : "WARNING"},
                                    {"time", format_rfc3339(now)},
                                    {"message", text}};
  return printable_json(line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

}  // namespace

void log(Severity severity, std::string_view text) {
  if (in_container()) {
    write_error(json_line(severity, text));
    return;
  }
  const std::string_view head = severity == Severity::kWarning ? "lastrun: warning: " : "lastrun: ";
  write_error(std::string(head) + printable(text));
}

}  // namespace lastrun::app
