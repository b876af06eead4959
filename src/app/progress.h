#pragma once

#include <chrono>
#include <string>

#include "source/file/dump.h"

namespace lastrun::app {

// One line on standard error that says how far a long reading has come: shown on a terminal only, from one second on,
// four times a second, and wiped away at the end.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // The progress of one input; empty where nothing would be shown. Must not outlive this.
  [[nodiscard]] source::Progress of(const std::string& name);

 private:
  void show(const std::string& name, std::uint64_t bytes, std::uint64_t objects);

  bool wanted_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace lastrun::app
