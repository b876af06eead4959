#pragma once

#include <string>
#include <string_view>

#include "base/function_ref.h"

namespace lastrun {

// Where text goes, piece after piece: what is written may be longer than one wants to hold.
using TextOut = FunctionRef<void(std::string_view)>;

// All that `write(out)` writes, as one text.
[[nodiscard]] inline std::string collect(FunctionRef<void(TextOut out)> write) {
  std::string text;
  const auto append = [&](std::string_view piece) { text += piece; };
  write(append);
  return text;
}

}  // namespace lastrun
