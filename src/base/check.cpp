#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace lastrun {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "lastrun: internal error: %s does not hold at %s:%d\n", condition, file, line);
  std::abort();
}

}  // namespace lastrun
