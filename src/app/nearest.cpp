#include "app/nearest.h"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace lastrun::app {
namespace {

constexpr std::size_t kLongest = 64;  // letters; what is longer is nobody's slip

std::string letters(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  std::string text(word);
  for (char& letter : text) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return text;
}

// How many slips turn `a` into `b`: three rows of the table of the distances between their beginnings.
std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string wanted = letters(word);
  if (wanted.empty() || wanted.size() > kLongest) return "";
  const auto begins = [&](const std::string& candidate) { return letters(candidate).starts_with(wanted); };
  if (wanted.size() >= 3 && std::count_if(candidates.begin(), candidates.end(), begins) == 1) {
    return *std::find_if(candidates.begin(), candidates.end(), begins);
  }
  std::string best;
  std::size_t least = kLongest;
  for (const std::string& candidate : candidates) {
    const std::string there = letters(candidate);
    const std::size_t slips = distance(wanted, there);
    if (slips < least && slips * 3 <= there.size()) {
      best = candidate;
      least = slips;
    }
  }
  return best;
}

}  // namespace lastrun::app
