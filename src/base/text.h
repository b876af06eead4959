#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lastrun {

// `text` as it may be shown on a terminal or in a line of log: control characters, escape sequences, line breaks,
// characters that turn the direction of writing and bytes that are no UTF-8 become visible (\n, \x1b, \u202e, \xff).
[[nodiscard]] std::string printable(std::string_view text);

// A JSON text as it may be shown on a terminal: DEL, C1 controls and whatever else printable() would replace become
// \u escapes, so that it still reads as the same values. Writers of JSON escape by themselves what lies below U+0020.
[[nodiscard]] std::string printable_json(std::string_view json);

// How many code points `text` has; empty where it is not UTF-8 (RFC 3629).
[[nodiscard]] std::optional<std::size_t> count_code_points(std::string_view text);

// How many columns `text` takes on a terminal, as far as that can be known: one a code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

// The longest beginning of `text` that takes at most `columns`, ending in "…" where something was cut off.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t columns);

// Text of others on its way into a message of ours: printable, and shortened.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t columns = 400);

}  // namespace lastrun
