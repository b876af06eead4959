#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.h"

namespace lastrun {

// What kind of object a run is.
enum class RunKind { kWorkflow, kJob, kPod };

// What kind of object a schedule is.
enum class ScheduleKind { kCronWorkflow, kCronJob };

struct LabelView {
  std::string_view key;
  std::string_view value;
};

// What a source can tell of the nodes inside a Workflow.
enum class Nodes {
  kUnknown,  // not looked at, compressed or offloaded
  kNone,     // looked: it has none
  kSome,
};

// The first node that failed, as the source saw it. An empty name: none, or not known.
struct FailedNodeView {
  std::string_view name;
  std::string_view template_name;
  std::string_view pod;
  std::string_view message;
  std::string_view exit_code;
  bool only_exit_handler = false;  // every node that failed belongs to the exit handler
};

// What a source saw of one run: its fields as they are, unjudged. Empty views where the object has none.
// The views are good only during the call that passes the observation on: whoever keeps something copies it.
struct RunObservation {
  RunKind kind = RunKind::kWorkflow;
  std::string_view cluster;         // the name that this lastrun knows the cluster by; may be empty
  std::string_view namespace_name;  // metadata.namespace
  std::string_view name;            // metadata.name
  std::string_view uid;             // metadata.uid
  std::uint64_t version = 0;        // metadata.resourceVersion; 0 where it is absent or no number

  Time created{};                 // metadata.creationTimestamp
  std::optional<Time> scheduled;  // the slot: annotation workflows.argoproj.io/scheduled-time, or the CronJob's
  std::optional<Time> started;    // status.startedAt, a Job's status.startTime
  std::optional<Time> finished;   // status.finishedAt; a Job: of its Complete or Failed condition; a Pod: the latest
                                  // finishedAt of its containers

  // A Workflow: label workflows.argoproj.io/phase, else status.phase. A Job: Complete, Failed, Suspended or Running, by
  // its conditions. A Pod: status.phase.
  std::string_view phase;
  std::string_view message;    // status.message; a Job: of its Failed condition
  bool phase_labelled = true;  // a Workflow: false where it has no label phase
  // A Workflow: label workflows.argoproj.io/completed is "true"; without label phase: status tells an end. Else: it has
  // ended.
  bool completed = false;
  std::string_view action;        // a Workflow: label workflows.argoproj.io/action (Retry, Stop, Terminate)
  bool shutdown = false;          // a Workflow: spec.shutdown is set
  Nodes nodes = Nodes::kUnknown;  // a Workflow: status.nodes
  FailedNodeView failed_node;     // a Workflow: only looked for when it failed

  // What it may belong to (docs/judgement.md, "Which runs form a batch").
  std::string_view batch_name;                 // annotation or label lastrun/batch
  std::string_view cron_workflow;              // label workflows.argoproj.io/cron-workflow
  std::string_view cron_job;                   // the owner of kind CronJob
  std::string_view workflow_template;          // label, or spec.workflowTemplateRef
  std::string_view cluster_workflow_template;  // the same with clusterScope
  std::string_view generate_name;              // metadata.generateName
  bool owned = false;                          // a Workflow of a Workflow; a Job of another controller

  std::span<const LabelView> labels;  // all of metadata.labels, for patterns
};

// What a source saw of a schedule object.
struct ScheduleObservation {
  ScheduleKind kind = ScheduleKind::kCronWorkflow;
  std::string_view cluster;
  std::string_view namespace_name;
  std::string_view name;
  std::uint64_t version = 0;           // metadata.resourceVersion; 0 where it is absent or no number
  bool selected = true;                // passes the label selector that runs were chosen by
  bool suspended = false;              // spec.suspend
  std::optional<Time> last_scheduled;  // status.lastScheduledTime, a CronJob's status.lastScheduleTime
  std::optional<Time> last_success;    // a CronJob's status.lastSuccessfulTime
  std::int64_t succeeded = 0;          // a CronWorkflow's status.succeeded
  std::int64_t failed = 0;             // a CronWorkflow's status.failed
  bool replaces = false;               // spec.concurrencyPolicy is Replace
  // status.active: the uids of the runs that the controller holds to be under way; an empty text for one without uid.
  std::span<const std::string_view> active;
  std::string_view submission_error;  // message of the condition SubmissionError when it is True
  std::string_view spec_error;        // message of the condition SpecError when it is True
  bool has_submission_error = false;
  bool has_spec_error = false;
};

}  // namespace lastrun
