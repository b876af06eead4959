#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <string>
#include <vector>

#include "app/check_flags.h"
#include "app/command_parser.h"
#include "app/compare_flags.h"
#include "app/completion_flags.h"
#include "app/exit_code.h"
#include "app/flags.h"
#include "app/google_world.h"
#include "app/log.h"
#include "app/output.h"
#include "app/post_flags.h"
#include "app/throw.h"
#include "app/throw_flags.h"

namespace lastrun::app {
namespace {

// The old tool's flags are Go's, which CLI11 does not read: `throw` reads its own.
Result<int> throw_points(const std::vector<std::string>& arguments) {
  TRY_ASSIGN(ThrowOptions options, parse_throw_options(arguments));
  if (options.help) {
    TRY(write_out(throw_usage()));
    return 0;
  }
  GoogleOptions google;
  google.credentials_file = options.credentials_file;
  google.ca_file = options.ca_file;
  google.proxy = options.proxy;
  google.no_auth = options.auth == cloud_monitoring::Auth::kNone || options.dry_run == DryRun::kYes;
  TRY_ASSIGN(const auto world, GoogleWorld::open(google));
  if (options.endpoint.empty() && !world->credentials.universe_domain.empty()) {
    options.endpoint = cloud_monitoring::endpoint_of_universe(world->credentials.universe_domain);
  }
  TRY(run_throw(options, {*world->http, world->credentials.tokens.get(), world->clock, stdin, stdout}));
  return 0;
}

// The old tool's codes.
int code_of_throwing(const Error& error) {
  return error.kind == ErrorKind::kUsage ? kCannotTell : 1;
}

int finish(const Result<int>& result, int (*code_of)(const Error&), const std::string& command) {
  if (result.ok()) return *result;
  const Error& error = result.error();
  const bool wrong_usage = error.kind == ErrorKind::kUsage;
  log(Severity::kError, wrong_usage ? error.message + "; see " + command + " --help" : error.message);
  return code_of(error);
}

// `lastrun help COMMAND` is `lastrun COMMAND --help`, `lastrun help` is `lastrun --help`.
void turn_help_around(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help" || arguments.size() > 2) return;
  if (arguments.back().starts_with('-')) return;
  arguments.front() = "--help";
  std::reverse(arguments.begin(), arguments.end());
}

void add_help(CLI::App& program) {
  std::string commands;
  for (const CLI::App* command : program.get_subcommands({})) {
    commands += (commands.empty() ? "" : "|") + command->get_name();
  }
  CLI::App* help = program.add_subcommand("help", "show the help of a command");
  help->add_option("COMMAND")->type_name(commands);
}

}  // namespace

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error to report, not the end
  std::vector<std::string> arguments(argv + 1, argv + argc);
  turn_help_around(arguments);
  if (!arguments.empty() && arguments.front() == "throw") {
    return finish(throw_points({arguments.begin() + 1, arguments.end()}), code_of_throwing, "lastrun throw");
  }

  CLI::App program{"lastrun: is the last run of every batch fine?", "lastrun"};
  program.set_version_flag("--version", "lastrun " LASTRUN_VERSION);
  program.require_subcommand(1);
  std::vector<Command> commands{add_check(program), add_compare(program), add_post(program)};
  describe_throw(program);
  commands.push_back(add_completion(program));
  add_help(program);
  program.footer("lastrun COMMAND --help tells more.\n\nExample:\n  argo list -A -o json | lastrun check");

  const CLI::App* named = named_command(program, arguments);
  const std::string spoken = named == nullptr ? "lastrun" : "lastrun " + named->get_name();
  const auto asked = parse_command_line(program, arguments);
  if (!asked.ok()) return finish(asked.error(), code_of_telling, spoken);
  if (!asked->empty()) {
    const auto written = write_out(*asked);
    return finish(written.ok() ? Result<int>(kFine) : Result<int>(written.error()), code_of_telling, spoken);
  }
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&](const Command& each) { return each.flags == named; });
  if (command == commands.end()) {  // help with more than it takes
    return finish(usage("help takes one COMMAND"), code_of_telling, "lastrun");
  }
  return finish(command->run(), command->code_of, spoken);
}

}  // namespace lastrun::app
