#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "judge/listing.h"
#include "judge/settings.h"
#include "source/object/object_decoder.h"

namespace lastrun::app {

// What to read and how to judge it.
struct DumpOptions {
  std::vector<std::string> files;  // "-" is standard input
  std::string cluster;             // the name that the dump's cluster goes by
  source::ObjectFilter filter;
  judge::Settings settings;
};

// Verdicts of a dump, and what a reader should know about them.
struct JudgedDump {
  std::vector<Verdict> verdicts;
  std::vector<std::string> notes;     // what was left out, and what a dump cannot show
  std::vector<std::string> warnings;  // what may make a verdict wrong
  bool incomplete = false;            // the listing is a page of several: what it does not show may fail
};

// Several judges that listen to one reading.
class DumpReading {
 public:
  explicit DumpReading(std::vector<judge::Settings> settings);

  // Reads all files to their ends. Errors name file, byte and line; then nothing may be judged.
  // Also an error: no object in non-empty input that anything can be said about.
  [[nodiscard]] Result<void> read(const DumpOptions& options);

  // The verdicts of the i-th judge; once for each.
  [[nodiscard]] JudgedDump judged(std::size_t i, Time now);

 private:
  std::vector<judge::Listing> listings_;
  source::ObjectCounts counts_;
  std::vector<std::string> namespaces_without_objects_;  // of those that the filter names
};

// Reads and judges with one judge.
[[nodiscard]] Result<JudgedDump> judge_dump(const DumpOptions& options, Time now);

}  // namespace lastrun::app
