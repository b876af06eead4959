#include "app/exit_code.h"

#include <algorithm>

namespace lastrun::app {

int exit_code(const std::vector<Verdict>& verdicts) {
  const auto any = [&](Status status) {
    return std::any_of(verdicts.begin(), verdicts.end(),
                       [&](const Verdict& verdict) { return verdict.status == status; });
  };
  if (any(Status::kFailed)) return kFailing;
  return any(Status::kUnknown) ? kCannotTell : kFine;
}

}  // namespace lastrun::app
