#include "app/judge_dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/progress.h"
#include "base/text.h"
#include "source/file/byte_stream.h"
#include "source/file/dump.h"

namespace lastrun::app {
namespace {

// Beyond this age of a dump nothing can be said about what is due or stuck (docs/judgement.md, "The time of a dump").
constexpr Seconds kFreshFor{600};

// Passes every observation on to all judges.
class Fork : public source::ObservationSink {
 public:
  explicit Fork(std::vector<judge::Listing>& listings) : listings_(listings) {}
  void run(const RunObservation& run) override {
    for (auto& listing : listings_) listing.add(run);
  }
  void schedule(const ScheduleObservation& schedule) override {
    for (auto& listing : listings_) listing.add(schedule);
  }

 private:
  std::vector<judge::Listing>& listings_;
};

// "3 ConfigMap, 1 Secret", of very many the first.
std::string list_kinds(const std::map<std::string, std::uint64_t>& kinds) {
  constexpr std::size_t kMostKinds = 10;
  constexpr std::size_t kShown = 40;
  std::string text;
  std::size_t listed = 0;
  for (const auto& [kind, count] : kinds) {
    if (++listed > kMostKinds) return text + fmt::format(" and {} more kinds", kinds.size() - kMostKinds);
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, shorten(kind, kShown));
  }
  return text;
}

// What `listings` left out because their rules do not judge its kind, if that is all there is; else empty.
std::string only_left_out(const source::ObjectCounts& counts, const std::vector<judge::Listing>& listings) {
  const auto took_none = [](const judge::Listing& listing) {
    return listing.counts().runs == 0 && listing.counts().schedules == 0 && listing.counts().owned == 0;
  };
  if (!std::all_of(listings.begin(), listings.end(), took_none)) return {};
  const judge::ListingCounts& seen = listings.front().counts();
  if (seen.pods > 0) return fmt::format("{} Pod(s); --rule last-finished-pod judges pods", seen.pods);
  if (seen.not_pods > 0) {
    return fmt::format("{} Workflow(s) and Job(s); the rule last-finished-pod sees pods alone", seen.not_pods);
  }
  if (counts.schedules > 0) {
    return fmt::format("{} schedule(s); a group is judged by its runs", counts.schedules);
  }
  return {};
}

Result<void> check_not_in_vain(const source::ObjectCounts& counts, const std::vector<judge::Listing>& listings,
                               const std::vector<std::string>& files) {
  const std::string name = files.size() == 1 ? source::input_name(files.front()) : "the dumps";
  const std::string left_out = only_left_out(counts, listings);
  if (!left_out.empty()) {
    return Error{ErrorKind::kInput, fmt::format("{}: nothing to judge: {}", name, left_out)};
  }
  for (const judge::Listing& listing : listings) {
    if (listing.counts().ambiguous_name.empty()) continue;
    return Error{
        ErrorKind::kUsage,
        fmt::format("--group-by gives one name, {}, to batches of different parts; put between its placeholders "
                    "what no name has, such as '/'",
                    shorten(printable(listing.counts().ambiguous_name), 100))};
  }
  if (counts.runs > 0 || counts.schedules > 0) return Ok{};
  if (counts.filtered > 0) {
    return Error{ErrorKind::kInput,
                 fmt::format("none of the {} runs and schedules passes --namespace and --selector", counts.filtered)};
  }
  if (!counts.other_kinds.empty()) {
    return Error{ErrorKind::kInput,
                 fmt::format("{}: nothing to judge: {}; expected Workflows, Jobs, CronWorkflows or CronJobs", name,
                             list_kinds(counts.other_kinds))};
  }
  return Ok{};
}

}  // namespace

DumpReading::DumpReading(std::vector<judge::Settings> settings) {
  for (auto& each : settings) listings_.emplace_back(std::move(each));
}

Result<void> DumpReading::read(const DumpOptions& options) {
  Fork fork(listings_);
  source::ObjectDecoder decoder(options.cluster, options.filter, fork);
  ProgressLine progress;
  for (const std::string& file : options.files) {
    TRY_ASSIGN(auto stream, source::open_input(file));
    const std::string name = source::input_name(file);
    TRY(source::read_dump(std::move(stream), name, decoder, progress.of(name)));
  }
  counts_ = decoder.counts();
  for (const std::string& name : options.filter.namespaces) {
    if (!counts_.namespaces_seen.contains(name)) namespaces_without_objects_.push_back(name);
  }
  return check_not_in_vain(counts_, listings_, options.files);
}

