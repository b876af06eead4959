#pragma once

#include <string>
#include <vector>

#include "model/verdict.h"

namespace lastrun::json {

// {"batches":[{"cluster","namespace","kind","name","status","failing","reason","also","since","run":{…}}, …],
//  "notes":[…]}, one line a batch. docs/output.md describes every field.
// What is not known is null: `failing` of an unknown batch, `since`, `run`, a run's times.
[[nodiscard]] std::string render(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes);

}  // namespace lastrun::json
