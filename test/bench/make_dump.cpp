// Writes a dump as `argo list -A -o json` prints it: make_dump [RUNS] [SEED] (20000, 1), pretty-printed, to stdout.
//
// The shape is that of a recorded listing: same fields in the same order, managedFields with an entry per node, phases
// in the recorded mix, newest first. 2,000 batches (CronWorkflows, generateName, templates) in 200 namespaces, whatever
// the number of runs, so that a dump ten times as long differs in runs alone. 15.5 KB a run. The same seed gives the
// same bytes.

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace {

constexpr uint64_t kBatches = 2000;
constexpr uint64_t kNamespaces = 200;
constexpr int64_t kNewest = 1795348620;  // 2026-11-22T11:57:00Z
constexpr uint64_t kMostNodes = 11;
constexpr size_t kFlushBytes = 1 << 20;

// splitmix64: one multiplication chain a number, and the same on every machine.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t limit) { return next() % limit; }

 private:
  uint64_t state_;
};

// Appends `text` with each "$x" replaced by the value of 'x'.
void fill(std::string& out, std::string_view text, std::initializer_list<std::pair<char, std::string_view>> values) {
  for (size_t dollar = text.find('$'); dollar != std::string_view::npos; dollar = text.find('$')) {
    out += text.substr(0, dollar);
    for (const auto& [name, value] : values) {
      if (name == text[dollar + 1]) out += value;
    }
    text.remove_prefix(dollar + 2);
  }
  out += text;
}

constexpr std::string_view kMetadata = R"(  {
    "kind": "Workflow",
    "apiVersion": "argoproj.io/v1alpha1",
    "metadata": {
      "name": "$n",
$g      "namespace": "$s",
      "uid": "$u",
      "resourceVersion": "$r",
      "generation": $e,
      "creationTimestamp": "$c",
      "labels": {
        "workflows.argoproj.io/completed": "$d",
$l        "workflows.argoproj.io/phase": "$p"$m
      },
      "annotations": {
        "workflows.argoproj.io/pod-name-format": "v2",
$a        "workflows.argoproj.io/trace-id": "$t"
      },
$o      "managedFields": [
        {
          "manager": "argo",
          "operation": "Update",
          "apiVersion": "argoproj.io/v1alpha1",
          "time": "$c",
          "fieldsType": "FieldsV1",
          "fieldsV1": {
            "f:spec": {
              ".": {},
              "f:entrypoint": {}
            }
          }
        },
        {
          "manager": "workflow-controller",
          "operation": "Update",
          "apiVersion": "argoproj.io/v1alpha1",
          "time": "$f",
          "fieldsType": "FieldsV1",
          "fieldsV1": {
            "f:metadata": {
              "f:annotations": {
                ".": {},
                "f:workflows.argoproj.io/pod-name-format": {},
                "f:workflows.argoproj.io/trace-id": {}
              },
              "f:labels": {
                ".": {},
                "f:workflows.argoproj.io/completed": {},
                "f:workflows.argoproj.io/phase": {}
              }
            },
            "f:spec": {
              "f:arguments": {},
              "f:podSpecPatch": {},
              "f:templates": {}
            },
            "f:status": {
              ".": {},
              "f:artifactGCStatus": {
                ".": {},
                "f:notSpecified": {}
              },
              "f:conditions": {},
              "f:finishedAt": {},
              "f:nodes": {
                ".": {})";

constexpr std::string_view kOwner = R"(      "ownerReferences": [
        {
          "apiVersion": "argoproj.io/v1alpha1",
          "kind": "CronWorkflow",
          "name": "$b",
          "uid": "$u",
          "controller": true,
          "blockOwnerDeletion": true
        }
      ],
)";

constexpr std::string_view kManagedNode = R"(,
                "f:$i": {
                  ".": {},
                  "f:boundaryID": {},
                  "f:children": {},
                  "f:displayName": {},
                  "f:finishedAt": {},
                  "f:hostNodeName": {},
                  "f:id": {},
                  "f:message": {},
                  "f:name": {},
                  "f:outputs": {
                    ".": {},
                    "f:exitCode": {}
                  },
                  "f:phase": {},
                  "f:progress": {},
                  "f:resourcesDuration": {
                    ".": {},
                    "f:cpu": {},
                    "f:memory": {}
                  },
                  "f:startedAt": {},
                  "f:taskResultSynced": {},
                  "f:templateName": {},
                  "f:templateScope": {},
                  "f:type": {}
                })";

constexpr std::string_view kSpec = R"(
              },
              "f:phase": {},
              "f:progress": {},
              "f:resourcesDuration": {
                ".": {},
                "f:cpu": {},
                "f:memory": {}
              },
              "f:startedAt": {}
            }
          }
        }
      ]
    },
    "spec": {
      "templates": [
        {
          "name": "main",
          "inputs": {},
          "outputs": {},
          "metadata": {
            "annotations": {
              "example/owner": "team \"$s\" \u2014 nightly\n"
            }
          },
          "container": {
            "name": "",
            "image": "busybox:1",
            "command": [
              "sh",
              "-c"
            ],
            "args": [
              "set -eu; echo 'loading {\"day\": \"yesterday\"}'; exec /opt/batch/load --day yesterday"
            ],
            "resources": {}
          }
        }
      ],
      "entrypoint": "main",
      "arguments": {},
$w      "podSpecPatch": "{\"nodeName\":\"fake-0\"}"
    },
    "status": {
      "phase": "$p",
      "startedAt": "$c",
      "finishedAt": $f,
      "progress": "$k",
$m      "nodes": {)";

constexpr std::string_view kNode = R"(
        "$i": {
          "id": "$i",
          "name": "$n",
          "displayName": "$y",
          "type": "$k",
          "templateName": "main",
          "templateScope": "local/$w",
          "phase": "$p",
          "boundaryID": "$w",
$m          "startedAt": "$c",
          "finishedAt": $f,
          "progress": "1/1",
          "resourcesDuration": {
            "cpu": 2,
            "memory": 40
          },
          "outputs": {
            "exitCode": "$x"
          },
          "hostNodeName": "fake-0",
          "taskResultSynced": true
        })";

