#include "testing/server_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <utility>

namespace lastrun::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Between fork and exec only async-signal-safe calls are allowed: the parent may have threads.
[[noreturn]] void become(char* const* argv, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before prctl
  dup2(output, STDOUT_FILENO);
  execvp(argv[0], argv);
  _exit(127);
}

Result<std::string> read_line(int fd, milliseconds patience) {
  const auto give_up = steady_clock::now() + patience;
  std::string line;
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(give_up - steady_clock::now());
    if (left.count() <= 0) return Error{ErrorKind::kTimeout, "it printed no port in time"};
    pollfd waiting{fd, POLLIN, 0};
    if (poll(&waiting, 1, static_cast<int>(left.count())) <= 0) continue;
    char next = 0;
    const ssize_t got = read(fd, &next, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Error{ErrorKind::kIo, "it ended before it printed its port"};
    if (next == '\n') return line;
    line.push_back(next);
  }
}

}  // namespace

Result<ServerProcess> ServerProcess::start(const std::vector<std::string>& argv, milliseconds patience) {
  CHECK(!argv.empty());
  std::vector<char*> pointers;
  for (const auto& argument : argv) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);

  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return Error{ErrorKind::kIo, std::string{"pipe: "} + strerror(errno)};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(pointers.data(), pipe_ends[1], parent);
  close(pipe_ends[1]);
  if (pid < 0) {
    close(pipe_ends[0]);
    return Error{ErrorKind::kIo, std::string{"fork: "} + strerror(errno)};
  }

  ServerProcess server{pid, pipe_ends[0]};
  auto line = read_line(server.output_, patience);
  if (!line) return std::move(line).error().within("starting " + argv.back());
  const auto [end, problem] = std::from_chars(line->data(), line->data() + line->size(), server.port_);
  if (problem != std::errc{} || end != line->data() + line->size()) {
    return Error{ErrorKind::kIo, "starting " + argv.back() + ": its first line is no port: " + *line};
  }
  return server;
}

Result<ServerProcess> ServerProcess::start_python(const std::string& script, const std::vector<std::string>& arguments,
                                                  milliseconds patience) {
  std::vector<std::string> argv{"/usr/bin/python3", "-B", script};  // -B: nothing is written beside the script
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return start(argv, patience);
}

ServerProcess::ServerProcess(ServerProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)), output_(other.output_), port_(other.port_) {}

ServerProcess::~ServerProcess() {
  if (pid_ == 0) return;
  kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  close(output_);
}

}  // namespace lastrun::testing
