#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace lastrun::app {

// While it lives, the first SIGINT or SIGTERM requests a stop of `token()` instead of ending the process; a second one
// ends it at once. One that was ignored before stays ignored (nohup, a shell's background). Made by a thread that
// starts all others later: those leave the signals to it.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();  // signals do again what they did before
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  void wait();

  sigset_t signals_{};
  sigset_t before_{};
  int ended_;  // an eventfd: told that nobody waits for signals any more
  std::stop_source stop_;
  std::thread waiter_;
};

}  // namespace lastrun::app
