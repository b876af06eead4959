#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace lastrun::cloud_monitoring {

// Label keys and values. Two points with equal labels are two points of one series.
using Labels = std::map<std::string, std::string>;

// The value of one series at the moment that the whole group is sent for.
struct Point {
  Labels labels;
  std::int64_t value = 0;

  bool operator==(const Point&) const = default;
};

// What the series are about, in Cloud Monitoring's terms: "global" with its project, or a cluster, a pod, a task.
struct Resource {
  std::string type = "global";
  Labels labels;  // project_id may be left out
};

}  // namespace lastrun::cloud_monitoring
