#pragma once

#include <string>
#include <vector>

#include "base/text_out.h"
#include "model/verdict.h"

namespace lastrun::json {

// {"batches":[{"cluster","namespace","kind","name","status","failing","reason","also","since","run":{…}}, …],
//  "notes":[…]}, one line a batch. docs/output.md describes every field.
// What is not known is null: `failing` of an unknown batch, `since`, `run`, a run's times.
void write(const std::vector<Verdict>& verdicts, const std::vector<std::string>& notes, TextOut out);

}  // namespace lastrun::json
