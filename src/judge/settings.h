#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace lastrun::judge {

// Which run of a batch decides (docs/judgement.md, "Rules").
enum class Rule {
  kNewest,           // the pipeline's: the newest by creation; one under way counts as fine
  kNewestFinished,   // the newest that has finished; one under way holds the verdict
  kAny,              // a group fails if one of its owner batches fails
  kLastFinishedPod,  // the pipeline's predecessor: the last pod of a namespace that finished
};

// "newest", "newest-finished", "any", "last-finished-pod".
[[nodiscard]] std::string_view name_of(Rule rule);

// What forms a batch: the run's owner, its namespace, or a pattern such as "{namespace}/{label:team}".
struct ByOwner {};
struct ByNamespace {};

// A pattern of text and placeholders {cluster}, {namespace}, {kind}, {batch} (the owner batch) and {label:KEY}.
// A label that a run lacks reads as an empty string.
class Pattern {
 public:
  // kUsage when a placeholder is unknown or a brace is not closed; the message lists what is allowed.
  static Result<Pattern> parse(std::string_view text);

  enum class Field { kText, kCluster, kNamespace, kKind, kBatch, kLabel };
  struct Part {
    Field field;
    std::string text;  // the literal text, or the label's key
  };
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  // Whether it has a placeholder {label:KEY}.
  [[nodiscard]] bool asks_for_labels() const;

 private:
  std::vector<Part> parts_;
};

using Grouping = std::variant<ByOwner, ByNamespace, Pattern>;

// What to make of a run that somebody stopped.
enum class StoppedRuns { kFail, kDoNotCount };

struct Settings {
  Grouping grouping = ByOwner{};
  Rule rule = Rule::kNewestFinished;
  StoppedRuns stopped = StoppedRuns::kFail;
  bool workflows_only = false;  // as argo list: Jobs are not there
  bool include_owned = false;   // judge Workflows of Workflows and Jobs of other controllers too
  // More batches than these without a schedule in one namespace are left out (failing ones kept first).
  std::size_t max_unscheduled_batches = 1000;
};

}  // namespace lastrun::judge
