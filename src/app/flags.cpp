#include "app/flags.h"

#include <CLI/CLI.hpp>
#include <utility>

#include "app/exit_code.h"

namespace lastrun::app {

Error usage(std::string message) {
  return Error{ErrorKind::kUsage, std::move(message)};
}

void repeatable(CLI::Option& option) {
  option.expected(1)->allow_extra_args(false)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

int code_of_telling(const Error&) {
  return kCannotTell;
}

}  // namespace lastrun::app
