#pragma once

namespace lastrun {

// Prints where and what to standard error, then aborts. Use it through CHECK.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace lastrun

// A condition that only a mistake of ours can break. On in every build: a monitor that goes on with a broken
// invariant lies, one that dies is noticed and started again. Never for input, network or disk: those are Results.
#define CHECK(condition) ((condition) ? (void)0 : ::lastrun::check_failed(#condition, __FILE__, __LINE__))
