#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace lastrun::app {

// Writes all of `text` to standard output. kIo when it cannot (a full disk, a reader that went away): what a program
// says must not be lost in silence. Ends in the file descriptor, so that the error is known here.
[[nodiscard]] Result<void> write_out(std::string_view text);

// Standard output for text that comes in pieces: gathers them, and keeps the first error until the end, from which on
// it drops what comes.
class StandardOut {
 public:
  void operator()(std::string_view piece);
  // Writes what is left. As write_out.
  [[nodiscard]] Result<void> finish();

 private:
  std::string gathered_;
  Result<void> written_ = Ok{};
};

// One line to standard error, as it is.
void write_error(std::string_view line);

// Columns of the terminal that standard output is; 0 when it is none.
[[nodiscard]] std::size_t terminal_width();
[[nodiscard]] bool error_is_terminal();
// Whether to use colours: standard output is a terminal, NO_COLOR is not set (no-color.org), TERM is not "dumb".
[[nodiscard]] bool colors_wanted();

}  // namespace lastrun::app
