#include "http/client.h"

#include <strings.h>

namespace lastrun::http {

std::string_view Headers::get(std::string_view name) const {
  for (const auto& [key, value] : entries_) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) return value;
  }
  return {};
}

Outcome HttpClient::send(const Request& request, std::stop_token stop) {
  auto outcomes = send_all({request}, 1, std::move(stop));
  CHECK(outcomes.size() == 1);
  return std::move(outcomes.front());
}

}  // namespace lastrun::http
