#include "sink/cloud_monitoring/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "model/series.h"
#include "sink/cloud_monitoring/names.h"

namespace lastrun::cloud_monitoring {
namespace {

// The value of a placeholder, or null for a name that is none.
const std::string* placeholder(const BatchKey& batch, std::string_view name) {
  if (name == "cluster") return &batch.cluster;
  if (name == "namespace") return &batch.namespace_name;
  if (name == "kind") return &batch.kind;
  if (name == "batch") return &batch.name;
  return nullptr;
}

// The pattern filled in; empty if it has an unknown or unclosed placeholder.
std::optional<std::string> fill(std::string_view pattern, const BatchKey& batch) {
  std::string filled;
  for (;;) {
    const auto open = pattern.find('{');
    filled += pattern.substr(0, open);
    if (open == pattern.npos) return filled;
    pattern.remove_prefix(open + 1);
    const auto close = pattern.find('}');
    const std::string* value = placeholder(batch, pattern.substr(0, close));
    if (close == pattern.npos || value == nullptr) return std::nullopt;
    filled += *value;
    pattern.remove_prefix(close + 1);
  }
}

Labels labels_of(const BatchKey& batch, const LabelMapping& mapping) {
  Labels labels;
  // To Cloud Monitoring an empty value and no label are the same series; a descriptor may lack the label then.
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) labels.insert_or_assign(std::string(key), std::string(value));
  };
  if (mapping.empty()) {
    for (const auto& [key, value] : series_labels(batch)) add(key, value);
  }
  for (const LabelPattern& label : mapping) {
    const auto value = fill(label.pattern, batch);
    CHECK(value.has_value());
    add(label.key, *value);
  }
  return labels;
}

std::string describe(const BatchKey& batch) {
  return fmt::format("{} {}/{}{}", batch.kind, one_line(batch.namespace_name), one_line(batch.name),
                     batch.cluster.empty() ? "" : fmt::format(" of cluster {}", one_line(batch.cluster)));
}

// A series and the batches that it stands for.
struct Series {
  const BatchKey* first_batch;
  Labels labels;
  int value = 0;         // the greatest that is known
  bool unknown = false;  // one of them has none
};

}  // namespace

Result<LabelMapping> parse_label_mapping(const std::vector<std::string>& settings) {
  const auto refuse = [](std::string message) { return Error{ErrorKind::kUsage, std::move(message)}; };
  LabelMapping mapping;
  for (const std::string& setting : settings) {
    const auto equals = setting.find('=');
    if (equals == setting.npos) {
      return refuse(fmt::format("label '{}': expected KEY=PATTERN, such as team={{namespace}}", one_line(setting)));
    }
    LabelPattern label{setting.substr(0, equals), setting.substr(equals + 1)};
    if (auto checked = check_labels({{label.key, label.pattern}}); !checked.ok()) {
      return refuse(checked.error().message);
    }
    if (!fill(label.pattern, {})) {
      return refuse(fmt::format("label '{}': expected the placeholders {{cluster}}, {{namespace}}, {{kind}}, {{batch}}",
                                one_line(setting)));
    }
    const bool twice = std::any_of(mapping.begin(), mapping.end(),
                                   [&](const LabelPattern& earlier) { return earlier.key == label.key; });
    if (twice) return refuse(fmt::format("label '{}' is given twice", label.key));
    mapping.push_back(std::move(label));
  }
  if (mapping.empty()) return refuse("no label is given");
  return mapping;
}

Result<MappedPoints> map_verdicts(const std::vector<Verdict>& verdicts, const LabelMapping& mapping,
                                  Reduction reduction) {
  std::vector<Series> series;
  std::map<Labels, std::size_t> places;
  for (const Verdict& verdict : verdicts) {
    Labels labels = labels_of(verdict.batch, mapping);
    if (auto checked = check_labels(labels); !checked.ok()) return checked.error().within(describe(verdict.batch));
    const auto [place, inserted] = places.emplace(std::move(labels), series.size());
    if (inserted) {
      series.push_back(Series{&verdict.batch, place->first, 0, false});
    } else if (reduction == Reduction::kNone) {
      return Error{ErrorKind::kInput,
                   fmt::format("{} and {} would share the series {}; choose labels that tell them apart, or reduce by "
                               "max",
                               describe(*series[place->second].first_batch), describe(verdict.batch),
                               cloud_monitoring::describe(place->first))};
    }
    Series& its = series[place->second];
    const auto value = failing(verdict.status);
    if (value) its.value = std::max(its.value, *value);
    its.unknown |= !value;
  }

  MappedPoints mapped;
  for (Series& each : series) {
    if (each.unknown && each.value == 0) {
      ++mapped.unknown;
    } else {
      mapped.points.push_back(Point{std::move(each.labels), each.value});
    }
  }
  return mapped;
}

}  // namespace lastrun::cloud_monitoring