constexpr std::string_view kEnd = R"(
      },
      "conditions": [
        {
          "type": "PodRunning",
          "status": "False"
        },
        {
          "type": "Completed",
          "status": "$d"
        }
      ],
      "resourcesDuration": {
        "cpu": 4,
        "memory": 80
      },
      "artifactRepositoryRef": {
        "default": true,
        "artifactRepository": {}
      },
      "artifactGCStatus": {
        "notSpecified": true
      }
    }
  })";

std::string time_text(int64_t seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds{seconds}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

std::string uid_of(uint64_t high, uint64_t low) {
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52,
                     low & 0xffffffffffff);
}

// The mix of the recorded listing, of 100.
std::string_view phase_of(uint64_t percent) {
  if (percent < 45) return "Succeeded";
  if (percent < 83) return "Failed";
  if (percent < 86) return "Error";
  return percent < 98 ? "Running" : "Pending";
}

// The pods of a Workflow below its own node.
void append_nodes(std::string& out, const std::string& workflow, std::string_view phase, const std::string& created,
                  const std::string& finished, uint64_t count) {
  for (uint64_t i = 0; i <= count; ++i) {
    const bool deciding = i == 0 || i == count;
    const std::string_view node_phase = deciding ? phase : "Succeeded";
    const bool failed = node_phase == "Failed" || node_phase == "Error";
    const std::string id = i == 0 ? workflow : fmt::format("{}-{}", workflow, 1000000000 + i * 77777777);
    const std::string step = i == 0 ? workflow : fmt::format("step-{}", i);
    if (i > 0) out += ',';
    fill(out, kNode,
         {{'i', id},
          {'n', i == 0 ? workflow : fmt::format("{}[{}].{}", workflow, i - 1, step)},
          {'y', step},
          {'k', i == 0 ? "Steps" : "Pod"},
          {'w', workflow},
          {'p', node_phase},
          {'m', failed ? "          \"message\": \"Error (exit code 1): load: no such day\",\n" : ""},
          {'c', created},
          {'f', finished},
          {'x', failed ? "1" : "0"}});
  }
}

