#include "python.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <sstream>

#include "base/check.h"

namespace lastrun::google {

std::string required_variable(const char* name) {
  const char* value = ::getenv(name);
  if (value == nullptr) ADD_FAILURE() << name << " is not set. Run the tests by: ./dev test";
  return value == nullptr ? "" : value;
}

std::string run_python(const std::string& script, const std::vector<std::string>& arguments) {
  const std::string python = required_variable("LASTRUN_PYTHON");
  if (python.empty()) return {};
  std::string command = "exec '" + python + "' -B '" + script_path(script) + "'";
  for (const auto& argument : arguments) command += " '" + argument + "'";
  FILE* pipe = ::popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::string output;
  char buffer[4096];
  while (const std::size_t got = ::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  EXPECT_EQ(::pclose(pipe), 0) << command;
  return output;
}

std::string script_path(const std::string& name) {
  return LASTRUN_SOURCE_DIR "/test/google/" + name;
}

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

}  // namespace lastrun::google
