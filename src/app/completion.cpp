#include "app/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/check.h"

namespace lastrun::app {
namespace {

using Kind = Expected::Kind;

bool is_plain(std::string_view word) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !word.empty() && std::all_of(word.begin(), word.end(), plain);
}

std::string joined(const std::vector<std::string>& words) {
  for (const std::string& word : words) CHECK(is_plain(word));
  return fmt::format("{}", fmt::join(words, " "));
}

std::string names_in(const std::vector<FlagSpec>& flags) {
  std::vector<std::string> names;
  for (const FlagSpec& flag : flags) names.insert(names.end(), flag.names.begin(), flag.names.end());
  return joined(names);
}

std::vector<std::string> names_in(const std::vector<CommandSpec>& commands) {
  std::vector<std::string> names;
  for (const CommandSpec& command : commands) names.push_back(command.name);
  return names;
}

// `text` with a backslash before each of `special`.
std::string escaped(std::string_view text, std::string_view special) {
  std::string result;
  for (const char c : text) {
    if (special.find(c) != special.npos) result += '\\';
    result += c;
  }
  return result;
}

// In single quotes, as bash and zsh read them.
std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else {
      result += c;
    }
  }
  return result + "'";
}

// --- bash: a function that looks at the words so far ---

std::string bash_offer(const Expected& expected) {
  switch (expected.kind) {
    case Kind::kWord: return fmt::format("words='{}'", joined(expected.words));
    case Kind::kFile: return "files=1";
    case Kind::kNothing:
    case Kind::kText: break;
  }
  return ":";
}

// --- zsh: the specifications that _arguments takes ---

std::string zsh_action(const Expected& expected) {
  const std::string name = escaped(expected.name, ":\\");
  switch (expected.kind) {
    case Kind::kNothing: return "";
    case Kind::kWord: return fmt::format(":{}:({})", name, joined(expected.words));
    case Kind::kFile: return fmt::format(":{}:_files", name);
    case Kind::kText: break;
  }
  return fmt::format(":{}: ", name);
}

std::string zsh_flags(const std::vector<FlagSpec>& flags) {
  std::string lines;
  for (const FlagSpec& flag : flags) {
    for (const std::string& name : flag.names) {
      const bool takes_value = flag.value.kind != Kind::kNothing;
      const std::string_view behind = !takes_value ? "" : name.starts_with("--") ? "=" : "+";
      const std::string others = flag.repeatable ? "*" : fmt::format("({})", joined(flag.names));
      const std::string help = escaped(flag.help, "[]:\\");
      lines +=
          " \\\n        " + quoted(fmt::format("{}{}{}[{}]{}", others, name, behind, help, zsh_action(flag.value)));
    }
  }
  return lines;
}

// --- fish: a line for each thing ---

std::string fish_quoted(std::string_view text) {
  return "'" + escaped(text, "'\\") + "'";
}

std::string fish_offer(const Expected& expected) {
  switch (expected.kind) {
    case Kind::kNothing: return "";
    case Kind::kWord: return fmt::format(" -x -a '{}'", joined(expected.words));
    case Kind::kFile: return " -r -F";
    case Kind::kText: break;
  }
  return " -x";
}

std::string fish_flags(const std::string& condition, const std::vector<FlagSpec>& flags) {
  std::string lines;
  for (const FlagSpec& flag : flags) {
    lines += "complete -c lastrun -n " + condition;
    for (const std::string& name : flag.names) {
      CHECK(is_plain(name));
      lines += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    }
    lines += fmt::format("{} -d {}\n", fish_offer(flag.value), fish_quoted(flag.help));
  }
  return lines;
}

}  // namespace

