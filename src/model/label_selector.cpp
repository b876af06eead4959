#include "model/label_selector.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace lastrun {
namespace {

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Up to the next comma that stands outside of parentheses.
std::string_view take_requirement(std::string_view& text) {
  int depth = 0;
  size_t end = 0;
  for (; end < text.size(); ++end) {
    if (text[end] == '(') ++depth;
    if (text[end] == ')') --depth;
    if (text[end] == ',' && depth <= 0) break;
  }
  const std::string_view requirement = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return requirement;
}

Error wrong(std::string_view requirement) {
  return Error{ErrorKind::kUsage, "cannot read the label selector at \"" + std::string(requirement) +
                                      "\"; expected key=value, key!=value, key in (a,b), key notin (a,b), key or !key"};
}

// A label's key or value; an empty one is a value.
bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == '/';
  });
}

}  // namespace

Result<LabelSelector::Requirement> LabelSelector::parse_requirement(std::string_view text) {
  if (text.empty()) return wrong(text);
  if (text.front() == '!') {
    const std::string_view key = trim(text.substr(1));
    if (key.empty() || !is_plain(key)) return wrong(text);
    return Requirement{std::string(key), Operator::kAbsent, {}};
  }
  if (text.back() == ')') {
    const size_t open = text.find('(');
    if (open == std::string_view::npos) return wrong(text);
    const std::string_view head = trim(text.substr(0, open));
    const size_t space = head.find(' ');
    if (space == std::string_view::npos) return wrong(text);
    const std::string_view op = trim(head.substr(space));
    if (op != "in" && op != "notin") return wrong(text);
    Requirement requirement{std::string(head.substr(0, space)), op == "in" ? Operator::kIn : Operator::kNotIn, {}};
    std::string_view values = text.substr(open + 1, text.size() - open - 2);
    do {
      const std::string_view value = trim(take_requirement(values));
      if (!is_plain(value)) return wrong(text);
      requirement.values.emplace_back(value);
    } while (!values.empty());
    return requirement;
  }
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    if (!is_plain(text)) return wrong(text);
    return Requirement{std::string(text), Operator::kExists, {}};
  }
  const bool negated = equals > 0 && text[equals - 1] == '!';
  const std::string_view key = trim(text.substr(0, negated ? equals - 1 : equals));
  std::string_view value = text.substr(equals + 1);
  if (!negated && value.starts_with('=')) value.remove_prefix(1);
  value = trim(value);
  if (key.empty() || !is_plain(key) || !is_plain(value)) return wrong(text);
  return Requirement{std::string(key), negated ? Operator::kNotIn : Operator::kIn, {std::string(value)}};
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector selector;
  text = trim(text);
  while (!text.empty()) {
    TRY_ASSIGN(auto requirement, parse_requirement(trim(take_requirement(text))));
    selector.requirements_.push_back(std::move(requirement));
  }
  return selector;
}

bool LabelSelector::matches(std::span<const LabelView> labels) const {
  return std::all_of(requirements_.begin(), requirements_.end(), [&](const Requirement& requirement) {
    const auto label = std::find_if(labels.begin(), labels.end(),
                                    [&](const LabelView& candidate) { return candidate.key == requirement.key; });
    const bool present = label != labels.end();
    if (requirement.op == Operator::kExists) return present;
    if (requirement.op == Operator::kAbsent) return !present;
    const auto& values = requirement.values;
    const bool listed = present && std::find(values.begin(), values.end(), label->value) != values.end();
    return requirement.op == Operator::kIn ? listed : !listed;
  });
}

}  // namespace lastrun
