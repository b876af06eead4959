// A dump from a stranger, from its bytes to every output: nothing in it may bring lastrun down or break out of a line.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "judge/listing.h"
#include "sink/json/json.h"
#include "sink/jsonl/jsonl.h"
#include "sink/prometheus/prometheus.h"
#include "sink/table/table.h"
#include "source/file/dump.h"
#include "source/file/testing_stream.h"

namespace lastrun {
namespace {

// The first byte chooses the rule and the grouping.
judge::Settings settings_of(unsigned char byte) {
  judge::Settings settings;
  settings.rule = static_cast<judge::Rule>(byte % 4);
  settings.include_owned = (byte & 64U) != 0;
  if ((byte & 128U) != 0) settings.stopped = judge::StoppedRuns::kDoNotCount;
  if (byte / 4 % 4 == 1) settings.grouping = judge::ByNamespace{};
  if (byte / 4 % 4 == 2) settings.grouping = *judge::Pattern::parse("{namespace}/{label:team}{kind}{batch}{cluster}");
  return settings;
}

class ToListing : public source::ObservationSink {
 public:
  explicit ToListing(judge::Listing& listing) : listing_(listing) {}
  void run(const RunObservation& run) override { listing_.add(run); }
  void schedule(const ScheduleObservation& schedule) override { listing_.add(schedule); }

 private:
  judge::Listing& listing_;
};

std::size_t lines_of(std::string_view text) {
  std::size_t lines = 0;
  for (const char c : text) {
    if (c == '\n') ++lines;
    CHECK(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  judge::Listing listing(settings_of(data[0]));
  ToListing sink(listing);
  source::ObjectDecoder decoder("", {}, sink);
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto read = source::read_dump(source::stream_of(text), "x", decoder, {});
  if (!read.ok()) {
    CHECK(read.error().message.size() < 2000);
    return 0;
  }
  const std::vector<Verdict> verdicts = listing.verdicts();
  table::Style style;
  style.now = parse_rfc3339("2026-11-22T12:00:00Z").value();
  const std::size_t table_lines = lines_of(collect([&](TextOut out) { table::write(verdicts, {}, style, out); }));
  CHECK(table_lines == (verdicts.empty() ? 1 : verdicts.size() + 3));
  CHECK(lines_of(collect([&](TextOut out) { jsonl::write(verdicts, out); })) <= verdicts.size());
  (void)lines_of(collect([&](TextOut out) { json::write(verdicts, {}, out); }));
  (void)collect([&](TextOut out) { prometheus::write(verdicts, out); });
  return 0;
}

}  // namespace lastrun
