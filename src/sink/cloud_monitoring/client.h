#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "google/token_source.h"
#include "http/client.h"
#include "sink/cloud_monitoring/names.h"
#include "sink/cloud_monitoring/point.h"
#include "sink/cloud_monitoring/report.h"
#include "sink/cloud_monitoring/retry.h"
#include "sink/cloud_monitoring/wire.h"

namespace lastrun::cloud_monitoring {

// Where points go and how patiently.
struct Settings {
  std::string endpoint{kDefaultEndpoint};
  std::string project;
  std::string metric;  // a name or a whole metric type, see metric_type_of
  Resource resource;
  // Requests under way at once. HTTP/2 servers allow 100 on a connection; 32 of 200 series are plenty.
  std::size_t max_concurrent = 32;
  std::chrono::milliseconds request_deadline{12'000};  // Google's own clients wait as long for a create
  // Everything that one client does, retries and pauses too, ends within this; time between its calls does not count.
  // Below the recommended interval of 60 s, so that the next interval finds the field empty.
  std::chrono::milliseconds time_limit{50'000};
  std::uint32_t seed = 0;  // of the random part of pauses
};

enum class CreateDescriptor { kNo, kYes };

// Sends points of one metric to Cloud Monitoring, once: one client for one interval. The HttpClient outlives it and
// keeps the connection.
//
// Retried are failures of the connection, 500, 502, 503, 504, and 429 without a summary, each request at most 6 times,
// with the same bytes; Retry-After is obeyed. 401 drops the token once. Nothing else is ever repeated.
// Errors carry project, metric and the server's own words, never the token.
// Thread: one call at a time. `stop` ends a call within 100 ms: what was under way then is uncertain.
class MonitoringClient {
 public:
  // Checks the names. `http`, `tokens` and `clock` must outlive the client; without `tokens` no request carries one.
  static Result<MonitoringClient> open(Settings settings, http::HttpClient& http, google::TokenSource* tokens,
                                       Clock& clock);

  // What Cloud Monitoring knows of the metric; kNotFound if it does not know it.
  [[nodiscard]] Result<Descriptor> read_descriptor(const std::stop_token& stop = {});

  // Creates the descriptor, or adds labels to one that is there (it never loses any). Gives back the server's answer.
  [[nodiscard]] Result<Descriptor> create_descriptor(const Descriptor& descriptor, const std::stop_token& stop = {});

  // Reads the descriptor and holds it against the points (check_descriptor). With kYes a missing one is created from
  // the points' labels, and one that lacks labels gets them.
  [[nodiscard]] Result<void> ensure_descriptor(const std::vector<Point>& points, CreateDescriptor create,
                                               const std::stop_token& stop = {});

  // Sends the points as of `end_time`, at most 200 a request. An Error means that nothing was sent: kInput for labels
  // that cannot be or two points of one series, kPermission and others where no token was to be had. Everything else
  // is in the report. No points: no request.
  [[nodiscard]] Result<DeliveryReport> send(const std::vector<Point>& points, Time end_time,
                                            const std::stop_token& stop = {});

  // The requests that the calls above would make, one JSON object a line, without credentials.
  [[nodiscard]] std::string dry_read_descriptor() const;
  [[nodiscard]] std::string dry_create_descriptor(const std::vector<Point>& points) const;
  [[nodiscard]] Result<std::string> dry_send(const std::vector<Point>& points, Time end_time) const;

  [[nodiscard]] const std::string& metric_type() const { return settings_.metric; }

 private:
  class Interval;  // one call's share of the time limit
  class Sending;   // one call of send

  MonitoringClient(Settings settings, http::HttpClient& http, google::TokenSource* tokens, Clock& clock)
      : settings_(std::move(settings)), http_(&http), tokens_(tokens), clock_(&clock), backoff_(settings_.seed) {}

  [[nodiscard]] Result<void> fetch_token(const std::stop_token& stop);
  [[nodiscard]] bool time_is_up_in(std::chrono::milliseconds from_now) const;
  [[nodiscard]] http::Request request(http::Method method, std::string url, std::string body) const;
  [[nodiscard]] Result<http::Response> exchange(http::Method method, const std::string& url, const std::string& body,
                                                const std::stop_token& stop);
  // Before another try: what the server asks for, else our own pause.
  [[nodiscard]] std::chrono::milliseconds wait_after(const http::Outcome& outcome, std::size_t tries);
  void pause(std::chrono::milliseconds duration, const std::stop_token& stop);

  Settings settings_;
  http::HttpClient* http_;
  google::TokenSource* tokens_;
  Clock* clock_;
  Backoff backoff_;
  google::Token token_;
  std::chrono::steady_clock::time_point deadline_{};  // of the present call
  std::chrono::steady_clock::duration used_{0};       // by earlier calls
};

// A GAUGE of INT64 whose labels are these, STRING each.
[[nodiscard]] Descriptor descriptor_for(const std::string& metric_type, const std::vector<Point>& points);

// kRejected unless the metric is a GAUGE of INT64 that has every label of every point, with a type that the values fit.
[[nodiscard]] Result<void> check_descriptor(const Descriptor& descriptor, const std::vector<Point>& points);

// Labels as check_labels wants them, no two points of one series, at most 200,000 of them, at most 30 labels in all.
[[nodiscard]] Result<void> check_points(const std::vector<Point>& points);

// The first point that has the labels of an earlier one: {earlier, later}, as indices.
[[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> find_duplicate(const std::vector<Point>& points);

}  // namespace lastrun::cloud_monitoring
