#pragma once

#include "app/flags.h"

namespace lastrun::app {

// Adds `lastrun compare` to the program: its flags, its help, and what reads and runs it.
[[nodiscard]] Command add_compare(CLI::App& program);

}  // namespace lastrun::app
