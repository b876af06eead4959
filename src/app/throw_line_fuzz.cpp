// Any line is a point or an error, and what passes the checks can be written as JSON and read again.

#include "app/throw_line.h"

#include <cstdint>
#include <string_view>

#include "sink/cloud_monitoring/names.h"
#include "sink/cloud_monitoring/wire.h"

namespace lastrun {

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto point = app::decode_throw_line(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!point.ok()) {
    CHECK(!point.error().message.empty());
    CHECK(point.error().message.find('\n') == std::string::npos);
    return 0;
  }
  if (!cloud_monitoring::check_labels(point->labels).ok()) return 0;
  CHECK(cloud_monitoring::is_object(cloud_monitoring::render_time_series(&*point, 1, "t", {}, Time{})));
  return 0;
}

}  // namespace lastrun
