#include "source/object/failed_node.h"

#include <simdjson.h>

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace lastrun::source {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::string_view kExitHandler = ".onExit";

struct Node {
  std::string_view id;
  std::string_view boundary;  // the node whose template it is part of
  std::string_view name;
  std::string_view type;
  std::string_view phase;
  std::string_view template_name;
  std::string_view message;
  std::string_view finished;
  std::string_view exit_code;
};

std::string_view text_of(const element& value) {
  std::string_view text;
  if (value.get(text) != simdjson::SUCCESS) return {};
  return text;
}

// A step calls its template by name, or by a reference into another template.
std::string_view referenced_template(const element& reference) {
  element name;
  return reference["template"].get(name) == simdjson::SUCCESS ? text_of(name) : std::string_view();
}

std::string_view exit_code_of(const element& outputs) {
  element code;
  return outputs["exitCode"].get(code) == simdjson::SUCCESS ? text_of(code) : std::string_view();
}

Node read_node(const object& fields) {
  Node node;
  for (const auto field : fields) {
    if (field.key == "id") node.id = text_of(field.value);
    if (field.key == "boundaryID") node.boundary = text_of(field.value);
    if (field.key == "name") node.name = text_of(field.value);
    if (field.key == "type") node.type = text_of(field.value);
    if (field.key == "phase") node.phase = text_of(field.value);
    if (field.key == "templateName") node.template_name = text_of(field.value);
    if (field.key == "templateRef") node.template_name = referenced_template(field.value);
    if (field.key == "message") node.message = text_of(field.value);
    if (field.key == "finishedAt") node.finished = text_of(field.value);
    if (field.key == "outputs") node.exit_code = exit_code_of(field.value);
  }
  return node;
}

void add_children(const object& fields, std::unordered_set<std::string_view>& ids) {
  array children;
  if (fields["children"].get(children) != simdjson::SUCCESS) return;
  for (const element child : children) ids.insert(text_of(child));
  ids.erase(std::string_view());
}

// Takes the nodes `made_good` out of `failed`, and all that failed inside of them.
void leave_out(std::vector<Node>& failed, std::unordered_set<std::string_view>& made_good) {
  while (true) {
    const auto inside = std::partition(failed.begin(), failed.end(), [&](const Node& node) {
      return !made_good.contains(node.id) && !made_good.contains(node.boundary);
    });
    if (inside == failed.end()) return;
    for (auto node = inside; node != failed.end(); ++node) {
      if (!node->id.empty()) made_good.insert(node->id);
    }
    failed.erase(inside, failed.end());
  }
}

bool is_exit_handler(const Node& node) {
  return node.name.find(kExitHandler) != std::string_view::npos;
}

// Whether `a` explains the failure better than `b`: the work before the exit handler, pods before what holds them, then
// whichever ended first (a group of nodes ends after its members).
bool explains_better(const Node& a, const Node& b) {
  if (is_exit_handler(a) != is_exit_handler(b)) return !is_exit_handler(a);
  if ((a.type == "Pod") != (b.type == "Pod")) return a.type == "Pod";
  return std::tie(a.finished, a.name) < std::tie(b.finished, b.name);
}

// Argo's util.GeneratePodName, scheme v2: <workflow>-<template>-<number at the end of the node's id>, its front cut so
// that the whole fits a Kubernetes name of 253 characters.
std::string pod_name_of(const Node& node, std::string_view workflow_name, bool v2_names) {
  if (node.name == workflow_name) return std::string(workflow_name);
  const std::size_t dash = node.id.rfind('-');
  if (!v2_names || dash == std::string_view::npos) return std::string(node.id);
  constexpr std::size_t kLongestFront = 242;
  std::string front(workflow_name);
  if (!node.template_name.empty()) front.append("-").append(node.template_name);
  if (front.size() > kLongestFront) front.resize(kLongestFront);
  return front.append(node.id.substr(dash));
}

}  // namespace

FailedNodeView find_failed_node(const element& nodes, std::string_view workflow_name, bool v2_names,
                                std::string& pod_name) {
  std::vector<Node> failed;
  std::unordered_set<std::string_view>
      made_good;  // attempts of a retry that succeeded in the end, steps of a group that did
  object all;
  if (nodes.get(all) != simdjson::SUCCESS) return {};
  for (const auto entry : all) {
    object fields;
    if (entry.value.get(fields) != simdjson::SUCCESS) continue;
    const Node node = read_node(fields);
    if (node.phase == "Failed" || node.phase == "Error") failed.push_back(node);
    const bool holds_children = node.type == "Retry" || node.type == "StepGroup";
    if (node.phase == "Succeeded" && holds_children) add_children(fields, made_good);
  }
  leave_out(failed, made_good);
  if (failed.empty()) return {};

  const Node& first = *std::min_element(failed.begin(), failed.end(), explains_better);
  if (first.type == "Pod") pod_name = pod_name_of(first, workflow_name, v2_names);
  FailedNodeView view;
  view.name = first.name;
  view.template_name = first.template_name;
  if (first.type == "Pod") view.pod = pod_name;
  view.message = first.message;
  view.exit_code = first.exit_code;
  view.only_exit_handler = is_exit_handler(first);
  return view;
}

}  // namespace lastrun::source
