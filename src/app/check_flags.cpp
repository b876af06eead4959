#include "app/check_flags.h"

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>

#include "app/check_command.h"
#include "app/choice.h"
#include "app/judging_flags.h"

namespace lastrun::app {
namespace {

constexpr std::array<Choice<Output>, 4> kOutputs{{{"table", Output::kTable},
                                                  {"json", Output::kJson},
                                                  {"jsonl", Output::kJsonl},
                                                  {"prometheus", Output::kPrometheus}}};

}  // namespace

Command add_check(CLI::App& program) {
  struct Flags {
    JudgingFlags judging;
    std::string output = "table";
    bool failing_only = false;
  };
  auto flags = std::make_shared<Flags>();
  CLI::App* command = program.add_subcommand("check", "judge dumps and print the verdicts");
  add_judging_flags(*command, flags->judging);
  command->add_option("-o,--output", flags->output, "the form (default table); jsonl: the pipeline's lines")
      ->type_name(names_of(kOutputs));
  command->add_flag("--failing-only", flags->failing_only, "print failing batches only");
  command->footer(
      "Exit code: 0 all fine, 1 something fails, 2 something is unknown or the input could not be read.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun check\n"
      "  kubectl get workflows,cronworkflows,jobs,cronjobs -A -o json | lastrun check --failing-only\n"
      "  lastrun check --like-the-pipeline --output jsonl dump.json.gz\n"
      "  lastrun check --group-by '{namespace}/{label:team}' --rule any dump.json");
  const auto run = [flags]() -> Result<int> {
    CheckOptions options;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    options.failing_only = flags->failing_only;
    TRY_ASSIGN(options.output, read_choice("--output", flags->output, kOutputs));
    return run_check(options);
  };
  return {command, run, code_of_telling};
}

}  // namespace lastrun::app
