#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace lastrun::testing {

// A server of the test's own in a child process, most often one of test/servers/*.py.
// It listens on loopback at a port that the kernel chose and prints that port as its first line on standard output.
// Ended (SIGKILL, by its process id) and reaped with this object, also when the test fails; the kernel ends it when
// the thread that started it dies. Start it from the test's main thread.
class ServerProcess {
 public:
  // Starts argv[0] (searched in PATH) and waits for its port. What it writes to standard error goes to ours.
  // Errors: kIo if it cannot be started or prints no port, kTimeout if it prints none within `patience`.
  static Result<ServerProcess> start(const std::vector<std::string>& argv,
                                     std::chrono::milliseconds patience = std::chrono::seconds{20});
  // The same for a Python script, run by the interpreter that Debian's python3-… packages belong to.
  static Result<ServerProcess> start_python(const std::string& script, const std::vector<std::string>& arguments = {},
                                            std::chrono::milliseconds patience = std::chrono::seconds{20});
  ~ServerProcess();
  ServerProcess(ServerProcess&& other) noexcept;
  ServerProcess& operator=(ServerProcess&&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  // "127.0.0.1:PORT".
  [[nodiscard]] std::string authority() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  ServerProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_;   // 0 once moved away
  int output_;  // its standard output; kept open so that the server can go on printing
  int port_ = 0;
};

}  // namespace lastrun::testing
