#include "app/command_parser.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <sstream>
#include <string_view>

#include "app/choice.h"
#include "app/flags.h"
#include "app/nearest.h"
#include "base/text.h"

namespace lastrun::app {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t kShown = 100;  // columns of an argument that a message repeats

std::string shown(std::string_view argument) {
  return shorten(printable(argument), kShown);
}

std::string or_did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string meant = nearest(word, candidates);
  return meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
}

// "--output" of "--output=json"
std::string name_of(const std::string& argument) {
  return argument.starts_with("--") ? argument.substr(0, argument.find('=')) : argument;
}

// The option that an argument names, by its long name or by its short one alone; null if none.
const CLI::Option* find_option(const CLI::App& command, const std::string& argument) {
  if (argument.size() < 2 || argument.front() != '-') return nullptr;
  const CLI::Option* option = command.get_option_no_throw(name_of(argument));
  return option != nullptr && option->nonpositional() ? option : nullptr;
}

bool is_flag(const CLI::Option& option) {
  return option.get_items_expected_max() == 0;
}

std::vector<std::string> long_names(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_group().empty()) continue;  // known only to say why not
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Error value_missing(const CLI::Option& option, const std::string& what) {
  return usage(fmt::format("{}: {}; expected {}", option.get_name(), what, alternatives(option.get_type_name())));
}

// What CLI11 would take for something else.
Result<void> check_arguments(const CLI::App& command, const Arguments& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    const bool one_dash = argument.size() > 2 && argument[0] == '-' && argument[1] != '-';
    if (one_dash && find_option(command, "-" + argument) != nullptr) {
      return usage(fmt::format("unknown option {} (did you mean -{}?)", name_of(argument), name_of(argument)));
    }
    const std::size_t equals = argument.find('=');
    if (!argument.starts_with("--") || equals == std::string::npos) continue;
    const CLI::Option* option = find_option(command, argument);
    if (option == nullptr) continue;
    const std::string value = argument.substr(equals + 1);
    if (is_flag(*option)) {
      if (value != "true" && value != "false") {
        return usage(fmt::format("{}: expected no value, true or false", shown(argument)));
      }
    } else if (value.empty()) {
      return value_missing(*option, "its value is empty");  // CLI11 would take the next argument
    }
  }
  return Ok{};
}

// An option in the place of a value: the value was forgotten.
Result<void> check_values(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options()) {
    if (!option->nonpositional() || is_flag(*option)) continue;
    for (const std::string& value : option->results()) {
      if (find_option(command, value) == nullptr) continue;
      return value_missing(*option, fmt::format("a value is missing before {}", shown(value)));
    }
  }
  return Ok{};
}

Error unexpected(const CLI::App& command, const std::string& argument) {
  if (argument.size() > 1 && argument.front() == '-') {
    const std::string name = name_of(argument);
    return usage(fmt::format("unknown option {}{}", shown(name), or_did_you_mean(name, long_names(command))));
  }
  std::string expected = "no argument";
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) expected = "one " + option->get_name();
  }
  return usage(fmt::format("unexpected argument {}: expected {}", shown(argument), expected));
}

// Too many values for an option, or none for the last one.
Error mismatch(const CLI::App& command, const Arguments& arguments) {
  for (const CLI::Option* option : command.get_options()) {
    const bool once = option->get_multi_option_policy() == CLI::MultiOptionPolicy::Throw;
    if (!once || option->count() < 2) continue;
    return usage(fmt::format("{} is given {} times; expected once", option->get_name(), option->count()));
  }
  const CLI::Option* last = find_option(command, arguments.back());
  if (last == nullptr) return usage(fmt::format("{}: a value is missing", shown(arguments.back())));
  return value_missing(*last, "a value is missing");
}

Error no_command(const CLI::App& program, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  if (word.empty()) return usage(fmt::format("a command is missing: {}", fmt::join(names, ", ")));
  return usage(fmt::format("there is no command {}{}", shown(word), or_did_you_mean(word, names)));
}

}  // namespace

CLI::App* named_command(CLI::App& program, const Arguments& arguments) {
  const std::string name = arguments.empty() ? "" : arguments.front();
  const auto found = program.get_subcommands([&](const CLI::App* command) { return command->get_name() == name; });
  return found.empty() ? nullptr : found.front();
}

Result<std::string> parse_command_line(CLI::App& program, const Arguments& arguments) {
  CLI::App* const named = named_command(program, arguments);
  const CLI::App& command = named != nullptr ? *named : program;
  if (arguments.empty()) return no_command(program, "");
  if (named == nullptr && !arguments.front().starts_with('-')) return no_command(program, arguments.front());
  TRY(check_arguments(command, arguments));
  try {
    Arguments reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    program.parse(reversed);
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream text;
    (void)program.exit(asked, text, text);
    return text.str();
  } catch (const CLI::ArgumentMismatch&) {
    return mismatch(command, arguments);
  } catch (const CLI::ParseError& error) {
    // First what is too much: where a command is missing, it may be what was meant.
    if (const auto extras = program.remaining(true); !extras.empty()) return unexpected(command, extras.front());
    for (const CLI::Option* option : command.get_options()) {
      if (!option->get_required() || option->count() > 0) continue;
      return usage(
          fmt::format("{} is missing; expected {}", option->get_name(), alternatives(option->get_type_name())));
    }
    return named == nullptr ? no_command(program, "") : usage(error.what());
  }
  TRY(check_values(command));
  return std::string();
}

}  // namespace lastrun::app
