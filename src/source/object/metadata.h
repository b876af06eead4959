#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/observation.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace lastrun::source {

struct Controller {
  std::string_view kind;
  std::string_view name;
};

// metadata, as far as any kind of object needs it.
struct Metadata {
  std::string_view name;
  std::string_view namespace_name;
  std::string_view uid;
  std::string_view generate_name;
  std::uint64_t version = 0;
  std::optional<Time> created;
  std::optional<Time> controller_time;  // the last time that manager workflow-controller wrote
  Controller controller;

  std::string_view batch_name;  // annotation, else label
  std::string_view scheduled;   // annotation
  bool has_tolerance = false;   // annotation lastrun/tolerate
  bool v2_pod_names = false;
  std::string_view phase;  // the labels of a Workflow
  bool completed = false;
  std::string_view action;
  std::string_view cron_workflow;
  std::string_view workflow_template;
  std::string_view cluster_workflow_template;
};

// Reads an object's metadata. `labels` is filled with all of its labels. Views into `value`.
[[nodiscard]] Result<Metadata> read_metadata(const simdjson::dom::element& value, std::vector<LabelView>& labels);

// What one label, annotation or writer of the object tells, for readers of other encodings.
void note_label(Metadata& metadata, const LabelView& label);
void note_annotation(Metadata& metadata, const LabelView& annotation);
// `time`: when `manager` wrote last.
void note_manager(Metadata& metadata, std::string_view manager, std::optional<Time> time);
// resourceVersion is opaque text that is a number in fact (Kubernetes says since 1.35 that it may be compared as one).
// 0 where it is none.
[[nodiscard]] std::uint64_t read_version(std::string_view text);

}  // namespace lastrun::source
