#include "app/output.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

namespace lastrun::app {
namespace {

// Zero, or the errno that stopped the writing.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

Result<void> write_out(std::string_view text) {
  const int error = write_all(STDOUT_FILENO, text);
  if (error == 0) return Ok{};
  return Error{ErrorKind::kIo, std::string("cannot write to standard output: ") + std::strerror(error)};
}

void StandardOut::operator()(std::string_view piece) {
  constexpr std::size_t kEnough = std::size_t{1} << 16;
  if (!written_.ok()) return;
  gathered_ += piece;
  if (gathered_.size() < kEnough) return;
  written_ = write_out(gathered_);
  gathered_.clear();
}

Result<void> StandardOut::finish() {
  TRY(std::move(written_));
  return write_out(gathered_);
}

void write_error(std::string_view line) {
  (void)write_all(STDERR_FILENO, std::string(line) + "\n");  // if it fails, there is nobody left to tell
}

std::size_t terminal_width() {
  if (isatty(STDOUT_FILENO) == 0) return 0;
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

bool error_is_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

bool colors_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (term != nullptr && std::strcmp(term, "dumb") == 0) return false;
  return isatty(STDOUT_FILENO) != 0;
}

}  // namespace lastrun::app
