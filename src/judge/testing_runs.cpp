#include "judge/testing_runs.h"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <numeric>
#include <utility>

#include "base/check.h"
#include "judge/listing.h"

namespace lastrun::judge::testing {
namespace {

constexpr std::string_view kDay = "2026-11-22T";

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == separator) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::erase_if(parts, [](const std::string& part) { return part.find_first_not_of(" \n") == std::string::npos; });
  return parts;
}

Time time_of(const std::string& text) {
  const auto time = parse_rfc3339(std::string(kDay) + text + (text.size() == 5 ? ":00Z" : "Z"));
  CHECK(time.has_value());
  return *time;
}

std::string text_of(Time time) {
  const std::string text = format_rfc3339(time);
  CHECK(text.starts_with(kDay));
  return text.substr(kDay.size(), text.ends_with(":00Z") ? 5 : 8);
}

std::string uuid_of(const std::string& number) {
  return "00000000-0000-0000-0000-" + std::string(12 - number.size(), '0') + number;
}

// A UUID that no other name in these tests has, but which tells nothing of its order.
std::string uuid_of_name(const std::string& name) {
  return "1" + uuid_of(std::to_string(std::hash<std::string>{}(name) % 1'000'000'000'000)).substr(1);
}

struct Field {
  std::string key;
  std::string value;
};

Field field_of(const std::string& word) {
  const auto equals = word.find('=');
  if (equals == std::string::npos) return {word, ""};
  return {word.substr(0, equals), word.substr(equals + 1)};
}

// One object with the strings that its observation looks at.
class Object {
 public:
  explicit Object(const std::string& text) {
    std::string flat = text;
    std::replace(flat.begin(), flat.end(), '\n', ' ');
    words_ = split(flat, ' ');
    CHECK(words_.size() >= 2);
  }
  void add_to(Listing& listing) {
    strings_.clear();
    labels_.clear();
    active_.clear();
    if (words_[0] == "cronworkflow" || words_[0] == "cronjob") {
      listing.add(read_schedule());
    } else {
      listing.add(read_run());
    }
  }

 private:
  std::string_view keep(std::string text) { return strings_.emplace_back(std::move(text)); }

  ScheduleObservation read_schedule() {
    ScheduleObservation schedule;
    schedule.kind = words_[0] == "cronjob" ? ScheduleKind::kCronJob : ScheduleKind::kCronWorkflow;
    schedule.namespace_name = "n";
    schedule.name = words_[1];
    for (std::size_t i = 2; i < words_.size(); ++i) {
      const Field field = field_of(words_[i]);
      if (field.key == "last") {
        schedule.last_scheduled = time_of(field.value);
      } else if (field.key == "success") {
        schedule.last_success = time_of(field.value);
      } else if (field.key == "succeeded") {
        schedule.succeeded = std::stoi(field.value);
      } else if (field.key == "failed") {
        schedule.failed = std::stoi(field.value);
      } else if (field.key == "active") {
        active_.push_back(field.value.empty() ? "" : keep(uuid_of_name(field.value)));
        schedule.active = active_;
      } else if (field.key == "not-selected") {
        schedule.selected = false;
      } else if (field.key == "replaces") {
        schedule.replaces = true;
      } else if (field.key == "suspended") {
        schedule.suspended = true;
      } else if (field.key == "submission-error") {
        schedule.has_submission_error = true;
        schedule.submission_error = keep(field.value);
      } else if (field.key == "spec-error") {
        schedule.has_spec_error = true;
        schedule.spec_error = keep(field.value);
      } else if (field.key == "ns") {
        schedule.namespace_name = keep(field.value);
      } else {
        CHECK(false);
      }
    }
    return schedule;
  }

  RunObservation read_run() {
    RunObservation run;
    run.namespace_name = "n";
    run.name = words_[0];
    run.generate_name = "b-";
    run.uid = keep(uuid_of_name(words_[0]));
    run.version = 1;
    run.nodes = Nodes::kSome;
    read_phase(run, words_[1]);
    const auto times = split(words_.at(2), '-');
    run.created = time_of(times.at(0));
    if (times.size() == 2) run.finished = time_of(times[1]);
    for (std::size_t i = 3; i < words_.size(); ++i) {
      CHECK(read_flag(run, words_[i]) || read_batch(run, field_of(words_[i])) || read_detail(run, field_of(words_[i])));
    }
    run.labels = labels_;
    return run;
  }

  static void read_phase(RunObservation& run, const std::string& phase) {
    CHECK(phase.size() == 1);
    switch (phase[0]) {
      case 'S': run.phase = "Succeeded"; break;
      case 'F': run.phase = "Failed"; break;
      case 'E': run.phase = "Error"; break;
      case 'R': run.phase = "Running"; break;
      case 'P': run.phase = "Pending"; break;
      default: CHECK(phase == "-");
    }
    run.completed = phase == "S" || phase == "F" || phase == "E";
  }