void append_run(std::string& out, Random& random, uint64_t index, int64_t created_at) {
  const uint64_t batch = random.below(kBatches);
  const uint64_t kind = batch % 20;  // 0-12 CronWorkflow, 13-16 generateName, 17-19 WorkflowTemplate
  const bool cron = kind <= 12;
  const bool from_template = kind >= 17;
  const std::string_view phase = phase_of(random.below(100));
  const bool done = phase != "Running" && phase != "Pending";
  const bool failed = phase == "Failed" || phase == "Error";

  const std::string space = fmt::format("team-{:03}", batch % kNamespaces);
  const std::string base = fmt::format("{}-{:04}", cron ? "nightly-load" : from_template ? "report" : "adhoc", batch);
  const std::string name = cron ? fmt::format("{}-{}", base, created_at + static_cast<int64_t>(index))
                                : fmt::format("{}-{:05x}", base, index);
  const std::string created = time_text(created_at);
  const std::string finished = time_text(created_at + 20 + static_cast<int64_t>(random.below(3000)));
  const std::string finished_json = done ? '"' + finished + '"' : "null";
  const uint64_t nodes = phase == "Pending" ? 0 : 1 + random.below(kMostNodes);

  std::string owner;
  if (cron) fill(owner, kOwner, {{'b', base}, {'u', uid_of(batch * 0x9e3779b97f4a7c15, batch)}});
  fill(out, kMetadata,
       {{'n', name},
        {'g', kind > 12 ? fmt::format("      \"generateName\": \"{}-\",\n", base) : ""},
        {'s', space},
        {'u', uid_of(random.next(), random.next())},
        {'r', fmt::format("{}", 90000000 - index * 3)},
        {'e', fmt::format("{}", 3 + nodes)},
        {'c', created},
        {'d', done ? "true" : "false"},
        {'l', cron ? fmt::format("        \"workflows.argoproj.io/cron-workflow\": \"{}\",\n", base) : ""},
        {'p', phase},
        {'m', from_template ? fmt::format(",\n        \"workflows.argoproj.io/workflow-template\": \"{}\"", base) : ""},
        {'a', cron ? fmt::format("        \"workflows.argoproj.io/scheduled-time\": \"{}\",\n", created) : ""},
        {'t', fmt::format("{:016x}{:016x}", random.next(), random.next())},
        {'o', owner},
        {'f', done ? finished : created}});
  for (uint64_t i = 0; i <= nodes; ++i) {
    fill(out, kManagedNode, {{'i', i == 0 ? name : fmt::format("{}-{}", name, 1000000000 + i * 77777777)}});
  }
  fill(out, kSpec,
       {{'s', space},
        {'w', from_template
                  ? fmt::format("      \"workflowTemplateRef\": {{\n        \"name\": \"{}\"\n      }},\n", base)
                  : ""},
        {'p', phase},
        {'c', created},
        {'f', finished_json},
        {'k', fmt::format("{}/{}", done && !failed ? nodes : nodes / 2, nodes)},
        {'m', failed ? fmt::format("      \"message\": \"child '{}-{}' failed\",\n", name, nodes) : ""}});
  append_nodes(out, name, phase, created, finished_json, nodes);
  fill(out, kEnd, {{'d', done ? "True" : "False"}});
}

bool flush(std::string& out) {
  const bool written = std::fwrite(out.data(), 1, out.size(), stdout) == out.size();
  out.clear();
  return written;
}

uint64_t number(const char* text) {
  uint64_t value = 0;
  const char* end = text + std::strlen(text);
  if (std::from_chars(text, end, value).ptr != end) std::fprintf(stderr, "make_dump: %s is no number\n", text);
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  const uint64_t runs = argc > 1 ? number(argv[1]) : 20000;
  Random random{argc > 2 ? number(argv[2]) : 1};

  int64_t created_at = kNewest;
  std::string out = "[";
  for (uint64_t i = 0; i < runs; ++i) {
    out += i == 0 ? "\n" : ",\n";
    created_at -= static_cast<int64_t>(random.below(31));
    append_run(out, random, i, created_at);
    if (out.size() > kFlushBytes && !flush(out)) return 1;
  }
  out += "\n]\n";
  return flush(out) && std::fflush(stdout) == 0 ? 0 : 1;
}
