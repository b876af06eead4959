#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/google_world.h"
#include "app/judge_dump.h"
#include "base/result.h"
#include "base/time.h"
#include "sink/cloud_monitoring/labels.h"
#include "sink/cloud_monitoring/point.h"

namespace lastrun::app {

struct PostOptions {
  DumpOptions dump;
  std::optional<Time> now;  // empty: the wall clock
  std::string project;      // empty: that of the credentials
  std::string metric;
  std::string endpoint;             // empty: Cloud Monitoring's own
  std::vector<std::string> labels;  // KEY=PATTERN; empty: they follow the grouping
  cloud_monitoring::Reduction reduction = cloud_monitoring::Reduction::kNone;
  cloud_monitoring::Resource resource;
  bool create_descriptor = false;
  bool dry_run = false;
  GoogleOptions google;
};

// `lastrun post`: judges a dump and sends one point a batch to Cloud Monitoring. The exit code: 0 all was delivered
// (whatever the verdicts), else an error. Says nothing on success; on a terminal, a line on what was sent.
[[nodiscard]] Result<int> run_post(const PostOptions& options);

}  // namespace lastrun::app
