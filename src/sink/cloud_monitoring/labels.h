#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/verdict.h"
#include "sink/cloud_monitoring/point.h"

// Which series a verdict belongs to.
namespace lastrun::cloud_monitoring {

// One label of every series: its value is `pattern` with {cluster}, {namespace}, {kind} and {batch} filled in. A batch
// for which that is empty has no such label.
struct LabelPattern {
  std::string key;
  std::string pattern;

  bool operator==(const LabelPattern&) const = default;
};

// The labels of every series. Empty: those that follow the grouping (series_labels of model/series.h), which never put
// two batches on one series.
using LabelMapping = std::vector<LabelPattern>;

// The user's own, each "KEY=PATTERN" ("team={namespace}"). kUsage for another form, a placeholder that is not one of
// the four, a key that Cloud Monitoring does not take, a key given twice, or none at all.
[[nodiscard]] Result<LabelMapping> parse_label_mapping(const std::vector<std::string>& settings);

// What becomes of several batches on one series.
enum class Reduction {
  kNone,  // refused
  kMax,   // as rule `any`: failing if one fails, else unknown if one is, else fine
};

struct MappedPoints {
  std::vector<Point> points;
  std::size_t unknown = 0;  // series that are not sent because their value is unknown
};

// The points of the verdicts, in their order (a reduced series where its first batch stands). Verdicts without a value
// take part in the search for collisions, for tomorrow they may have one. A collision under kNone is an Error of kind
// kInput that names both batches.
[[nodiscard]] Result<MappedPoints> map_verdicts(const std::vector<Verdict>& verdicts, const LabelMapping& mapping,
                                                Reduction reduction);

}  // namespace lastrun::cloud_monitoring
