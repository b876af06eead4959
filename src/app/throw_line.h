#pragma once

#include <string_view>

#include "base/result.h"
#include "sink/cloud_monitoring/point.h"

namespace lastrun::app {

// Reads one line of `lastrun throw`'s input: {"labels":{"KEY":"VALUE",…},"value":NUMBER}. Other keys are ignored, as
// the old tool did. A value with a fraction is cut toward zero (10.1 is 10, -7.9 is -7).
// kInput, with the byte where it went wrong, for: what is not one JSON object (blank lines, a BOM, NaN, trailing text,
// bytes that are not UTF-8), `labels` or `value` missing, given twice or of another type, a label given twice or with a
// value that is no string, a value beyond 64 bits. nlohmann-json stays in throw_line.cpp.
[[nodiscard]] Result<cloud_monitoring::Point> decode_throw_line(std::string_view line);

}  // namespace lastrun::app
