#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lastrun::app {

// The candidate that was probably meant by `word`; empty if none is near. Near: `word` is the beginning of exactly one
// of them (at least 3 letters of it), or one of them is at most a third of its letters away, where a letter that is
// wrong, missing, too many or changed places with its neighbour counts one. The first of equally near ones.
// Dashes in front count neither way, nor does case.
[[nodiscard]] std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace lastrun::app