  static bool read_flag(RunObservation& run, const std::string& word) {
    if (word == "not-completed") {
      run.completed = false;
    } else if (word == "unlabelled") {
      run.phase_labelled = false;
    } else if (word == "shutdown") {
      run.shutdown = true;
    } else if (word == "exit-handler") {
      run.failed_node.only_exit_handler = true;
    } else if (word == "owned") {
      run.owned = true;
    } else if (word == "job") {
      run.kind = RunKind::kJob;
      if (run.phase == "Succeeded") run.phase = "Complete";
    } else if (word == "pod") {
      run.kind = RunKind::kPod;
    } else {
      return false;
    }
    return true;
  }

  bool read_batch(RunObservation& run, const Field& field) {
    constexpr std::string_view kLabel = "label:";
    if (field.key == "ns") {
      run.namespace_name = keep(field.value);
    } else if (field.key == "cluster") {
      run.cluster = keep(field.value);
    } else if (field.key == "batch") {
      run.batch_name = keep(field.value);
    } else if (field.key == "cron") {
      run.cron_workflow = keep(field.value);
    } else if (field.key == "cronjob") {
      run.cron_job = keep(field.value);
    } else if (field.key == "template") {
      run.workflow_template = keep(field.value);
    } else if (field.key == "cluster-template") {
      run.cluster_workflow_template = keep(field.value);
    } else if (field.key == "generate") {
      run.generate_name = keep(field.value);
    } else if (field.key.starts_with(kLabel)) {
      labels_.push_back({keep(field.key.substr(kLabel.size())), keep(field.value)});
    } else {
      return false;
    }
    return true;
  }

  bool read_detail(RunObservation& run, const Field& field) {
    if (field.key == "slot") {
      run.scheduled = time_of(field.value);
    } else if (field.key == "uid") {
      run.uid = keep(uuid_of(field.value));
    } else if (field.key == "text-uid") {
      run.uid = keep(field.value);
    } else if (field.key == "version") {
      run.version = std::stoull(field.value);
    } else if (field.key == "phase") {
      run.phase = keep(field.value);
    } else if (field.key == "action") {
      run.action = keep(field.value);
    } else if (field.key == "nodes") {
      CHECK(field.value == "none" || field.value == "unknown");
      run.nodes = field.value == "none" ? Nodes::kNone : Nodes::kUnknown;
    } else if (field.key == "message") {
      run.message = keep(field.value);
    } else {
      return false;
    }
    return true;
  }

  std::vector<std::string> words_;
  std::deque<std::string> strings_;
  std::vector<LabelView> labels_;
  std::vector<std::string_view> active_;
};

std::string describe(const Verdict& verdict) {
  std::string text;
  if (verdict.batch != BatchKey{"", "n", "b", "Workflow"}) {
    if (!verdict.batch.cluster.empty()) text += verdict.batch.cluster + ":";
    if (verdict.batch.namespace_name != "n") text += verdict.batch.namespace_name + "/";
    text += verdict.batch.kind + " " + verdict.batch.name + ": ";
  }
  text += std::string(name_of(verdict.status)) + " " + std::string(name_of(verdict.reason));
  text += " " + (verdict.run ? verdict.run->name : "-") + " since ";
  if (verdict.since_at_least) text += ">=";
  text += verdict.since ? text_of(*verdict.since) : "-";
  for (const Status status : verdict.also) text += " also " + std::string(name_of(status));
  if (verdict.stale) text += " stale";
  if (verdict.suspended) text += " suspended";
  if (!verdict.message.empty()) text += " (" + verdict.message + ")";
  return text;
}

std::string judge(std::vector<Object>& objects, const std::vector<std::size_t>& order, const Settings& settings) {
  Listing listing(settings);
  for (const std::size_t i : order) objects[i].add_to(listing);
  std::string text;
  for (const Verdict& verdict : listing.verdicts()) text += (text.empty() ? "" : "\n") + describe(verdict);
  return text;
}

std::vector<Object> objects_of(std::string_view text) {
  std::vector<Object> objects;
  for (const std::string& part : split(text, ';')) objects.emplace_back(part);
  return objects;
}

std::vector<std::size_t> as_listed(const std::vector<Object>& objects) {
  std::vector<std::size_t> order(objects.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

}  // namespace

std::string judge_in_this_order(std::string_view objects, const Settings& settings) {
  auto read_objects = objects_of(objects);
  return judge(read_objects, as_listed(read_objects), settings);
}

std::string judge_in_any_order(std::string_view text, const Settings& settings) {
  auto objects = objects_of(text);
  auto order = as_listed(objects);
  const std::string answer = judge(objects, order, settings);
  const auto differs = [&] { return judge(objects, order, settings) != answer; };
  constexpr std::size_t kFewEnough = 6;
  bool different = false;
  if (objects.size() <= kFewEnough) {
    while (!different && std::next_permutation(order.begin(), order.end())) different = differs();
  } else {
    for (std::size_t i = 0; !different && i < 2 * objects.size(); ++i) {
      std::reverse(order.begin(), order.end());
      if (i % 2 == 1) std::rotate(order.begin(), order.begin() + 1, order.end());
      different = differs();
    }
  }
  return different ? answer + "\nbut in another order:\n" + judge(objects, order, settings) : answer;
}

}  // namespace lastrun::judge::testing
