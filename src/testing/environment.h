#pragma once

#include <list>
#include <optional>
#include <string>

namespace lastrun::testing {

// Sets a variable of the environment, or takes it away (nullopt), until the end of its life; then it is as before.
// The environment belongs to the process: not while other threads read it.
class EnvironmentVariable {
 public:
  EnvironmentVariable(std::string name, const std::optional<std::string>& value);
  ~EnvironmentVariable();
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

// Takes away what would send a test's requests elsewhere on the machine of a developer: proxies and CA settings.
class NoProxyOrCaFromOutside {
 public:
  NoProxyOrCaFromOutside();

 private:
  std::list<EnvironmentVariable> variables_;
};

}  // namespace lastrun::testing
