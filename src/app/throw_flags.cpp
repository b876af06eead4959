#include "app/throw_flags.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <optional>

#include "app/flags.h"
#include "app/nearest.h"

namespace lastrun::app {
namespace {

using cloud_monitoring::Auth;
using cloud_monitoring::one_line;

// A flag as it stands on the command line.
struct Flag {
  std::string_view name;
  std::optional<std::string> value;  // after '='
};

Result<Flag> read_flag(const std::string& argument) {
  std::string_view rest = argument;
  rest.remove_prefix(rest.starts_with("--") ? 2 : 1);
  if (rest.empty() || rest.front() == '-' || rest.front() == '=') {
    return usage(fmt::format("unknown option {}", one_line(argument, 100)));
  }
  const auto equals = rest.find('=');
  if (equals == rest.npos) return Flag{rest, std::nullopt};
  return Flag{rest.substr(0, equals), std::string(rest.substr(equals + 1))};
}

// A flag without a value, or with one that Go's strconv.ParseBool reads.
Result<bool> read_switch(const Flag& flag) {
  static constexpr std::array<std::string_view, 6> kTrue{"1", "t", "T", "true", "TRUE", "True"};
  static constexpr std::array<std::string_view, 6> kFalse{"0", "f", "F", "false", "FALSE", "False"};
  if (!flag.value || std::find(kTrue.begin(), kTrue.end(), *flag.value) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), *flag.value) != kFalse.end()) return false;
  return usage(fmt::format("--{}={}: expected no value, true or false", flag.name, one_line(*flag.value, 100)));
}

// One flag: how it is read, what the help says of it. Without `field` it is a switch.
struct ThrowFlag {
  std::string_view name;
  std::string_view value;  // what the help calls it
  std::string_view help;
  std::string ThrowOptions::* field;
};

constexpr std::array<ThrowFlag, 8> kFlags{{
    {"project", "P", "the project's id", &ThrowOptions::project},
    {"metricName", "N", "the metric; custom., external. or workload.googleapis.com/… is taken whole",
     &ThrowOptions::metric_name},
    {"endpoint", "URL", "another server than https://monitoring.googleapis.com", &ThrowOptions::endpoint},
    {"credentials", "FILE", "credentials file (default: Application Default Credentials)",
     &ThrowOptions::credentials_file},
    {"ca-file", "FILE", "PEM file of the CAs to trust instead of the system's", &ThrowOptions::ca_file},
    {"proxy", "URL", "proxy instead of HTTPS_PROXY's", &ThrowOptions::proxy},
    {"no-auth", "", "send no token", nullptr},
    {"dry-run", "", "print the requests, one JSON object a line, and send nothing", nullptr},
}};

const ThrowFlag* find_flag(std::string_view name) {
  const auto* found = std::find_if(kFlags.begin(), kFlags.end(), [&](const auto& flag) { return flag.name == name; });
  return found == kFlags.end() ? nullptr : found;
}

Error unknown_flag(std::string_view name) {
  std::vector<std::string> names;
  for (const ThrowFlag& flag : kFlags) names.push_back("--" + std::string(flag.name));
  const std::string meant = nearest(name, names);
  return usage(fmt::format("unknown option --{}{}", one_line(name, 100),
                           meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)));
}

// The rest of what one flag says; `next` is the argument behind it, null if there is none. Whether that was its value.
Result<bool> take_flag(const Flag& flag, const std::string* next, ThrowOptions& options) {
  const ThrowFlag* known = find_flag(flag.name);
  if (known == nullptr) return unknown_flag(flag.name);
  if (known->field != nullptr) {
    if (!flag.value && next == nullptr) {
      return usage(fmt::format("--{}: a value is missing; expected {}", flag.name, known->value));
    }
    options.*(known->field) = flag.value ? *flag.value : *next;
    return !flag.value;
  }
  TRY_ASSIGN(const bool on, read_switch(flag));
  if (flag.name == "dry-run") {
    options.dry_run = on ? DryRun::kYes : DryRun::kNo;
  } else {
    options.auth = on ? Auth::kNone : Auth::kToken;
  }
  return false;
}

}  // namespace

std::string throw_usage() {
  std::string flags;
  for (const ThrowFlag& flag : kFlags) {
    flags += fmt::format("  {:<20}{}\n", fmt::format("--{} {}", flag.name, flag.value), flag.help);
  }
  return "usage: lastrun throw --project P --metricName N < LINES\n"
         "\n"
         "Sends the values of JSON lines, {\"labels\":{\"KEY\":\"VALUE\"},\"value\":NUMBER}, to the metric\n"
         "custom.googleapis.com/N of the project P in Cloud Monitoring. The metric must exist.\n"
         "\n" +
         flags +
         "\n"
         "One dash or two: -project P, --project=P.\n"
         "Exit code: 0 all was delivered, 1 something was not, 2 the command line is wrong.\n";
}

void describe_throw(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "throw", "send JSON lines to Cloud Monitoring, in place of cloud_monitoring_metrics_throw");
  for (const ThrowFlag& flag : kFlags) {
    const std::string name = "--" + std::string(flag.name);
    CLI::Option* option = flag.field == nullptr ? command->add_flag(name) : command->add_option(name);
    option->description(std::string(flag.help));
    if (flag.field != nullptr) option->type_name(std::string(flag.value));
  }
}

Result<ThrowOptions> parse_throw_options(const std::vector<std::string>& arguments) {
  ThrowOptions options;
  std::size_t i = 0;
  while (i < arguments.size()) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument.front() != '-') break;
    ++i;
    if (argument == "--") break;
    TRY_ASSIGN(const Flag flag, read_flag(argument));
    if (flag.name == "help" || flag.name == "h") {
      options.help = true;
      return options;
    }
    TRY_ASSIGN(const bool took_next, take_flag(flag, i < arguments.size() ? &arguments[i] : nullptr, options));
    if (took_next) ++i;
  }
  if (i < arguments.size()) {
    return usage(
        fmt::format("unexpected argument {}: the lines come from standard input", one_line(arguments[i], 100)));
  }
  if (options.project.empty()) return usage("--project P is missing");
  if (options.metric_name.empty()) return usage("--metricName N is missing");
  return options;
}

}  // namespace lastrun::app
