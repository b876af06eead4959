#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "app/flags.h"
#include "base/result.h"
#include "base/text.h"

namespace lastrun::app {

// One value of a flag that takes one of a few, by its name.
template <typename T>
struct Choice {
  std::string_view name;
  T value;
};

// "table|json": what a flag's help calls its value. Whoever reads the help of a flag (a person, the shell completion)
// takes it that way: names in small letters are values, one in capitals stands for any text.
template <typename T, std::size_t Count>
[[nodiscard]] std::string names_of(const std::array<Choice<T>, Count>& choices) {
  std::string names;
  for (const auto& choice : choices) names += (names.empty() ? "" : "|") + std::string(choice.name);
  return names;
}

// Columns of a wrong value that a message repeats.
inline constexpr std::size_t kShownOfAValue = 100;

// "table, json or prometheus" of "table|json|prometheus"; what has no '|' stays as it is.
[[nodiscard]] std::string alternatives(std::string_view names);

// The value called `text`. kUsage, with all names, if there is none: "--output xml: expected table or json".
template <typename T, std::size_t Count>
[[nodiscard]] Result<T> read_choice(std::string_view flag, const std::string& text,
                                    const std::array<Choice<T>, Count>& choices) {
  for (const auto& choice : choices) {
    if (text == choice.name) return choice.value;
  }
  return usage(std::string(flag) + " " + shorten(text, kShownOfAValue) + ": expected " +
               alternatives(names_of(choices)));
}

}  // namespace lastrun::app