Expected expected_of(const std::string& name) {
  if (name.empty()) return {};
  if (name == "FILE") return {Kind::kFile, name, {}};
  Expected expected{Kind::kText, name, {}};
  std::string_view rest = name;
  while (rest.find_first_not_of('|') != rest.npos) {
    const std::string_view word = rest.substr(0, rest.find('|'));
    const bool stands_for_itself = std::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (stands_for_itself) expected.words.emplace_back(word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  if (!expected.words.empty()) expected.kind = Kind::kWord;
  return expected;
}

std::string render_bash_completion(const ProgramSpec& program) {
  std::string values;     // case COMMAND FLAG: what stands behind it
  std::string arguments;  // case COMMAND: its flags and its argument
  for (const CommandSpec& command : program.commands) {
    CHECK(is_plain(command.name));
    for (const FlagSpec& flag : command.flags) {
      if (flag.value.kind == Kind::kNothing) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : flag.names) patterns.push_back(fmt::format("'{} {}'", command.name, name));
      values += fmt::format("    {}) {} ;;\n", fmt::join(patterns, " | "), bash_offer(flag.value));
    }
    arguments += fmt::format("        '{} -'*) words='{}' ;;\n        '{} '*) {} ;;\n", command.name,
                             names_in(command.flags), command.name, bash_offer(command.argument));
  }
  return fmt::format(R"(# How bash completes lastrun; made by `lastrun completion bash`.
_lastrun() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=$((COMP_CWORD - 1)) command='' words='' files=''
  # bash cuts --output=json into three words.
  if [[ $word == '=' ]]; then
    word=''
  elif [[ ${{COMP_WORDS[before]}} == '=' ]]; then
    before=$((before - 1))
  fi
  if ((COMP_CWORD > 1)); then command=${{COMP_WORDS[1]}}; fi
  case "$command ${{COMP_WORDS[before]}}" in
{}    *)
      case "$command $word" in
        ' -'*) words='{}' ;;
        ' '*) words='{}' ;;
{}      esac
      ;;
  esac
  COMPREPLY=()
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  elif [[ $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  fi
}}
complete -F _lastrun lastrun
)",
                     values, names_in(program.flags), joined(names_in(program.commands)), arguments);
}

std::string render_zsh_completion(const ProgramSpec& program) {
  std::string commands;
  std::string cases;
  for (const CommandSpec& command : program.commands) {
    CHECK(is_plain(command.name));
    commands += "\n    " + quoted(command.name + ":" + escaped(command.help, ":\\"));
    const std::string action = zsh_action(command.argument);
    const std::string argument = action.empty() ? "" : " \\\n        " + quoted("*" + action);
    cases +=
        fmt::format("    {})\n      _arguments -s{}{}\n      ;;\n", command.name, zsh_flags(command.flags), argument);
  }
  return fmt::format(R"(#compdef lastrun
# How zsh completes lastrun; made by `lastrun completion zsh`.
_lastrun() {{
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=({}
  )
  _arguments -C{} \
        '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $words[1] in
{}      esac
      ;;
  esac
}}
if [[ $funcstack[1] == _lastrun ]]; then _lastrun "$@"; else compdef _lastrun lastrun; fi
)",
                     commands, zsh_flags(program.flags), cases);
}

std::string render_fish_completion(const ProgramSpec& program) {
  std::string lines =
      "# How fish completes lastrun; made by `lastrun completion fish`.\n"
      "complete -c lastrun -f\n";
  lines += fish_flags("__fish_use_subcommand", program.flags);
  for (const CommandSpec& command : program.commands) {
    CHECK(is_plain(command.name));
    lines += fmt::format("complete -c lastrun -n __fish_use_subcommand -a {} -d {}\n", command.name,
                         fish_quoted(command.help));
    const std::string condition = fmt::format("'__fish_seen_subcommand_from {}'", command.name);
    lines += fish_flags(condition, command.flags);
    if (command.argument.kind == Kind::kFile) lines += fmt::format("complete -c lastrun -n {} -F\n", condition);
    if (command.argument.kind == Kind::kWord) {
      lines += fmt::format("complete -c lastrun -n {} -a '{}'\n", condition, joined(command.argument.words));
    }
  }
  return lines;
}

}  // namespace lastrun::app
