#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace lastrun::app {

// Reads the command line by what CLI11 was told of it, into the variables that it was told of. Gives back the text that
// --help or --version asked for, else nothing.
// kUsage for anything wrong, in one line that names the option, what is wrong with it, and what is allowed: CLI11's own
// words do not, and it takes the next option for a missing value. All options must take texts; the numbers among them
// are their readers' matter.
[[nodiscard]] Result<std::string> parse_command_line(CLI::App& program, const std::vector<std::string>& arguments);

// The command that the command line names; null if it names none.
[[nodiscard]] CLI::App* named_command(CLI::App& program, const std::vector<std::string>& arguments);

}  // namespace lastrun::app