JudgedDump DumpReading::judged(std::size_t i, Time now) {
  JudgedDump judged;
  judge::Listing& listing = listings_.at(i);
  judged.verdicts = listing.verdicts();
  const judge::ListingCounts& seen = listing.counts();

  auto& notes = judged.notes;
  if (!counts_.other_kinds.empty()) notes.push_back("not judged: " + list_kinds(counts_.other_kinds));
  if (seen.owned > 0) {
    notes.push_back(
        fmt::format("not judged: {} run(s) that belong to another Workflow or controller; --include-owned "
                    "judges them",
                    seen.owned));
  }
  const bool alone = listings_.size() == 1;  // beside others, what one leaves out another judges
  if (alone && seen.pods > 0)
    notes.push_back(fmt::format("not judged: {} Pod(s); --rule last-finished-pod does", seen.pods));
  if (alone && seen.not_pods > 0) {
    notes.push_back(fmt::format("not judged: {} Workflow(s) and Job(s); the rule last-finished-pod sees pods alone",
                                seen.not_pods));
  }
  if (alone && seen.schedules_left_out > 0) {
    notes.push_back(fmt::format("not judged: {} schedule(s): under this grouping and rule no batch is theirs",
                                seen.schedules_left_out));
  }
  if (seen.without_label > 0 && seen.without_label < seen.runs) {
    notes.push_back(
        fmt::format("{} of {} run(s) lack a label that --group-by asks for, which then reads as an empty text",
                    seen.without_label, seen.runs));
  }
  if (counts_.ignored_tolerance > 0) {
    notes.push_back(
        fmt::format("annotation lastrun/tolerate ignored on {} object(s): tolerance needs memory, which a "
                    "dump has not",
                    counts_.ignored_tolerance));
  }
  if (seen.runs > 0 && now - seen.newest_time > kFreshFor) {
    notes.push_back(
        fmt::format("the newest time in the dump is {}, {} ago: what was due or got stuck since then it "
                    "cannot show",
                    format_rfc3339(seen.newest_time), format_duration(now - seen.newest_time)));
  }

  judged.incomplete = counts_.incomplete;
  if (counts_.incomplete || counts_.maybe_incomplete) {
    judged.warnings.emplace_back(
        counts_.incomplete
            ? "the listing is one page of several (metadata.continue is set): batches are missing; list without a limit"
            : "the Argo server's listing has a continue token, as it has behind its last page too: if it was asked for "
              "with a limit, batches are missing");
  }
  for (const std::string& name : namespaces_without_objects_) {
    judged.warnings.push_back(fmt::format("nothing is listed of --namespace {}; is it spelled right?", one_line(name)));
  }
  if (counts_.long_batch_names > 0) {
    judged.warnings.push_back(
        fmt::format("lastrun/batch of {} object(s) is longer than 253 bytes and is ignored", counts_.long_batch_names));
  }
  if (alone && seen.broken_schedules_left_out > 0) {
    judged.warnings.push_back(
        fmt::format("{} schedule(s) cannot run (SubmissionError, SpecError), which this grouping "
                    "and rule do not judge; --group-by owner does",
                    seen.broken_schedules_left_out));
  }
  if (counts_.bad_annotations > 0) {
    judged.warnings.push_back(
        fmt::format("the scheduled time of {} run(s) cannot be read or is later than their creation, which "
                    "counts instead",
                    counts_.bad_annotations));
  }
  if (seen.runs > 0 && seen.without_label == seen.runs) {
    judged.warnings.emplace_back(
        "no run has all labels that --group-by asks for; they read as empty texts, and the batches hide one another");
  }
  if (seen.left_out_batches > 0) {
    judged.warnings.push_back(
        fmt::format("too-many-batches: {} batches without a schedule are left out; group them by "
                    "a label lastrun/batch or --group-by a pattern, or raise --max-batches",
                    seen.left_out_batches));
  }
  return judged;
}

Result<JudgedDump> judge_dump(const DumpOptions& options, Time now) {
  DumpReading reading({options.settings});
  TRY(reading.read(options));
  return reading.judged(0, now);
}

}  // namespace lastrun::app
