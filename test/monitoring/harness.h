#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "google/token_source.h"
#include "http/curl_client.h"
#include "sink/cloud_monitoring/client.h"
#include "testing/server_process.h"
#include "testing/temp_dir.h"

// test/monitoring/server.py as a test sees it.
namespace lastrun::cloud_monitoring {

enum class Transport { kHttp1, kHttp2 };  // plain, or over TLS

// What the server has written, all told.
struct Tally {
  std::size_t points = 0;
  std::size_t series = 0;
  std::size_t rewritten = 0;  // points beyond the first of a series
  std::vector<std::string> end_times;
};

class MonitoringServer {
 public:
  // A server that cannot be started is a CHECK: nothing can be tested then.
  explicit MonitoringServer(Transport transport);

  // A JSON object, see server.py; it must be taken.
  void control(const std::string& order);
  [[nodiscard]] Tally tally();
  // {"connections": …} of http_server.py, and what is there since the last call.
  [[nodiscard]] std::string stats();
  [[nodiscard]] std::string endpoint() const;
  [[nodiscard]] std::string authority() const { return process_->authority(); }
  [[nodiscard]] int port() const { return process_->port(); }
  // A client that trusts the server's certificate.
  [[nodiscard]] std::unique_ptr<http::CurlHttpClient> open_http() const;

 private:
  std::string get(const std::string& path, const std::string& body = {});

  Transport transport_;
  testing::TempDir certificates_;
  std::unique_ptr<testing::ServerProcess> process_;
  std::unique_ptr<http::CurlHttpClient> http_;
};

// Asks that server's metadata endpoint for tokens, over whatever it speaks.
class ServerTokens : public google::TokenSource {
 public:
  ServerTokens(std::string endpoint, http::HttpClient& http) : endpoint_(std::move(endpoint)), http_(http) {}
  Result<google::Token> token(std::stop_token stop) override;
  void drop() override { held_.clear(); }

 private:
  std::string endpoint_;
  http::HttpClient& http_;
  std::string held_;
};

// The system's clock, on which pauses are over at once.
class HastyClock : public Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return std::chrono::system_clock::now(); }
  [[nodiscard]] std::chrono::steady_clock::time_point steady_now() const override {
    return std::chrono::steady_clock::now() + slept_;
  }
  void sleep_for(std::chrono::milliseconds duration) override { slept_ += duration; }

 private:
  std::chrono::milliseconds slept_{0};
};

// {"batch": "0"}, {"batch": "1"}, …
[[nodiscard]] std::vector<Point> numbered_points(std::size_t count);

}  // namespace lastrun::cloud_monitoring
