#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lastrun {

// `text` as it may be shown on a terminal or in a line of log: control characters, escape sequences, line breaks,
// characters that turn the direction of writing and bytes that are no UTF-8 become visible (\n, \x1b, \u202e, \xff).
[[nodiscard]] std::string printable(std::string_view text);

// How many columns `text` takes on a terminal, as far as that can be known: one a code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

// The longest beginning of `text` that takes at most `columns`, ending in "…" where something was cut off.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t columns);

}  // namespace lastrun
