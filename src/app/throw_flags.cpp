#include "app/throw_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "app/flags.h"

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
    return usage(fmt::format("bad flag '{}'", one_line(argument)));
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
  return usage(fmt::format("--{}: '{}' is neither true nor false", flag.name, one_line(*flag.value)));
}

}  // namespace

std::string_view throw_usage() {
  return "usage: lastrun throw --project P --metricName N < LINES\n"
         "\n"
         "Sends the values of JSON lines, {\"labels\":{\"KEY\":\"VALUE\"},\"value\":NUMBER}, to the metric\n"
         "custom.googleapis.com/N of the project P in Cloud Monitoring. The metric must exist.\n"
         "\n"
         "  --project P      the project's id\n"
         "  --metricName N   the metric; custom., external. or workload.googleapis.com/… is taken whole\n"
         "  --endpoint URL   another server than https://monitoring.googleapis.com\n"
         "  --no-auth        send no token\n"
         "  --dry-run        print the requests, one JSON object a line, and send nothing\n"
         "\n"
         "Exit code: 0 all was delivered, 1 something was not, 2 the command line is wrong.\n";
}

Result<ThrowOptions> parse_throw_options(const std::vector<std::string>& arguments) {
  ThrowOptions options;
  std::size_t i = 0;
  const auto take_value = [&](const Flag& flag, std::string& target) -> Result<void> {
    if (!flag.value && i == arguments.size()) return usage(fmt::format("--{} needs a value", flag.name));
    target = flag.value ? *flag.value : arguments[i++];
    return Ok{};
  };
  while (i < arguments.size()) {
    const std::string& argument = arguments[i];
    if (argument.size() < 2 || argument.front() != '-') break;
    ++i;
    if (argument == "--") break;
    TRY_ASSIGN(const Flag flag, read_flag(argument));
    if (flag.name == "project") {
      TRY(take_value(flag, options.project));
    } else if (flag.name == "metricName") {
      TRY(take_value(flag, options.metric_name));
    } else if (flag.name == "endpoint") {
      TRY(take_value(flag, options.endpoint));
    } else if (flag.name == "dry-run") {
      TRY_ASSIGN(const bool on, read_switch(flag));
      options.dry_run = on ? DryRun::kYes : DryRun::kNo;
    } else if (flag.name == "no-auth") {
      TRY_ASSIGN(const bool on, read_switch(flag));
      options.auth = on ? Auth::kNone : Auth::kToken;
    } else if (flag.name == "help" || flag.name == "h") {
      options.help = true;
      return options;
    } else {
      return usage(fmt::format("unknown flag --{}; lastrun throw --help lists them", one_line(flag.name)));
    }
  }
  if (i < arguments.size()) {
    return usage(fmt::format("unexpected argument '{}': the lines come from standard input", one_line(arguments[i])));
  }
  if (options.project.empty()) return usage("--project is missing");
  if (options.metric_name.empty()) return usage("--metricName is missing");
  return options;
}

}  // namespace lastrun::app
