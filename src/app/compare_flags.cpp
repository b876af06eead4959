#include "app/compare_flags.h"

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>

#include "app/choice.h"
#include "app/compare_command.h"
#include "app/judging_flags.h"

namespace lastrun::app {
namespace {

constexpr std::array<Choice<Against>, 2> kAgainst{
    {{"pipeline", Against::kPipeline}, {"predecessor", Against::kPredecessor}}};
constexpr std::array<Choice<CompareOutput>, 2> kOutputs{
    {{"table", CompareOutput::kTable}, {"json", CompareOutput::kJson}}};

}  // namespace

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
      ->type_name(names_of(kAgainst));
  command->add_option("-o,--output", flags->output, "the form (default table)")->type_name(names_of(kOutputs));
  command->footer(
      "Exit code: 0 no difference, 1 differences, 2 the input could not be read.\n\n"
      "Examples:\n"
      "  argo list -A -o json | lastrun compare\n"
      "  kubectl get pods,workflows -A -o json | lastrun compare --against predecessor");
  const auto run = [flags]() -> Result<int> {
    CompareOptions options;
    TRY_ASSIGN(options.dump, read_dump_options(flags->judging));
    TRY_ASSIGN(options.now, read_now(flags->judging));
    TRY_ASSIGN(options.against, read_choice("--against", flags->against, kAgainst));
    TRY_ASSIGN(options.output, read_choice("--output", flags->output, kOutputs));
    return run_compare(options);
  };
  return {command, run, code_of_telling};
}

}  // namespace lastrun::app
