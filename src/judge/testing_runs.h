#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "judge/settings.h"
#include "model/verdict.h"

namespace lastrun::judge::testing {

// Judges runs and schedules that are written as text, one after another, with ';' between:
//
//   a F 00:00-00:10 slot=00:00; b S 00:05-00:20; c R 00:30; cronworkflow nightly last=00:30 succeeded=3
//
// A run: its name, how it is (S Succeeded, F Failed, E Error and completed; R Running, P Pending; - without a phase),
// when it was created and, behind a dash, finished; then what else it has: slot= (a time) uid= (the number at a UUID's
// end) text-uid= version= phase= not-completed action= shutdown unlabelled nodes=none exit-handler message= ns=
// cluster= batch= cron= cronjob= template= cluster-template= generate= owned job pod label:KEY=. It is a Workflow of
// namespace n with generateName `b-`: of batch b, unless its line says otherwise. A schedule: last= success= (times)
// succeeded= failed= active[=RUN] replaces not-selected suspended submission-error spec-error ns=. Times are hours and
// minutes, and seconds if need be, of one day.
//
// The answer has a line a batch: "failed run-failed a since 00:10", "-" for what is absent, "since >=00:10" for
// since_at_least; then what else there is: "also ok", "stale", "suspended", "(message)". Batches other than n's
// Workflow b are named before it: "CronWorkflow nightly: …". Aborts on a text that it cannot read.
[[nodiscard]] std::string judge_in_this_order(std::string_view objects, const Settings& settings = {});

// The same for verdicts that do not depend on the order of the listing: judges every order (of up to six objects;
// beyond, each rotation and its reverse). Where they differ, the answer tells both.
[[nodiscard]] std::string judge_in_any_order(std::string_view objects, const Settings& settings = {});

}  // namespace lastrun::judge::testing
