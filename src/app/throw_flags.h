#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "sink/cloud_monitoring/names.h"

namespace CLI {
class App;
}

namespace lastrun::app {

enum class DryRun { kNo, kYes };

struct ThrowOptions {
  std::string project;
  std::string metric_name;
  std::string endpoint;  // empty: Cloud Monitoring's own (of the credentials' universe, if the caller fills it in)
  std::string credentials_file;  // empty: Application Default Credentials
  std::string ca_file;           // empty: the system's CAs
  std::string proxy;             // empty: the environment's
  cloud_monitoring::Auth auth = cloud_monitoring::Auth::kToken;
  DryRun dry_run = DryRun::kNo;
  bool help = false;  // asked for; nothing else was checked

  bool operator==(const ThrowOptions&) const = default;
};

// What follows `lastrun throw` on the command line, read as Go's flag package reads it, for the old tool was written in
// Go: one dash or two, `-project P` or `-project=P`, `--` ends the flags. The last of a repeated flag counts.
// kUsage: an unknown flag, a value missing, an argument that is no flag, --project or --metricName missing or empty.
[[nodiscard]] Result<ThrowOptions> parse_throw_options(const std::vector<std::string>& arguments);

// What --help prints.
[[nodiscard]] std::string throw_usage();

// Tells CLI11 that there is a `throw` and what its flags are: for the help and the completion, which are made of that.
void describe_throw(CLI::App& program);

}  // namespace lastrun::app
