#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "sink/cloud_monitoring/point.h"

// The names of Cloud Monitoring: what it accepts, checked before anything is sent, and the URLs made of them.
// Limits: https://cloud.google.com/monitoring/quotas and the discovery document of monitoring.v3.
namespace lastrun::cloud_monitoring {

inline constexpr std::string_view kDefaultEndpoint = "https://monitoring.googleapis.com";
inline constexpr std::size_t kMostLabels = 30;             // per metric descriptor
inline constexpr std::size_t kLongestLabelKey = 100;       // characters
inline constexpr std::size_t kLongestLabelValue = 1024;    // characters (LabelDescriptor.valueType), not bytes
inline constexpr std::size_t kMostActiveSeries = 200'000;  // per monitored resource and metric

// "https://monitoring.googleapis.com" for "googleapis.com", and so on for other universes.
[[nodiscard]] std::string endpoint_of_universe(std::string_view universe_domain);

// Whether requests carry a token.
enum class Auth { kToken, kNone };

// The endpoint without its trailing slashes. Refused (kUsage): other schemes than http and https, credentials, a query
// or a fragment in it, and http with Auth::kToken unless the host is this machine (localhost, 127.0.0.0/8, [::1]):
// a token must not cross a network in clear.
[[nodiscard]] Result<std::string> check_endpoint(std::string_view endpoint, Auth auth);

// A project's id or number, as it may stand in a path: letters, digits, '-', '_', '.', ':'. Else kUsage.
[[nodiscard]] Result<void> check_project(std::string_view project);

// The metric type of a name: "NAME" is "custom.googleapis.com/NAME"; a name that begins with one of the three writable
// prefixes (custom., external., workload.googleapis.com/) is taken whole. Refused (kUsage): empty names or path
// segments, "." and ".." (an URL would swallow them), control characters, other *.googleapis.com prefixes.
[[nodiscard]] Result<std::string> metric_type_of(std::string_view name);

// Keys match [a-zA-Z][a-zA-Z0-9_]* and have at most 100 characters, values are UTF-8 of at most 1024 characters,
// there are at most 30. Else kInput; the message names key and limit.
[[nodiscard]] Result<void> check_labels(const Labels& labels);

// The resource with `project_id` filled in where its type has that label. Refused (kUsage): types that cannot be
// written to, missing and unknown labels.
[[nodiscard]] Result<Resource> check_resource(Resource resource, std::string_view project);

// "{namespace_name="a", kind="b"}" for messages; values are printable, long ones cut.
[[nodiscard]] std::string describe(const Labels& labels);

using lastrun::one_line;  // throw.cpp and throw_line.cpp of app call it by this name

// Every byte but letters, digits, and "-._~/" as %XX; slashes stay (they are part of a metric type).
[[nodiscard]] std::string percent_encode_path(std::string_view path);

// The three URLs that are spoken to; `endpoint` as check_endpoint gives it.
[[nodiscard]] std::string descriptor_url(std::string_view endpoint, std::string_view project, std::string_view type);
[[nodiscard]] std::string descriptors_url(std::string_view endpoint, std::string_view project);
[[nodiscard]] std::string time_series_url(std::string_view endpoint, std::string_view project);

}  // namespace lastrun::cloud_monitoring
