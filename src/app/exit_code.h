#pragma once

#include <vector>

#include "model/verdict.h"

namespace lastrun::app {

// What the program's end tells, the same for all commands unless they say otherwise.
inline constexpr int kFine = 0;
inline constexpr int kFailing = 1;
inline constexpr int kCannotTell = 2;  // unreadable input, unknown verdicts, wrong usage

// kFailing if anything fails, else kCannotTell if anything is unknown, else kFine.
[[nodiscard]] int exit_code(const std::vector<Verdict>& verdicts);

}  // namespace lastrun::app
