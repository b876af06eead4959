#pragma once

#include <vector>

#include "base/text_out.h"
#include "model/verdict.h"

namespace lastrun::prometheus {

// The verdicts as metrics in the Prometheus text format 0.0.4, for a textfile collector:
// lastrun_batch_failing (0 or 1; absent while unknown), lastrun_batch_status (one series a status, 1 for the one that
// holds), lastrun_batch_last_finish_timestamp_seconds (of the deciding run), lastrun_batches (by status).
// Labels: cluster, namespace, kind, batch.
// Source: prometheus.io/docs/instrumenting/exposition_formats.
void write(const std::vector<Verdict>& verdicts, TextOut out);

}  // namespace lastrun::prometheus
