#include "sink/cloud_monitoring/wire.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace lastrun::cloud_monitoring {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSummaryType = "type.googleapis.com/google.monitoring.v3.CreateTimeSeriesSummary";

// The member, or null where `value` is no object or has none.
const Json& member(const Json& value, const char* key) {
  static const Json kNull;
  if (!value.is_object()) return kNull;
  const auto found = value.find(key);
  return found == value.end() ? kNull : *found;
}

std::string text_of(const Json& value, std::string fallback = {}) {
  return value.is_string() ? value.get<std::string>() : std::move(fallback);
}

// A count; proto3 leaves zeros out, and what is negative or no number counts as none.
std::size_t count_of(const Json& value) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < 0) return 0;
  return value.get<std::size_t>();
}

Json parse(std::string_view body) {
  return Json::parse(body, nullptr, /*allow_exceptions=*/false);
}

// Never throws on bytes that are not UTF-8: foreign text comes back with U+FFFD.
std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Summary decode_summary(const Json& detail) {
  Summary summary{count_of(member(detail, "totalPointCount")), count_of(member(detail, "successPointCount")), {}};
  for (const Json& error : member(detail, "errors")) {
    const Json& status = member(error, "status");
    const Json& code = member(status, "code");
    summary.errors.push_back(PointErrors{code.is_number_integer() ? code.get<int>() : 0,
                                         text_of(member(status, "message")), count_of(member(error, "pointCount"))});
  }
  return summary;
}

}  // namespace

std::string render_time_series(const Point* first, std::size_t count, std::string_view metric_type,
                               const Resource& resource, Time end_time) {
  const Json resource_json{{"type", resource.type}, {"labels", resource.labels}};
  const std::string end = format_rfc3339(end_time);
  Json series = Json::array();
  for (const Point* point = first; point != first + count; ++point) {
    const Json value{{"interval", {{"endTime", end}}}, {"value", {{"int64Value", std::to_string(point->value)}}}};
    series.push_back(Json{{"metric", {{"type", metric_type}, {"labels", point->labels}}},
                          {"resource", resource_json},
                          {"metricKind", "GAUGE"},
                          {"valueType", "INT64"},
                          {"points", Json::array({value})}});
  }
  return dump(Json{{"timeSeries", std::move(series)}});
}

std::string render_descriptor(const Descriptor& descriptor) {
  Json labels = Json::array();
  for (const LabelDescriptor& label : descriptor.labels) {
    labels.push_back(Json{{"key", label.key}, {"valueType", label.value_type}});
  }
  return dump(Json{{"type", descriptor.type},
                   {"metricKind", descriptor.metric_kind},
                   {"valueType", descriptor.value_type},
                   {"description", "1: the last run of the batch failed. 0: it did not. Written by lastrun."},
                   {"labels", std::move(labels)}});
}

Result<Descriptor> decode_descriptor(std::string_view body) {
  const Json json = parse(body);
  if (!json.is_object() || !member(json, "type").is_string()) {
    return Error{ErrorKind::kUnavailable, "the answer is no metric descriptor"};
  }
  Descriptor descriptor{text_of(member(json, "type")),
                        text_of(member(json, "metricKind"), "METRIC_KIND_UNSPECIFIED"),
                        text_of(member(json, "valueType"), "VALUE_TYPE_UNSPECIFIED"),
                        {}};
  for (const Json& label : member(json, "labels")) {
    descriptor.labels.push_back(
        LabelDescriptor{text_of(member(label, "key")), text_of(member(label, "valueType"), "STRING")});
  }
  return descriptor;
}

ApiError decode_error(std::string_view body) {
  const Json json = parse(body);
  const Json& error = member(json, "error");
  ApiError decoded{text_of(member(error, "status")), text_of(member(error, "message")), std::nullopt};
  for (const Json& detail : member(error, "details")) {
    if (text_of(member(detail, "@type")) == kSummaryType) decoded.summary = decode_summary(detail);
  }
  return decoded;
}

bool is_object(std::string_view body) {
  return parse(body).is_object();
}

std::string render_dry_run(std::string_view method, std::string_view url, std::string_view body) {
  Json line{{"method", method}, {"url", url}};
  if (!body.empty()) line["body"] = parse(body);
  return printable_json(dump(line)) + "\n";
}

std::string name_of_code(int code) {
  static constexpr std::array<std::string_view, 17> kNames{
      "OK",        "CANCELLED",      "UNKNOWN",           "INVALID_ARGUMENT",   "DEADLINE_EXCEEDED",
      "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
      "ABORTED",   "OUT_OF_RANGE",   "UNIMPLEMENTED",     "INTERNAL",           "UNAVAILABLE",
      "DATA_LOSS", "UNAUTHENTICATED"};
  if (code < 0 || code >= static_cast<int>(kNames.size())) return fmt::format("code {}", code);
  return std::string(kNames[static_cast<std::size_t>(code)]);
}

}  // namespace lastrun::cloud_monitoring
