#include "testing/server_process.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace lastrun::testing {
namespace {

std::string failure_of(const std::vector<std::string>& argv,
                       std::chrono::milliseconds patience = std::chrono::hours{1}) {
  const auto server = ServerProcess::start(argv, patience);
  return server.ok() ? "it started" : server.error().message;
}

TEST(ServerProcess, TellsThePortThatTheServerPrinted) {
  const auto server = ServerProcess::start({"sh", "-c", "echo 4711; exec tail -f /dev/null"});
  ASSERT_TRUE(server.ok()) << server.error().message;
  EXPECT_EQ(server->port(), 4711);
  EXPECT_EQ(server->authority(), "127.0.0.1:4711");
}

TEST(ServerProcess, EndsTheServerWithItself) {
  pid_t pid = 0;
  {
    const auto server = ServerProcess::start({"sh", "-c", "echo 1; exec tail -f /dev/null"});
    ASSERT_TRUE(server.ok()) << server.error().message;
    pid = server->pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_EQ(kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(ServerProcess, SaysWhyNoPortCame) {
  EXPECT_EQ(failure_of({"true"}), "starting true: it ended before it printed its port");
  EXPECT_EQ(failure_of({"/nowhere/x"}), "starting /nowhere/x: it ended before it printed its port");
  EXPECT_EQ(failure_of({"echo", "hello"}), "starting hello: its first line is no port: hello");
}

TEST(ServerProcess, DoesNotWaitForEver) {
  EXPECT_EQ(failure_of({"tail", "-f", "/dev/null"}, std::chrono::milliseconds{1}),
            "starting /dev/null: it printed no port in time");
}

}  // namespace
}  // namespace lastrun::testing
