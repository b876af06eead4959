#pragma once

#include <string>
#include <vector>

namespace lastrun::google {

// A variable that ./dev test sets. Unset, the running test has failed, and the answer is empty.
std::string required_variable(const char* name);

// What the tests' Python (LASTRUN_PYTHON) prints when it runs test/google/SCRIPT. If it fails, so has the test.
std::string run_python(const std::string& script, const std::vector<std::string>& arguments);

// The path of a file beside this one.
std::string script_path(const std::string& name);

// "a,b" at ',' is {"a", "b"}; a separator at the very end begins nothing.
std::vector<std::string> split(const std::string& text, char separator);

}  // namespace lastrun::google
