// Whatever a server answers, every point is counted exactly once. The first byte chooses the status, the rest is the
// body of the answer to a first try and to a second one after a 503.

#include <array>
#include <cstdint>
#include <string>

#include "sink/cloud_monitoring/retry.h"

namespace lastrun::cloud_monitoring {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  constexpr std::array<int, 8> kStatuses{200, 400, 401, 403, 429, 500, 503, 204};
  const int status = kStatuses[data[0] % kStatuses.size()];
  const std::string body(reinterpret_cast<const char*>(data + 1), size - 1);
  for (const bool second : {false, true}) {
    DeliveryReport report;
    report.points = 200;
    Progress progress;
    progress.points = report.points;
    if (second) CHECK(judge_answer(http::Response{503, {}, body}, Time{}, progress, report) == Next::kRetry);
    const Next next = judge_answer(http::Response{status, {}, body}, Time{}, progress, report);
    if (next != Next::kDone) give_up(progress, "given up", report);
    CHECK(report.delivered + report.refused + report.uncertain + report.unsent == report.points);
    (void)check_complete(report).ok();
  }
  const auto descriptor = decode_descriptor(body);
  if (descriptor.ok()) CHECK(decode_descriptor(render_descriptor(*descriptor)).ok());
  return 0;
}

}  // namespace lastrun::cloud_monitoring
