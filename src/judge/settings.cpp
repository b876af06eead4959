#include "judge/settings.h"

#include <algorithm>

#include "base/check.h"

namespace lastrun::judge {

std::string_view name_of(Rule rule) {
  switch (rule) {
    case Rule::kNewest: return "newest";
    case Rule::kNewestFinished: return "newest-finished";
    case Rule::kAny: return "any";
    case Rule::kLastFinishedPod: return "last-finished-pod";
  }
  CHECK(false);
}

namespace {

constexpr std::string_view kAllowed = "{cluster}, {namespace}, {kind}, {batch} and {label:KEY}";

Result<Pattern::Part> parse_placeholder(std::string_view name) {
  constexpr std::string_view kLabel = "label:";
  if (name == "cluster") return Pattern::Part{Pattern::Field::kCluster, {}};
  if (name == "namespace") return Pattern::Part{Pattern::Field::kNamespace, {}};
  if (name == "kind") return Pattern::Part{Pattern::Field::kKind, {}};
  if (name == "batch") return Pattern::Part{Pattern::Field::kBatch, {}};
  if (name.starts_with(kLabel) && name.size() > kLabel.size()) {
    return Pattern::Part{Pattern::Field::kLabel, std::string(name.substr(kLabel.size()))};
  }
  return Error{ErrorKind::kUsage,
               "unknown placeholder {" + std::string(name) + "} in a pattern; allowed are " + std::string(kAllowed)};
}

}  // namespace

bool Pattern::asks_for_labels() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.field == Field::kLabel; });
}

Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern pattern;
  bool any_placeholder = false;
  while (!text.empty()) {
    const size_t open = text.find('{');
    if (open != 0) {
      pattern.parts_.push_back({Field::kText, std::string(text.substr(0, open))});
      text.remove_prefix(std::min(open, text.size()));
      continue;
    }
    const size_t close = text.find('}');
    if (close == std::string_view::npos) {
      return Error{ErrorKind::kUsage, "a '{' in the pattern is not closed: " + std::string(text)};
    }
    TRY_ASSIGN(Part part, parse_placeholder(text.substr(1, close - 1)));
    pattern.parts_.push_back(std::move(part));
    any_placeholder = true;
    text.remove_prefix(close + 1);
  }
  if (!any_placeholder) {
    return Error{ErrorKind::kUsage, "a pattern needs at least one placeholder of " + std::string(kAllowed)};
  }
  return pattern;
}

}  // namespace lastrun::judge
