#include "app/command_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/check_command.h"
#include "app/compare_command.h"
#include "app/exit_code.h"
#include "app/google_world.h"
#include "app/log.h"
#include "app/output.h"
#include "app/post_command.h"
#include "app/throw.h"
#include "judge/settings.h"

namespace lastrun::app {
namespace {

// What the flags of judging say, as texts; made into DumpOptions once all are read.
struct JudgingFlags {
  std::vector<std::string> files;
  std::string group_by;
  std::string rule;
  bool like_the_pipeline = false;
  std::vector<std::string> namespaces;
  std::string selector;
  std::string cluster;
  std::string stopped = "fail";
  bool include_owned = false;
  std::int64_t max_batches = 1000;  // signed, so that a negative one can be told
  std::string now;
  std::string tolerate;
};

constexpr std::string_view kFilesHelp =
    "dumps to judge, together as one: argo list -o json, kubectl get -o json, JSON lines; gzip and zstd too; - is "
    "standard input (the default when it is no terminal)";

void add_judging_flags(CLI::App& command, JudgingFlags& flags) {
  command.add_option("FILE", flags.files, std::string(kFilesHelp))->type_name("");
  command
      .add_option("--group-by", flags.group_by,
                  "what forms a batch: owner (default), namespace, or a pattern such as {namespace}/{label:team}")
      ->type_name("HOW");
  command
      .add_option("--rule", flags.rule,
                  "which run decides: newest-finished (default), newest, any (a group fails if one of its batches "
                  "does), last-finished-pod")
      ->type_name("RULE");
  command.add_flag("--like-the-pipeline", flags.like_the_pipeline, "the same as --group-by namespace --rule newest");
  command.add_option("-n,--namespace", flags.namespaces, "judge only these namespaces; may be repeated")
      ->type_name("NAME")
      ->delimiter(',')
      ->expected(1)
      ->allow_extra_args(false)  // what follows the value is a FILE
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("-l,--selector", flags.selector, "judge only objects with these labels, as kubectl's -l")
      ->type_name("LABELS");
  command.add_option("--cluster", flags.cluster, "the name of the cluster that the dump is of")->type_name("NAME");
  command.add_option("--stopped", flags.stopped, "a run that somebody stopped: fail (default), ignore")
      ->type_name("HOW");
  command.add_flag("--include-owned", flags.include_owned,
                   "judge Workflows of Workflows and Jobs of other controllers too");
  command
      .add_option("--max-batches", flags.max_batches,
                  "most batches without a schedule in one namespace (default 1000), failing ones kept first")
      ->type_name("N");
  command.add_option("--now", flags.now, "judge as of this time (RFC 3339) instead of the clock's")->type_name("TIME");
  command.add_option("--tolerate", flags.tolerate, "")->group("");  // known, to say why not
}

constexpr std::string_view kPipelineMetric = "gke_batch_error_count";

Error usage(std::string message) {
  return Error{ErrorKind::kUsage, std::move(message)};
}

Result<judge::Rule> parse_rule(const std::string& text) {
  for (const auto rule :
       {judge::Rule::kNewest, judge::Rule::kNewestFinished, judge::Rule::kAny, judge::Rule::kLastFinishedPod}) {
    if (text == judge::name_of(rule)) return rule;
  }
  return usage("--rule " + text + ": expected newest-finished, newest, any or last-finished-pod");
}

Result<judge::Grouping> parse_grouping(const std::string& text) {
  if (text == "owner") return judge::Grouping(judge::ByOwner{});
  if (text == "namespace") return judge::Grouping(judge::ByNamespace{});
  if (text.find('{') == std::string::npos) {
    return usage("--group-by " + text + ": expected owner, namespace or a pattern such as {namespace}/{label:team}");
  }
  TRY_ASSIGN(judge::Pattern pattern, judge::Pattern::parse(text));
  return judge::Grouping(std::move(pattern));
}

Result<judge::Settings> read_settings(const JudgingFlags& flags) {
  judge::Settings settings;
  if (flags.like_the_pipeline && !(flags.rule.empty() && flags.group_by.empty())) {
    return usage("--like-the-pipeline says how to group and which run decides; leave out --group-by and --rule");
  }
  if (flags.like_the_pipeline) {
    settings.grouping = judge::ByNamespace{};
    settings.rule = judge::Rule::kNewest;
  }
  if (!flags.rule.empty()) {
    TRY_ASSIGN(settings.rule, parse_rule(flags.rule));
  }
  if (!flags.group_by.empty()) {
    TRY_ASSIGN(settings.grouping, parse_grouping(flags.group_by));
  } else if (settings.rule == judge::Rule::kLastFinishedPod) {
    settings.grouping = judge::ByNamespace{};
  }
  if (flags.stopped == "ignore") {
    settings.stopped = judge::StoppedRuns::kDoNotCount;
  } else if (flags.stopped != "fail") {
    return usage("--stopped " + flags.stopped + ": expected fail or ignore");
  }
  settings.include_owned = flags.include_owned;
  constexpr std::int64_t kMostBatches = 1'000'000;
  if (flags.max_batches < 1 || flags.max_batches > kMostBatches) {
    return usage(fmt::format("--max-batches {}: expected 1 to {}", flags.max_batches, kMostBatches));
  }
  settings.max_unscheduled_batches = static_cast<std::size_t>(flags.max_batches);
  return settings;
}

Result<DumpOptions> read_dump_options(const JudgingFlags& flags) {
  if (!flags.tolerate.empty()) {
    return usage("--tolerate counts failures in a row, which needs memory; a dump shows at most the last ones");
  }
  DumpOptions options;
  options.files = flags.files;
  if (options.files.empty()) {
    if (isatty(STDIN_FILENO) != 0) {
      return usage("no dump given; try: argo list -A -o json | lastrun check");
    }
    options.files.emplace_back("-");
  }
  options.cluster = flags.cluster;
  options.filter.namespaces = flags.namespaces;
  TRY_ASSIGN(options.filter.labels, LabelSelector::parse(flags.selector));
  TRY_ASSIGN(options.settings, read_settings(flags));
  return options;
}

Result<std::optional<Time>> read_now(const JudgingFlags& flags) {
  if (flags.now.empty()) return std::optional<Time>();
  const auto now = parse_rfc3339(flags.now);
  if (!now) return usage("--now " + flags.now + ": expected a time such as 2026-11-22T11:57:31Z");
  return now;
}

// "KEY=VALUE" settings as a map.
Result<cloud_monitoring::Labels> read_pairs(const std::string& flag, const std::vector<std::string>& pairs) {
  cloud_monitoring::Labels labels;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) return usage(flag + " " + pair + ": expected KEY=VALUE");
    labels[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return labels;
}

// --- The commands: each adds itself, and gives back what runs it. ---

using Command = std::function<Result<int>()>;

Command add_check(CLI::App& program) {
  struct Flags {
    JudgingFlags judging;
    std::string output = "table";
    bool failing_only = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = program.add_subcommand("check", "judge dumps and print the verdicts");
  add_judging_flags(*command, flags->judging);
  command->add_option("-o,--output", flags->output, "table (default), json, jsonl (the pipeline's lines), prometheus")
      ->type_name("FORM");
  command->add_flag("--failing-only", flags->failing_only, "print failing batches only");
  command->footer(
      "Exit code: 0 all fine, 1 something fails, 2 something is unknown or the input could not be read.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun check\n"
      "  kubectl get workflows,cronworkflows,jobs,cronjobs -A -o json | lastrun check --failing-only\n"
      "  lastrun check --like-the-pipeline --output jsonl dump.json.gz\n"
      "  lastrun check --group-by '{namespace}/{label:team}' --rule any dump.json");
  return [flags]() -> Result<int> {
    CheckOptions options;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    options.failing_only = flags->failing_only;
    const std::string& output = flags->output;
    if (output == "json") {
      options.output = Output::kJson;
    } else if (output == "jsonl") {
      options.output = Output::kJsonl;
    } else if (output == "prometheus") {
      options.output = Output::kPrometheus;
    } else if (output != "table") {
      return usage("--output " + output + ": expected table, json, jsonl or prometheus");
    }
    return run_check(options);
  };
}

Command add_compare(CLI::App& program) {
  struct Flags {
    JudgingFlags judging;
    std::string against = "pipeline";
    std::string output = "table";
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command =
      program.add_subcommand("compare", "hold the pipeline's rule against lastrun's, each difference with its reason");
  add_judging_flags(*command, flags->judging);
  command
      ->add_option("--against", flags->against,
                   "pipeline (default: the newest Workflow of a namespace), predecessor (the last finished pod of a "
                   "namespace; give it pods and Workflows)")
      ->type_name("RULE");
  command->add_option("-o,--output", flags->output, "table (default), json")->type_name("FORM");
  command->footer(
      "Exit code: 0 no difference, 1 differences, 2 the input could not be read.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun compare\n"
      "  kubectl get pods,workflows -A -o json | lastrun compare --against predecessor");
  return [flags]() -> Result<int> {
    CompareOptions options;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    if (flags->against == "predecessor") {
      options.against = Against::kPredecessor;
    } else if (flags->against != "pipeline") {
      return usage("--against " + flags->against + ": expected pipeline or predecessor");
    }
    if (flags->output == "json") {
      options.output = CompareOutput::kJson;
    } else if (flags->output != "table") {
      return usage("--output " + flags->output + ": expected table or json");
    }
    return run_compare(options);
  };
}

void add_google_flags(CLI::App& command, GoogleOptions& google) {
  command
      .add_option("--credentials", google.credentials_file,
                  "credentials file (default: Application Default Credentials)")
      ->type_name("FILE");
  command.add_option("--ca-file", google.ca_file, "PEM file of the CAs to trust instead of the system's")
      ->type_name("FILE");
  command.add_option("--proxy", google.proxy, "proxy instead of HTTPS_PROXY's")->type_name("URL");
  command.add_flag("--no-auth", google.no_auth, "send no token");
}

Command add_post(CLI::App& program) {
  struct Flags {
    JudgingFlags judging;
    PostOptions post;
    std::string reduce;
    std::vector<std::string> resource_labels;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = program.add_subcommand("post", "judge dumps and send the verdicts to Google Cloud Monitoring");
  add_judging_flags(*command, flags->judging);
  PostOptions& post = flags->post;
  command->add_option("--project", post.project, "the project's id (default: that of the credentials)")
      ->type_name("ID");
  command
      ->add_option(
          "--metric", post.metric,
          "the metric; NAME means custom.googleapis.com/NAME (default with --like-the-pipeline: gke_batch_error_count)")
      ->type_name("NAME");
  command->add_flag("--create-descriptor", post.create_descriptor,
                    "create the metric's descriptor if it is missing, and labels that it lacks");
  command
      ->add_option("--label", post.labels,
                   "with {cluster}, {namespace}, {kind}, {batch}: these labels instead of those that "
                   "follow the grouping; may be repeated")
      ->type_name("KEY=PATTERN")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--reduce", flags->reduce, "max: batches that share a series are one, failing if one fails")
      ->type_name("HOW");
  command->add_option("--resource", post.resource.type, "the monitored resource's type (default global)")
      ->type_name("TYPE");
  command->add_option("--resource-label", flags->resource_labels, "of the monitored resource; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->add_option("--endpoint", post.endpoint, "another server than https://monitoring.googleapis.com")
      ->type_name("URL");
  command->add_flag("--dry-run", post.dry_run, "print the requests, one JSON object a line, and send nothing");
  add_google_flags(*command, post.google);
  command->footer(
      "Exit code: 0 everything was delivered, whatever the verdicts; 1 something was not; 2 the input could not be\n"
      "read or the command line is wrong, and nothing was sent.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun post --like-the-pipeline --project P --metric gke_batch_error_count\n"
      "  lastrun post dump.json --project P --metric batch_failing --create-descriptor\n"
      "  lastrun post dump.json --project P --metric batch_failing --dry-run");
  return [flags]() -> Result<int> {
    PostOptions options = flags->post;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    if (options.metric.empty() && flags->judging.like_the_pipeline) options.metric = kPipelineMetric;
    if (options.metric.empty()) return usage("--metric is missing");
    TRY_ASSIGN(options.resource.labels, read_pairs("--resource-label", flags->resource_labels));
    if (flags->reduce == "max") {
      options.reduction = cloud_monitoring::Reduction::kMax;
    } else if (!flags->reduce.empty()) {
      return usage("--reduce " + flags->reduce + ": expected max");
    }
    return run_post(options);
  };
}

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

// 2 where the answer is not known or the command line is wrong; 1 where `post` could not deliver.
int code_of(const Error& error, bool sends) {
  constexpr int kNotDelivered = 1;
  const bool before_sending =
      error.kind == ErrorKind::kUsage || error.kind == ErrorKind::kInput || error.kind == ErrorKind::kIo;
  return sends && !before_sending ? kNotDelivered : kCannotTell;
}

int finish(const Result<int>& result, bool sends) {
  if (result.ok()) return *result;
  log(Severity::kError, result.error().message);
  return code_of(result.error(), sends);
}

}  // namespace

int run(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that went away is an error to report, not the end
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (!arguments.empty() && arguments.front() == "throw") {
    const auto result = throw_points({arguments.begin() + 1, arguments.end()});
    if (result.ok()) return *result;
    log(Severity::kError, result.error().message);
    return result.error().kind == ErrorKind::kUsage ? 2 : 1;  // the old tool's codes
  }

  CLI::App program{"lastrun: is the last run of every batch fine?", "lastrun"};
  program.set_version_flag("--version", "lastrun " LASTRUN_VERSION);
  program.require_subcommand(1);
  const Command check = add_check(program);
  const Command compare = add_compare(program);
  const Command post = add_post(program);
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
    return finish(written.ok() ? Result<int>(0) : Result<int>(written.error()), false);
  } catch (const CLI::ParseError& error) {
    const auto commands = program.get_subcommands();
    const std::string command = commands.empty() ? "lastrun" : "lastrun " + commands.front()->get_name();
    log(Severity::kError, std::string(error.what()) + "; " + command + " --help lists what there is");
    return kCannotTell;
  }
  if (program.got_subcommand("check")) return finish(check(), false);
  if (program.got_subcommand("compare")) return finish(compare(), false);
  return finish(post(), true);
}

}  // namespace lastrun::app
