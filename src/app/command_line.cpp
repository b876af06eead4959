#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "app/check_flags.h"
#include "app/compare_flags.h"
#include "app/exit_code.h"
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

int finish(const Result<int>& result, int (*code_of)(const Error&)) {
  if (result.ok()) return *result;
  log(Severity::kError, result.error().message);
  return code_of(result.error());
}

}  // namespace

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error to report, not the end
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "throw") {
    return finish(throw_points({arguments.begin() + 1, arguments.end()}), code_of_throwing);
  }

  CLI::App program{"lastrun: is the last run of every batch fine?", "lastrun"};
  program.set_version_flag("--version", "lastrun " LASTRUN_VERSION);
  program.require_subcommand(1);
  const std::array commands{add_check(program), add_compare(program), add_post(program)};
  program.add_subcommand("throw", "send JSON lines to Cloud Monitoring, in place of cloud_monitoring_metrics_throw")
      ->prefix_command();
  program.footer("lastrun COMMAND --help tells more.\n\nExample:\n  argo list -A -o json | lastrun check");
  const std::string first = arguments.empty() ? "" : arguments.front();
  const auto is_first = [&](const CLI::App* command) { return command->get_name() == first; };
  if (!first.starts_with('-') && program.get_subcommands(is_first).empty()) {
    const std::string wrong = first.empty() ? "a command is missing" : "there is no command " + first;
    log(Severity::kError, wrong + "; lastrun --help lists them");
    return kCannotTell;
  }
  try {
    program.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    std::ostringstream text;
    (void)program.exit(asked, text, text);
    const auto written = write_out(text.str());
    return finish(written.ok() ? Result<int>(0) : Result<int>(written.error()), code_of_telling);
  } catch (const CLI::ParseError& error) {
    const auto named = program.get_subcommands();
    const std::string command = named.empty() ? "lastrun" : "lastrun " + named.front()->get_name();
    log(Severity::kError, std::string(error.what()) + "; " + command + " --help lists what there is");
    return kCannotTell;
  }
  const auto* command =
      std::find_if(commands.begin(), commands.end(), [](const Command& each) { return each.flags->parsed(); });
  return finish(command->run(), command->code_of);
}

}  // namespace lastrun::app
