#pragma once

namespace lastrun::app {

// The whole program: reads the command line, runs the command, tells what went wrong. Gives back the exit code.
[[nodiscard]] int run(int argc, char** argv);

}  // namespace lastrun::app
