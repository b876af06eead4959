#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "harness.h"
#include "sink/cloud_monitoring/client.h"

// Someone else as the judge of the server and of our requests: PyPI google-api-python-client, see contract_test.py.
namespace lastrun::cloud_monitoring {
namespace {

// The exit code of contract_test.py in the tests' Python (LASTRUN_PYTHON; ./dev test sets it).
int judge(const char* what, int port) {
  const char* python = std::getenv("LASTRUN_PYTHON");
  if (python == nullptr) {
    ADD_FAILURE() << "LASTRUN_PYTHON is not set: a Python that has the packages of test/requirements.txt";
    return -1;
  }
  std::vector<std::string> words{python, "-B", std::string(LASTRUN_SOURCE_DIR) + "/test/monitoring/contract_test.py",
                                 what, std::to_string(port)};
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  if (::posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0) return -1;
  int status = 0;
  CHECK(::waitpid(pid, &status, 0) == pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Contract, GooglesOwnClientAgreesWithTheServer) {
  MonitoringServer server(Transport::kHttp1);
  server.control(R"({"auth":false})");
  EXPECT_EQ(judge("client", server.port()), 0);
}

TEST(Contract, EveryRequestOfOursIsValidByTheDiscoveryDocument) {
  MonitoringServer server(Transport::kHttp1);
  server.control(R"({"auth":false})");
  const auto http = server.open_http();
  HastyClock clock;
  const Time end = std::chrono::floor<Seconds>(clock.now());
  auto points = numbered_points(401);
  points.push_back(Point{{}, INT64_MIN});
  points.push_back(Point{{{"batch", "\xf0\x9f\x98\x80 \" \\ \x01 \xc3\xa9"}, {"kind", ""}}, INT64_MAX});
  const std::vector<Resource> resources{
      {}, {"generic_task", {{"location", "l"}, {"namespace", "n"}, {"job", "j"}, {"task_id", "t"}}}};
  for (const Resource& resource : resources) {
    Settings settings;
    settings.endpoint = server.endpoint(), settings.project = "p", settings.resource = resource;
    settings.metric = "external.googleapis.com/some/odd name?#%";
    auto client = MonitoringClient::open(settings, *http, nullptr, clock);
    ASSERT_TRUE(client.ok()) << client.error().message;
    ASSERT_TRUE(client->ensure_descriptor(points, CreateDescriptor::kYes).ok());
    const auto report = client->send(points, end);
    ASSERT_TRUE(report.ok());
    EXPECT_TRUE(report->complete()) << check_complete(*report).error().message;
  }
  EXPECT_EQ(server.tally().points, 2 * points.size());
  EXPECT_EQ(judge("validate", server.port()), 0);
}

}  // namespace
}  // namespace lastrun::cloud_monitoring
