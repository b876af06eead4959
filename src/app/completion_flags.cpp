#include "app/completion_flags.h"

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <string>

#include "app/choice.h"
#include "app/completion.h"
#include "app/exit_code.h"
#include "app/output.h"

namespace lastrun::app {
namespace {

enum class Shell { kBash, kZsh, kFish };

constexpr std::array<Choice<Shell>, 3> kShells{{{"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}}};

std::string render(const ProgramSpec& program, Shell shell) {
  switch (shell) {
    case Shell::kBash: return render_bash_completion(program);
    case Shell::kZsh: return render_zsh_completion(program);
    case Shell::kFish: break;
  }
  return render_fish_completion(program);
}

FlagSpec describe(const CLI::Option& option) {
  FlagSpec flag;
  for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.help = option.get_description();
  const bool takes_value = option.get_items_expected_max() > 0;
  if (takes_value) flag.value = expected_of(option.get_type_name());
  flag.repeatable = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return flag;
}

CommandSpec describe(const CLI::App& app) {
  CommandSpec command;
  command.name = app.get_name();
  command.help = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;  // known only to say why not
    if (option->nonpositional()) {
      command.flags.push_back(describe(*option));
    } else {
      const std::string values = option->get_type_name();
      command.argument = expected_of(values.empty() ? option->get_name() : values);
    }
  }
  return command;
}

}  // namespace

Command add_completion(CLI::App& program) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command = program.add_subcommand("completion", "print the script that lets a shell complete lastrun");
  command->add_option("SHELL", *shell, "the shell")->type_name(names_of(kShells))->required();
  command->footer(
      "To install it:\n"
      "  bash  lastrun completion bash > ~/.local/share/bash-completion/completions/lastrun\n"
      "        (package bash-completion; without it: put  source <(lastrun completion bash)  into ~/.bashrc)\n"
      "  zsh   lastrun completion zsh > \"${fpath[1]}/_lastrun\"   (with  autoload -U compinit; compinit  in "
      "~/.zshrc)\n"
      "  fish  lastrun completion fish > ~/.config/fish/completions/lastrun.fish");
  const auto run = [shell, &program]() -> Result<int> {
    TRY_ASSIGN(const Shell kind, read_choice("SHELL", *shell, kShells));
    ProgramSpec spec;
    spec.flags = describe(program).flags;
    for (const CLI::App* each : program.get_subcommands({})) spec.commands.push_back(describe(*each));
    TRY(write_out(render(spec, kind)));
    return kFine;
  };
  return {command, run, code_of_telling};
}

}  // namespace lastrun::app
