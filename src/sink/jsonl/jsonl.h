#pragma once

#include <string>
#include <vector>

#include "model/verdict.h"

namespace lastrun::jsonl {

// The pipeline's lines, one a batch: {"labels":{"namespace_name":"cron"},"value":0}. Byte for byte what `jq -c` writes.
// Labels are those of series_labels. A batch without a value (unknown) has no line.
[[nodiscard]] std::string render(const std::vector<Verdict>& verdicts);

}  // namespace lastrun::jsonl
