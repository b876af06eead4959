#include "app/stop_signals.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "base/check.h"

namespace lastrun::app {

// Blocked signals wait until someone reads them; the waiter does, from a descriptor, and then lets them through for
// itself: the next one finds a thread that does not block it, and does what it always did.
StopSignals::StopSignals() : ended_(eventfd(0, EFD_CLOEXEC)) {
  CHECK(ended_ >= 0);
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action{};
    CHECK(sigaction(signal, nullptr, &action) == 0);
    if (action.sa_handler != SIG_IGN) sigaddset(&signals_, signal);
  }
  CHECK(pthread_sigmask(SIG_BLOCK, &signals_, &before_) == 0);
  waiter_ = std::thread([this] { wait(); });
}

StopSignals::~StopSignals() {
  CHECK(eventfd_write(ended_, 1) == 0);
  waiter_.join();
  close(ended_);
  CHECK(pthread_sigmask(SIG_SETMASK, &before_, nullptr) == 0);
}

void StopSignals::wait() {
  const int arrived = signalfd(-1, &signals_, SFD_CLOEXEC);
  CHECK(arrived >= 0);
  std::array<pollfd, 2> waiting{{{ended_, POLLIN, 0}, {arrived, POLLIN, 0}}};
  nfds_t count = waiting.size();
  while (waiting[0].revents == 0) {
    if (poll(waiting.data(), count, -1) < 0 || waiting[1].revents == 0 || count == 1) continue;
    signalfd_siginfo info{};
    CHECK(read(arrived, &info, sizeof info) == static_cast<ssize_t>(sizeof info));
    CHECK(pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr) == 0);
    stop_.request_stop();
    count = 1;
  }
  close(arrived);
}

}  // namespace lastrun::app
