#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

// What the files share that say which flags a command has, each in one called after it: check_flags.h, …
namespace lastrun::app {

// A command as the command line knows it.
struct Command {
  CLI::App* flags;                   // its flags and help; CLI11 owns it
  std::function<Result<int>()> run;  // what it does, once its flags have been read: gives back the exit code
  int (*code_of)(const Error&);      // the exit code where `run` ends in an error
};

// The command line is wrong.
[[nodiscard]] Error usage(std::string message);

// Lets an option be given several times, each with one value: what follows that is a FILE.
void repeatable(CLI::Option& option);

// The code of a command that only tells: what cannot be told, whatever the reason, is 2.
[[nodiscard]] int code_of_telling(const Error& error);

}  // namespace lastrun::app
