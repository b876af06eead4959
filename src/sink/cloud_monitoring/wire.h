#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "sink/cloud_monitoring/point.h"

// The JSON bodies of the REST API v3, as its discovery document (monitoring.v3) has them. nlohmann-json stays in
// wire.cpp.
namespace lastrun::cloud_monitoring {

// A label that a metric's series may have; `value_type` is STRING, BOOL or INT64.
struct LabelDescriptor {
  std::string key;
  std::string value_type = "STRING";

  bool operator==(const LabelDescriptor&) const = default;
};

// What Cloud Monitoring knows of a metric.
struct Descriptor {
  std::string type;
  std::string metric_kind;  // GAUGE, DELTA, CUMULATIVE
  std::string value_type;   // BOOL, INT64, DOUBLE, STRING, DISTRIBUTION
  std::vector<LabelDescriptor> labels;

  bool operator==(const Descriptor&) const = default;
};

// So many points of a request were not written, for one cause.
struct PointErrors {
  int code = 0;  // google.rpc.Code
  std::string message;
  std::size_t points = 0;
};

// google.monitoring.v3.CreateTimeSeriesSummary: what became of the points of a failed request. It does not say which.
struct Summary {
  std::size_t total = 0;
  std::size_t success = 0;
  std::vector<PointErrors> errors;
};

// The body of an answer that is no success. Fields that are missing or of another type are empty: a proxy's HTML has
// none.
struct ApiError {
  std::string status;   // "INVALID_ARGUMENT"
  std::string message;  // for people; never decided by
  std::optional<Summary> summary;
};

// The body of projects.timeSeries.create: one series per point, each a GAUGE of INT64 at `end_time` (no start time).
// The same arguments give the same bytes.
// Points and resource have been checked (UTF-8 above all).
[[nodiscard]] std::string render_time_series(const Point* first, std::size_t count, std::string_view metric_type,
                                             const Resource& resource, Time end_time);

// The body of projects.metricDescriptors.create.
[[nodiscard]] std::string render_descriptor(const Descriptor& descriptor);

// The answer of metricDescriptors.get and .create. Missing kind, value type and label type read as the API's defaults.
[[nodiscard]] Result<Descriptor> decode_descriptor(std::string_view body);

[[nodiscard]] ApiError decode_error(std::string_view body);

// Whether a body is a JSON object, which every success of this API is.
[[nodiscard]] bool is_object(std::string_view body);

// One line for people and tools: {"method":"POST","url":"…","body":{…}}; no body for a GET. Printable
// (printable_json), and ends with a newline.
[[nodiscard]] std::string render_dry_run(std::string_view method, std::string_view url, std::string_view body);

// "INVALID_ARGUMENT" for 3, "code 99" for what google.rpc.Code does not have.
[[nodiscard]] std::string name_of_code(int code);

}  // namespace lastrun::cloud_monitoring
