#include "testing/environment.h"

#include <stdlib.h>

#include <utility>

namespace lastrun::testing {
namespace {

void put(const std::string& name, const std::optional<std::string>& value) {
  if (value) {
    setenv(name.c_str(), value->c_str(), 1);
  } else {
    unsetenv(name.c_str());
  }
}

}  // namespace

EnvironmentVariable::EnvironmentVariable(std::string name, const std::optional<std::string>& value)
    : name_(std::move(name)) {
  if (const char* old = getenv(name_.c_str())) before_ = old;
  put(name_, value);
}

EnvironmentVariable::~EnvironmentVariable() {
  put(name_, before_);
}

NoProxyOrCaFromOutside::NoProxyOrCaFromOutside() {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
                           "SSL_CERT_FILE", "SSL_CERT_DIR"}) {
    variables_.emplace_back(name, std::nullopt);
  }
}

}  // namespace lastrun::testing
