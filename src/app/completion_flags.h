#pragma once

#include "app/flags.h"

namespace lastrun::app {

// Adds `lastrun completion` to the program, which must outlive it: what it prints is made of what CLI11 was told of all
// commands, also those that are added later.
[[nodiscard]] Command add_completion(CLI::App& program);

}  // namespace lastrun::app
