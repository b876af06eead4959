#include "app/post_flags.h"

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/choice.h"
#include "app/exit_code.h"
#include "app/judging_flags.h"
#include "app/post_command.h"

namespace lastrun::app {
namespace {

constexpr std::string_view kPipelineMetric = "gke_batch_error_count";

constexpr std::array<Choice<cloud_monitoring::Reduction>, 1> kReductions{{{"max", cloud_monitoring::Reduction::kMax}}};

// "KEY=VALUE" settings as a map.
Result<cloud_monitoring::Labels> read_pairs(const std::string& flag, const std::vector<std::string>& pairs) {
  cloud_monitoring::Labels labels;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0)
      return usage(flag + " " + shorten(pair, kShownOfAValue) + ": expected KEY=VALUE");
    labels[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return labels;
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

// Where nothing was sent because of what we were given, 2; 1 where something was not delivered.
int code_of_sending(const Error& error) {
  constexpr int kNotDelivered = 1;
  const bool before_sending =
      error.kind == ErrorKind::kUsage || error.kind == ErrorKind::kInput || error.kind == ErrorKind::kIo;
  return before_sending ? kCannotTell : kNotDelivered;
}

}  // namespace

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
  repeatable(*command
                  ->add_option("--label", post.labels,
                               "with {cluster}, {namespace}, {kind}, {batch}: these labels instead of those that "
                               "follow the grouping; may be repeated")
                  ->type_name("KEY=PATTERN"));
  command->add_option("--reduce", flags->reduce, "max: batches that share a series are one, failing if one fails")
      ->type_name(names_of(kReductions));
  command->add_option("--resource", post.resource.type, "the monitored resource's type (default global)")
      ->type_name("TYPE");
  repeatable(
      *command->add_option("--resource-label", flags->resource_labels, "of the monitored resource; may be repeated")
           ->type_name("KEY=VALUE"));
  command->add_option("--endpoint", post.endpoint, "another server than https://monitoring.googleapis.com")
      ->type_name("URL");
  command->add_flag("--dry-run", post.dry_run, "print the requests, one JSON object a line, and send nothing");
  add_google_flags(*command, post.google);
  command->footer(
      "Exit code: 0 everything was delivered, whatever the verdicts; 1 something was not; 2 the input could not be\n"
      "read or the command line is wrong, and nothing was sent. SIGINT or SIGTERM stops the sending, tells what was\n"
      "delivered and what may have been, and ends with 1; a second one ends it at once.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun post --like-the-pipeline --project P --metric gke_batch_error_count\n"
      "  lastrun post dump.json --project P --metric batch_failing --create-descriptor\n"
      "  lastrun post dump.json --project P --metric batch_failing --dry-run");
  const auto run = [flags]() -> Result<int> {
    PostOptions options = flags->post;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    if (options.metric.empty() && flags->judging.like_the_pipeline) options.metric = kPipelineMetric;
    if (options.metric.empty()) return usage("--metric NAME is missing");
    TRY_ASSIGN(options.resource.labels, read_pairs("--resource-label", flags->resource_labels));
    if (!flags->reduce.empty()) {
      TRY_ASSIGN(options.reduction, read_choice("--reduce", flags->reduce, kReductions));
    }
    return run_post(options);
  };
  return {command, run, code_of_sending};
}

}  // namespace lastrun::app
