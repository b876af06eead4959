#pragma once

#include <vector>

#include "base/text_out.h"
#include "model/verdict.h"

namespace lastrun::jsonl {

// The pipeline's lines, one a batch: {"labels":{"namespace_name":"cron"},"value":0}. Byte for byte what `jq -c` writes.
// Labels are those of series_labels. A batch without a value (unknown) has no line.
void write(const std::vector<Verdict>& verdicts, TextOut out);

}  // namespace lastrun::jsonl
