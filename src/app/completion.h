#pragma once

#include <string>
#include <vector>

// What a shell must know to complete a command line, and the scripts that tell it.
namespace lastrun::app {

// What may stand in one place: nothing, one of `words`, a file, or any text.
struct Expected {
  enum class Kind { kNothing, kWord, kFile, kText };
  Kind kind = Kind::kNothing;
  std::string name;                // what the help calls it
  std::vector<std::string> words;  // of kWord: all that can be known before
};

// What the help calls a value, as what may stand there: "json|table" (choice.h), "FILE", any other, "" for nothing.
[[nodiscard]] Expected expected_of(const std::string& name);

struct FlagSpec {
  std::vector<std::string> names;  // with their dashes
  std::string help;
  Expected value;
  bool repeatable = false;
};

struct CommandSpec {
  std::string name;
  std::string help;
  std::vector<FlagSpec> flags;
  Expected argument;
};

struct ProgramSpec {
  std::vector<FlagSpec> flags;  // before any command
  std::vector<CommandSpec> commands;
};

// The script that lets the shell complete `lastrun`. Any help is fine: it is quoted. Names of commands and flags, and
// the words of values, are letters, digits and "-_." (CHECK), so that no shell makes anything of them.
[[nodiscard]] std::string render_bash_completion(const ProgramSpec& program);
[[nodiscard]] std::string render_zsh_completion(const ProgramSpec& program);
[[nodiscard]] std::string render_fish_completion(const ProgramSpec& program);

}  // namespace lastrun::app
