#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/label_selector.h"
#include "model/observation.h"

namespace lastrun::source {

// Where decoded objects go. The observations' views are good only during the call.
class ObservationSink {
 public:
  virtual ~ObservationSink() = default;
  virtual void run(const RunObservation& run) = 0;
  virtual void schedule(const ScheduleObservation& schedule) = 0;
};

// Which objects are passed on.
struct ObjectFilter {
  std::vector<std::string> namespaces;  // empty: all
  LabelSelector labels;
};

// What was decoded, and what was left out.
struct ObjectCounts {
  std::uint64_t runs = 0;
  std::uint64_t schedules = 0;
  std::uint64_t filtered = 0;                        // runs and schedules that the filter left out
  std::uint64_t long_batch_names = 0;                // lastrun/batch longer than any name: taken as absent
  std::set<std::string> namespaces_seen;             // of those that the filter names
  std::uint64_t bad_annotations = 0;                 // scheduled times that are none, or in the future: taken as absent
  std::uint64_t ignored_tolerance = 0;               // lastrun/tolerate, which needs memory
  bool incomplete = false;                           // a listing said that there is more (metadata.continue)
  bool maybe_incomplete = false;                     // an Argo server said so, which it also does where there is none
  std::map<std::string, std::uint64_t> other_kinds;  // objects that are neither, by kind
};

// Reads Kubernetes objects written as JSON: Workflows, Jobs, Pods, CronWorkflows and CronJobs become observations,
// other kinds are counted. Also the listings themselves ("kind": "List", "WorkflowList", …), with what items they hold.
// An object without a kind is what its listing is a list of, else what its spec looks like, else a Workflow: the Argo
// server lists Workflows and CronWorkflows without it.
// Thread: one caller at a time.
class ObjectDecoder {
 public:
  // `sink` must outlive the decoder. `cluster` is put into each observation.
  ObjectDecoder(std::string cluster, ObjectFilter filter, ObservationSink& sink);
  ~ObjectDecoder();
  ObjectDecoder(const ObjectDecoder&) = delete;
  ObjectDecoder& operator=(const ObjectDecoder&) = delete;

  // How many bytes behind the text must be readable.
  static constexpr std::size_t kPadding = 64;
  // Deeper nesting is refused; Kubernetes' own decoder stops at 10,000, real objects are some dozens deep.
  static constexpr std::size_t kMaxDepth = 1024;

  // Decodes one object. `list_kind` is the kind of the listing that it came from, if any: it tells the kind of members
  // that have none ("JobList"). Errors (kInput): not JSON, not an object, a field of the wrong type, a field that is
  // needed and missing, a field that is there twice, an API server's Failure. Nothing is passed on then.
  [[nodiscard]] Result<void> decode(std::string_view text, std::string_view list_kind);

  [[nodiscard]] const ObjectCounts& counts() const { return counts_; }

 private:
  class Reader;
  std::string cluster_;
  ObjectFilter filter_;
  ObservationSink& sink_;
  ObjectCounts counts_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace lastrun::source
