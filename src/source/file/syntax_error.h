#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lastrun::source {

// What is wrong with a text as JSON, and where.
struct SyntaxError {
  std::uint64_t byte = 0;   // from 0, in the text
  std::uint64_t lines = 0;  // line breaks before it
  std::string what;         // what was found and what was expected
};

// Looks for the first mistake in `text`; empty when it is JSON by RFC 8259. Slow (50 MB/s): called once a fast parser
// has refused the text without saying where.
[[nodiscard]] std::optional<SyntaxError> find_syntax_error(std::string_view text);

}  // namespace lastrun::source
