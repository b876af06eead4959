#include "harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/check.h"

namespace lastrun::cloud_monitoring {

MonitoringServer::MonitoringServer(Transport transport) : transport_(transport) {
  std::vector<std::string> arguments;
  if (transport == Transport::kHttp2) arguments = {"--tls", certificates_.path().string()};
  auto started = testing::ServerProcess::start_python(LASTRUN_SOURCE_DIR "/test/monitoring/server.py", arguments);
  CHECK(started.ok());
  process_ = std::make_unique<testing::ServerProcess>(std::move(started).value());
  http_ = open_http();
}

std::string MonitoringServer::endpoint() const {
  return fmt::format("{}://{}", transport_ == Transport::kHttp2 ? "https" : "http", authority());
}

std::unique_ptr<http::CurlHttpClient> MonitoringServer::open_http() const {
  http::CurlOptions options;
  if (transport_ == Transport::kHttp2) options.ca_file = certificates_.file("ca.pem");
  auto opened = http::CurlHttpClient::open(options);
  CHECK(opened.ok());
  return std::move(opened).value();
}

std::string MonitoringServer::get(const std::string& path, const std::string& body) {
  http::Request request;
  request.method = body.empty() ? http::Method::kGet : http::Method::kPost;
  request.url = endpoint() + path;
  request.body = body;
  auto outcome = http_->send(request);
  if (!outcome.ok()) {
    ADD_FAILURE() << path << ": " << outcome.error().message;
    return "{}";
  }
  EXPECT_EQ(outcome->status, 200) << path << ": " << outcome->body;
  return std::move(outcome->body);
}

void MonitoringServer::control(const std::string& order) {
  get("/_control", order);
}

Tally MonitoringServer::tally() {
  const auto json = nlohmann::json::parse(get("/_tally"));
  return Tally{json.at("points"), json.at("series"), json.at("rewritten"), json.at("end_times")};
}

std::string MonitoringServer::stats() {
  return get("/_stats/reset");
}

Result<google::Token> ServerTokens::token(std::stop_token stop) {
  if (held_.empty()) {
    http::Request request;
    request.url = endpoint_ + "/computeMetadata/v1/instance/service-accounts/default/token";
    request.headers.add("Metadata-Flavor", "Google");
    TRY_ASSIGN(const http::Response response, http_.send(request, std::move(stop)));
    held_ = nlohmann::json::parse(response.body).at("access_token");
  }
  return google::Token{held_, "", ""};
}

std::vector<Point> numbered_points(std::size_t count) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < count; ++i) points.push_back(Point{{{"batch", std::to_string(i)}}, 1});
  return points;
}

}  // namespace lastrun::cloud_monitoring
