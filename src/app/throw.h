#pragma once

#include <cstdio>
#include <stop_token>

#include "app/throw_flags.h"
#include "base/result.h"
#include "base/time.h"
#include "google/token_source.h"
#include "http/client.h"

// `lastrun throw`: in place of cloud_monitoring_metrics_throw, the tool that the pipeline ended in.
//
// Kept: the flags, the input (JSON lines), the descriptor read first, INT64 always, one end time in whole seconds,
// success without a word, and nothing sent if any line is bad. Empty input reads the descriptor and is fine.
// Mended: lines of any length up to 1 MiB, more than 200 lines, retries, deadlines; two lines of one series and a
// descriptor that does not fit are refused before anything is sent.
namespace lastrun::app {

// What a run works with. `tokens` may be null under Auth::kNone and DryRun::kYes. `in` is read to its end; `out` gets
// the requests of a dry run, one JSON object a line, and nothing otherwise.
struct ThrowWorld {
  http::HttpClient& http;
  google::TokenSource* tokens;
  Clock& clock;
  std::FILE* in;
  std::FILE* out;
};

// Does it all. Ok: every point was delivered (dry run: every request printed). Exit codes: 0 for Ok, 2 for kUsage, 1
// for any other error, as the old tool's. The message names lines of input by number, counts what was delivered,
// refused and left uncertain, and has no secret in it.
[[nodiscard]] Result<void> run_throw(const ThrowOptions& options, const ThrowWorld& world,
                                     const std::stop_token& stop = {});

}  // namespace lastrun::app
