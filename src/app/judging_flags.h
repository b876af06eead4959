#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/judge_dump.h"
#include "base/result.h"
#include "base/time.h"

namespace CLI {
class App;
}

namespace lastrun::app {

// What the flags of judging say, as texts; made into DumpOptions once all are read.
struct JudgingFlags {
  std::vector<std::string> files;
  std::string group_by;
  std::string rule;
  bool like_the_pipeline = false;
  std::vector<std::string> namespaces;
  std::string selector;
  std::string cluster;
  std::string stopped = "fail";
  bool include_owned = false;
  std::string max_batches = "1000";
  std::string now;
  std::string tolerate;
};

// Adds the flags that every command has which judges dumps. `flags` must outlive the command.
void add_judging_flags(CLI::App& command, JudgingFlags& flags);

// What they say. kUsage for what is not allowed, or when no dump is given and standard input is a terminal.
[[nodiscard]] Result<DumpOptions> read_dump_options(const JudgingFlags& flags);

// --now; empty where it is not given.
[[nodiscard]] Result<std::optional<Time>> read_now(const JudgingFlags& flags);

}  // namespace lastrun::app
