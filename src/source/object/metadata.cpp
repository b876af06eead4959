#include "source/object/metadata.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

#include "source/object/fields.h"

namespace lastrun::source {
namespace {

using simdjson::dom::element;

Result<void> read_labels(const element& value, Metadata& metadata, std::vector<LabelView>& labels) {
  SeenFields seen;
  return each_field(value, "metadata.labels", [&](std::string_view key, const element& field) -> Result<void> {
    std::string_view text;
    TRY(read(text, field, "a label's value in metadata.labels"));
    labels.push_back({key, text});
    note_label(metadata, labels.back());
    if (key == "lastrun/batch") return seen.see(0, key);
    if (key == "workflows.argoproj.io/phase") return seen.see(1, key);
    if (key == "workflows.argoproj.io/completed") return seen.see(2, key);
    return Ok{};
  });
}

Result<void> read_annotations(const element& value, Metadata& metadata) {
  return each_field(value, "metadata.annotations", [&](std::string_view key, const element& field) -> Result<void> {
    std::string_view text;
    TRY(read(text, field, "an annotation's value in metadata.annotations"));
    note_annotation(metadata, {key, text});
    return Ok{};
  });
}

Result<void> read_owners(const element& value, Metadata& metadata) {
  return each_member(value, "metadata.ownerReferences", [&](const element& member) -> Result<void> {
    Controller owner;
    bool controls = false;
    TRY(each_field(member, "an owner in metadata.ownerReferences",
                   [&](std::string_view key, const element& field) -> Result<void> {
                     if (key == "kind") return read(owner.kind, field, "metadata.ownerReferences.kind");
                     if (key == "name") return read(owner.name, field, "metadata.ownerReferences.name");
                     if (key == "controller") return read(controls, field, "metadata.ownerReferences.controller");
                     return Ok{};
                   }));
    if (controls) metadata.controller = owner;
    return Ok{};
  });
}

Result<void> read_managed_fields(const element& value, Metadata& metadata) {
  return each_member(value, "metadata.managedFields", [&](const element& member) -> Result<void> {
    std::string_view manager;
    std::optional<Time> time;
    TRY(each_field(member, "metadata.managedFields", [&](std::string_view key, const element& field) -> Result<void> {
      if (key == "manager") return read(manager, field, "metadata.managedFields.manager");
      if (key == "time") return read(time, field, "metadata.managedFields.time");
      return Ok{};
    }));
    note_manager(metadata, manager, time);
    return Ok{};
  });
}

}  // namespace

void note_label(Metadata& metadata, const LabelView& label) {
  if (label.key == "lastrun/batch" && metadata.batch_name.empty()) metadata.batch_name = label.value;
  constexpr std::string_view kArgo = "workflows.argoproj.io/";
  if (!label.key.starts_with(kArgo)) return;
  const std::string_view name = label.key.substr(kArgo.size());
  if (name == "phase") metadata.phase = label.value;
  if (name == "completed") metadata.completed = label.value == "true";
  if (name == "action") metadata.action = label.value;
  if (name == "cron-workflow") metadata.cron_workflow = label.value;
  if (name == "workflow-template") metadata.workflow_template = label.value;
  if (name == "cluster-workflow-template") metadata.cluster_workflow_template = label.value;
}

void note_annotation(Metadata& metadata, const LabelView& annotation) {
  const auto& [key, text] = annotation;
  if (key == "lastrun/batch" && !text.empty()) metadata.batch_name = text;
  if (key == "lastrun/tolerate") metadata.has_tolerance = true;
  if (key == "workflows.argoproj.io/scheduled-time") metadata.scheduled = text;
  if (key == "batch.kubernetes.io/cronjob-scheduled-timestamp") metadata.scheduled = text;
  if (key == "workflows.argoproj.io/pod-name-format") metadata.v2_pod_names = text == "v2";
}

// The last time that Argo's controller wrote the object is when a Workflow that has ended did so.
void note_manager(Metadata& metadata, std::string_view manager, std::optional<Time> time) {
  if (manager != "workflow-controller" || !time) return;
  metadata.controller_time = std::max(metadata.controller_time.value_or(*time), *time);
}

std::uint64_t read_version(std::string_view text) {
  std::uint64_t version = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version);
  return error == std::errc() && end == text.data() + text.size() ? version : 0;
}

Result<Metadata> read_metadata(const element& value, std::vector<LabelView>& labels) {
  Metadata metadata;
  SeenFields seen;
  labels.clear();
  TRY(each_field(value, "metadata", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "name") {
      TRY(seen.see(0, "metadata.name"));
      TRY(read(metadata.name, field, "metadata.name"));
    } else if (key == "namespace") {
      TRY(seen.see(1, "metadata.namespace"));
      TRY(read(metadata.namespace_name, field, "metadata.namespace"));
    } else if (key == "uid") {
      TRY(seen.see(2, "metadata.uid"));
      TRY(read(metadata.uid, field, "metadata.uid"));
    } else if (key == "resourceVersion") {
      TRY(seen.see(3, "metadata.resourceVersion"));
      std::string_view text;
      TRY(read(text, field, "metadata.resourceVersion"));
      metadata.version = read_version(text);
    } else if (key == "creationTimestamp") {
      TRY(seen.see(4, "metadata.creationTimestamp"));
      TRY(read(metadata.created, field, "metadata.creationTimestamp"));
    } else if (key == "generateName")
      return read(metadata.generate_name, field, "metadata.generateName");
    else if (key == "labels") {
      TRY(seen.see(5, "metadata.labels"));
      TRY(read_labels(field, metadata, labels));
    } else if (key == "annotations") {
      TRY(seen.see(6, "metadata.annotations"));
      TRY(read_annotations(field, metadata));
    } else if (key == "ownerReferences") {
      TRY(read_owners(field, metadata));
    } else if (key == "managedFields") {
      TRY(read_managed_fields(field, metadata));
    }
    return Ok{};
  }));
  return metadata;
}

}  // namespace lastrun::source
