#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/observation.h"

namespace lastrun {

// A choice of objects by their labels, in kubectl's language: "team=a,env!=test,tier in (web, db),!legacy".
// Source: Kubernetes, "Labels and Selectors"; k8s.io/apimachinery/pkg/labels.
class LabelSelector {
 public:
  // The empty selector chooses everything.
  LabelSelector() = default;
  // kUsage with what is wrong and where. Empty text chooses everything.
  static Result<LabelSelector> parse(std::string_view text);

  // True when every requirement holds. As in Kubernetes, `!=` and `notin` hold too where the label is absent.
  [[nodiscard]] bool matches(std::span<const LabelView> labels) const;
  [[nodiscard]] bool empty() const { return requirements_.empty(); }

 private:
  enum class Operator { kIn, kNotIn, kExists, kAbsent };
  struct Requirement {
    std::string key;
    Operator op;
    std::vector<std::string> values;
  };
  static Result<Requirement> parse_requirement(std::string_view text);

  std::vector<Requirement> requirements_;
};

}  // namespace lastrun
