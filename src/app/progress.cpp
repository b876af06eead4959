#include "app/progress.h"

#include <fmt/format.h>

#include <cstdio>

#include "app/output.h"
#include "base/text.h"

namespace lastrun::app {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kShownFrom{1};
constexpr std::chrono::milliseconds kPause{250};

}  // namespace

ProgressLine::ProgressLine() : wanted_(error_is_terminal()), next_(steady_clock::now() + kShownFrom) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

source::Progress ProgressLine::of(const std::string& name) {
  if (!wanted_) return {};
  return [this, name = printable(name)](std::uint64_t bytes, std::uint64_t objects) { show(name, bytes, objects); };
}

void ProgressLine::show(const std::string& name, std::uint64_t bytes, std::uint64_t objects) {
  const auto now = steady_clock::now();
  if (now < next_) return;
  next_ = now + kPause;
  shown_ = true;
  constexpr double kMega = 1e6;
  const std::string line =
      fmt::format("\r\x1b[Kreading {}: {:.0f} MB, {} objects", name, static_cast<double>(bytes) / kMega, objects);
  std::fputs(line.c_str(), stderr);
}

}  // namespace lastrun::app
