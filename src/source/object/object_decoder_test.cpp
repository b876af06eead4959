#include "source/object/object_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "source/object/testing_collector.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using ::testing::HasSubstr;

Time at(std::string_view text) {
  const auto time = parse_rfc3339(text);
  CHECK(time.has_value());
  return *time;
}

std::string recording(const std::string& name) {
  return testing::read_file(std::string(LASTRUN_SOURCE_DIR) + "/test/recordings/" + name);
}

// A decoder and what it passed on.
struct Decoding {
  explicit Decoding(ObjectFilter filter = {}) : decoder("c1", std::move(filter), seen) {}

  std::string decode(std::string text, std::string_view list_kind = "") {
    const auto result = decode_padded(decoder, std::move(text), list_kind);
    return result.ok() ? "ok" : result.error().message;
  }

  Collector seen;
  ObjectDecoder decoder;
};

// The one run that `text` becomes.
KeptRun run_of(std::string text, std::string_view list_kind = "") {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(std::move(text), list_kind), "ok");
  EXPECT_EQ(decoding.seen.runs.size(), 1U);
  return decoding.seen.runs.empty() ? KeptRun{} : decoding.seen.runs.front();
}

KeptSchedule schedule_of(std::string text) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(std::move(text)), "ok");
  EXPECT_EQ(decoding.seen.schedules.size(), 1U);
  return decoding.seen.schedules.empty() ? KeptSchedule{} : decoding.seen.schedules.front();
}

std::string error_of(std::string text) {
  Decoding decoding;
  std::string message = decoding.decode(std::move(text));
  EXPECT_TRUE(decoding.seen.runs.empty() && decoding.seen.schedules.empty()) << "nothing is passed on with an error";
  return message;
}

constexpr std::string_view kMeta = R"("name":"n","namespace":"s","creationTimestamp":"2026-11-22T11:00:00Z")";

// An object with the metadata that every object needs, more of it, and more parts.
std::string object(std::string_view kind, std::string_view more_metadata = "", std::string_view more = "") {
  std::string text = "{";
  if (!kind.empty()) text += "\"kind\":\"" + std::string(kind) + "\",";
  text += "\"metadata\":{" + std::string(kMeta);
  if (!more_metadata.empty()) text += "," + std::string(more_metadata);
  text += "}";
  if (!more.empty()) text += "," + std::string(more);
  return text + "}";
}

TEST(ObjectDecoder, EveryFieldOfAWorkflowIsRead) {
  const KeptRun run = run_of(R"json({"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{
    "name":"w-1","namespace":"team","uid":"u-1","resourceVersion":"42","generateName":"w-",
    "creationTimestamp":"2026-11-22T11:00:00Z",
    "labels":{"workflows.argoproj.io/phase":"Failed","workflows.argoproj.io/completed":"true",
      "workflows.argoproj.io/action":"Stop","workflows.argoproj.io/cron-workflow":"cw",
      "workflows.argoproj.io/workflow-template":"wt","workflows.argoproj.io/cluster-workflow-template":"cwt",
      "team":"a"},
    "annotations":{"workflows.argoproj.io/scheduled-time":"2026-11-22T10:59:00Z","lastrun/batch":"b"}},
    "spec":{"shutdown":"Stop","metadata":{"name":"decoy"}},
    "status":{"startedAt":"2026-11-22T11:00:01Z","finishedAt":"2026-11-22T11:00:09Z","message":"m",
      "nodes":{"w-1":{"id":"w-1","name":"w-1","type":"Pod","phase":"Failed","templateName":"main",
        "message":"main: Error (exit code 3)","outputs":{"exitCode":"3"}}}}})json");
  EXPECT_EQ(run.kind, RunKind::kWorkflow);
  EXPECT_EQ(run.cluster, "c1");
  EXPECT_EQ(run.namespace_name, "team");
  EXPECT_EQ(run.name, "w-1");
  EXPECT_EQ(run.uid, "u-1");
  EXPECT_EQ(run.version, 42U);
  EXPECT_EQ(run.generate_name, "w-");
  EXPECT_EQ(run.created, at("2026-11-22T11:00:00Z"));
  EXPECT_EQ(run.scheduled, at("2026-11-22T10:59:00Z"));
  EXPECT_EQ(run.started, at("2026-11-22T11:00:01Z"));
  EXPECT_EQ(run.finished, at("2026-11-22T11:00:09Z"));
  EXPECT_EQ(run.phase, "Failed");
  EXPECT_EQ(run.message, "m");
  EXPECT_TRUE(run.completed);
  EXPECT_EQ(run.action, "Stop");
  EXPECT_TRUE(run.shutdown);
  EXPECT_EQ(run.nodes, Nodes::kSome);
  EXPECT_EQ(run.batch_name, "b");
  EXPECT_EQ(run.cron_workflow, "cw");
  EXPECT_EQ(run.workflow_template, "wt");
  EXPECT_EQ(run.cluster_workflow_template, "cwt");
  EXPECT_FALSE(run.owned);
  EXPECT_EQ(run.labels.size(), 7U);
  EXPECT_EQ(run.node_name, "w-1");
  EXPECT_EQ(run.node_template, "main");
  EXPECT_EQ(run.node_message, "main: Error (exit code 3)");
  EXPECT_EQ(run.node_exit_code, "3");
}

TEST(ObjectDecoder, AbsentAndNullFieldsAreAlike) {
  const KeptRun run = run_of(object("Workflow"));
  EXPECT_EQ(run.phase, "");
  EXPECT_FALSE(run.completed);
  EXPECT_EQ(run.nodes, Nodes::kUnknown);
  EXPECT_EQ(run,
            run_of(object("Workflow",
                          R"("uid":null,"resourceVersion":null,"generateName":null,"labels":null,"annotations":null,
      "ownerReferences":null,"managedFields":null)",
                          R"("spec":null,"status":null)")));
}

TEST(ObjectDecoder, AWorkflowWithoutTheLabelPhaseIsToldByItsStatus) {
  constexpr const char* kFailed = R"("status":{"phase":"Failed","finishedAt":"2026-11-22T11:00:09Z"})";
  const KeptRun unlabelled = run_of(object("Workflow", "", kFailed));
  EXPECT_EQ(unlabelled.phase, "Failed");
  EXPECT_FALSE(unlabelled.phase_labelled);
  EXPECT_TRUE(unlabelled.completed);

  const KeptRun labelled = run_of(object("Workflow", R"("labels":{"workflows.argoproj.io/phase":"Running"})", kFailed));
  EXPECT_EQ(labelled.phase, "Running");
  EXPECT_TRUE(labelled.phase_labelled);
  EXPECT_FALSE(labelled.completed);

  EXPECT_FALSE(run_of(object("Workflow", "", R"("status":{"phase":"Failed","finishedAt":null})")).completed);
  EXPECT_FALSE(run_of(object("Workflow", "", R"("status":{"phase":"Running"})")).completed);
}

TEST(ObjectDecoder, AKindOfAnotherApiGroupIsAnotherKind) {
  for (const auto& [kind, version] : {std::pair("Job", "batch.volcano.sh/v1alpha1"), std::pair("Job", "v1"),
                                      std::pair("Workflow", "batch/v1"), std::pair("Pod", "metrics.k8s.io/v1beta1")}) {
    Decoding decoding;
    const std::string text = object(kind).substr(1);
    EXPECT_EQ(decoding.decode(std::string(R"({"apiVersion":")") + version + "\"," + text), "ok");
    EXPECT_EQ(decoding.decoder.counts().runs, 0U) << kind << version;
    EXPECT_EQ(decoding.decoder.counts().other_kinds.count(std::string(kind) + " of " + version), 1U);
  }
  for (const auto& [kind, version] :
       {std::pair("Job", "batch/v1"), std::pair("Workflow", "argoproj.io/v1alpha1"), std::pair("Pod", "v1")}) {
    EXPECT_EQ(run_of(std::string(R"({"apiVersion":")") + version + "\"," + object(kind).substr(1)).name, "n");
  }
}

TEST(ObjectDecoder, ADecoyInsideTheSpecIsNotTheMetadata) {
  const KeptRun run = run_of(
      R"({"spec":{"metadata":{"name":"x","namespace":"x"},"kind":"Job","templates":[{"metadata":{"labels":{}}}]},)" +
      object("Workflow").substr(1));
  EXPECT_EQ(run.name, "n");
  EXPECT_EQ(run.kind, RunKind::kWorkflow);
}

TEST(ObjectDecoder, TheFinishOfAWorkflowMayComeFromItsManagedFields) {
  constexpr std::string_view kManaged =
      R"("managedFields":[{"manager":"argo","time":"2026-11-22T13:00:00Z"},
        {"manager":"workflow-controller","time":"2026-11-22T12:00:02Z"},
        {"manager":"workflow-controller","time":"2026-11-22T12:00:01Z"}])";
  const std::string ended =
      R"("labels":{"workflows.argoproj.io/phase":"Succeeded","workflows.argoproj.io/completed":"true"},)";
  EXPECT_EQ(run_of(object("Workflow", ended + std::string(kManaged))).finished, at("2026-11-22T12:00:02Z"));
  EXPECT_EQ(run_of(object("Workflow", kManaged)).finished, std::nullopt) << "it has not ended";
  EXPECT_EQ(
      run_of(object("Workflow", ended + std::string(kManaged), R"("status":{"finishedAt":"2026-11-22T12:00:00Z"})"))
          .finished,
      at("2026-11-22T12:00:00Z"));
}

TEST(ObjectDecoder, ASlotInTheFutureOfItsRunIsNone) {
  Decoding decoding;
  const auto slot = [](const char* time) {
    return object("Workflow", std::string(R"("annotations":{"workflows.argoproj.io/scheduled-time":")") + time + "\"}");
  };
  EXPECT_EQ(decoding.decode(slot("2026-11-22T11:10:00Z")), "ok");
  EXPECT_EQ(decoding.decode(slot("2026-11-22T11:10:01Z")), "ok");
  EXPECT_EQ(decoding.seen.runs.at(0).scheduled, at("2026-11-22T11:10:00Z"));
  EXPECT_EQ(decoding.seen.runs.at(1).scheduled, std::nullopt);
  EXPECT_EQ(decoding.decoder.counts().bad_annotations, 1U);
}

TEST(ObjectDecoder, TheTemplateOfAWorkflowMayComeFromItsSpec) {
  EXPECT_EQ(run_of(object("Workflow", "", R"("spec":{"workflowTemplateRef":{"name":"t"}})")).workflow_template, "t");
  const KeptRun run =
      run_of(object("Workflow", "", R"("spec":{"workflowTemplateRef":{"clusterScope":true,"name":"t"}})"));
  EXPECT_EQ(run.cluster_workflow_template, "t");
  EXPECT_EQ(run.workflow_template, "");
  EXPECT_EQ(run_of(object("Workflow", R"("labels":{"workflows.argoproj.io/workflow-template":"l"})",
                          R"("spec":{"workflowTemplateRef":{"name":"t"}})"))
                .workflow_template,
            "l");
}

TEST(ObjectDecoder, TheBatchsAnnotationWinsOverItsLabelInAnyOrder) {
  const std::string label = R"("labels":{"lastrun/batch":"l"})";
  const std::string annotation = R"("annotations":{"lastrun/batch":"a"})";
  EXPECT_EQ(run_of(object("Workflow", label)).batch_name, "l");
  EXPECT_EQ(run_of(object("Workflow", label + "," + annotation)).batch_name, "a");
  EXPECT_EQ(run_of(object("Workflow", annotation + "," + label)).batch_name, "a");
  EXPECT_EQ(run_of(object("Workflow", label + R"(,"annotations":{"lastrun/batch":""})")).batch_name, "l");
}

TEST(ObjectDecoder, AWorkflowOfAWorkflowIsOwned) {
  EXPECT_TRUE(
      run_of(object("Workflow", R"("ownerReferences":[{"kind":"Workflow","name":"o","controller":true}])")).owned);
  EXPECT_FALSE(run_of(object("Workflow", R"("ownerReferences":[{"kind":"Workflow","name":"o"}])")).owned);
  EXPECT_FALSE(
      run_of(object("Workflow", R"("ownerReferences":[{"kind":"CronWorkflow","name":"o","controller":true}])")).owned);
}

TEST(ObjectDecoder, AnUnreadableScheduledTimeIsCountedAndTakenAsAbsent) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(object("Workflow", R"("annotations":{"workflows.argoproj.io/scheduled-time":"soon"})")),
            "ok");
  EXPECT_EQ(decoding.seen.runs.at(0).scheduled, std::nullopt);
  EXPECT_EQ(decoding.decoder.counts().bad_annotations, 1U);
}

TEST(ObjectDecoder, AToleranceIsCounted) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(object("Workflow", R"("annotations":{"lastrun/tolerate":"2"})")), "ok");
  EXPECT_EQ(decoding.decode(object("CronJob", R"("annotations":{"lastrun/tolerate":"2"})")), "ok");
  EXPECT_EQ(decoding.decoder.counts().ignored_tolerance, 2U);
}

TEST(ObjectDecoder, AJobEndsByItsConditionsAlone) {
  const auto job = [](std::string_view status) {
    return run_of(object("Job", "", R"("status":)" + std::string(status)));
  };
  const KeptRun complete = job(
      R"({"startTime":"2026-11-22T11:00:01Z","completionTime":"2026-11-22T11:00:07Z","succeeded":1,"conditions":[
        {"type":"SuccessCriteriaMet","status":"True","lastTransitionTime":"2026-11-22T11:00:06Z"},
        {"type":"Complete","status":"True","lastTransitionTime":"2026-11-22T11:00:08Z","message":"reached"}]})");
  EXPECT_EQ(complete.kind, RunKind::kJob);
  EXPECT_EQ(complete.phase, "Complete");
  EXPECT_TRUE(complete.completed);
  EXPECT_EQ(complete.started, at("2026-11-22T11:00:01Z"));
  EXPECT_EQ(complete.finished, at("2026-11-22T11:00:07Z"));
  EXPECT_EQ(complete.message, "");

  const KeptRun failed = job(
      R"({"failed":1,"conditions":[{"type":"FailureTarget","status":"True","lastTransitionTime":"2026-11-22T11:00:05Z"},
        {"lastTransitionTime":"2026-11-22T11:00:06Z","message":"backoff","status":"True","type":"Failed"}]})");
  EXPECT_EQ(failed.phase, "Failed");
  EXPECT_TRUE(failed.completed);
  EXPECT_EQ(failed.finished, at("2026-11-22T11:00:06Z"));
  EXPECT_EQ(failed.message, "backoff");

  const KeptRun failing = job(
      R"({"active":1,"failed":5,"conditions":[{"type":"Failed","status":"False"},{"type":"FailureTarget","status":"True"}]})");
  EXPECT_EQ(failing.phase, "Running");
  EXPECT_FALSE(failing.completed);

  EXPECT_EQ(job(R"({"conditions":[{"type":"Suspended","status":"True"}]})").phase, "Suspended");
  EXPECT_EQ(job(R"({"conditions":[{"type":"Suspended","status":"False"}],"active":2})").phase, "Running");
  EXPECT_EQ(job("{}").phase, "Pending");
  EXPECT_EQ(job("null").phase, "Pending");
}

TEST(ObjectDecoder, AJobBelongsToItsCronJobOrElseIsOwned) {
  const KeptRun child = run_of(
      object("Job", R"("annotations":{"batch.kubernetes.io/cronjob-scheduled-timestamp":"2026-11-22T06:00:00-05:00"},
      "ownerReferences":[{"kind":"X","name":"x"},{"kind":"CronJob","name":"cj","controller":true}])"));
  EXPECT_EQ(child.cron_job, "cj");
  EXPECT_FALSE(child.owned);
  EXPECT_EQ(child.scheduled, at("2026-11-22T11:00:00Z"));
  const KeptRun foreign =
      run_of(object("Job", R"("ownerReferences":[{"kind":"JobSet","name":"js","controller":true}])"));
  EXPECT_EQ(foreign.cron_job, "");
  EXPECT_TRUE(foreign.owned);
}

TEST(ObjectDecoder, APodEndsWithItsLastContainer) {
  const KeptRun pod = run_of(object("Pod", "",
                                    R"("status":{"phase":"Failed","message":"m","startTime":"2026-11-22T11:00:01Z",
    "initContainerStatuses":[{"state":{"terminated":{"finishedAt":"2026-11-22T11:00:02Z"}}}],
    "containerStatuses":[{"state":{"terminated":{"finishedAt":"2026-11-22T11:00:09Z"}}},{"state":{"running":{}}},
      {"state":{"terminated":{"finishedAt":"2026-11-22T11:00:08Z"}}},{"state":{"terminated":{"finishedAt":null}}},{}]})"));
  EXPECT_EQ(pod.kind, RunKind::kPod);
  EXPECT_TRUE(pod.completed);
  EXPECT_EQ(pod.finished, at("2026-11-22T11:00:09Z"));
  EXPECT_EQ(pod.phase, "Failed");
  EXPECT_FALSE(run_of(object("Pod", "", R"("status":{"phase":"Running"})")).completed);
}

TEST(ObjectDecoder, EveryFieldOfACronWorkflowIsRead) {
  const KeptSchedule schedule =
      schedule_of(object("CronWorkflow", "",
                         R"("spec":{"suspend":true,"schedules":["* * * * *"],"concurrencyPolicy":"Replace"},
    "status":{"lastScheduledTime":"2026-11-22T11:57:00Z","succeeded":3,"failed":2,"active":[{"name":"x","uid":"u-1"},{"name":"y"}],
      "conditions":[{"type":"SubmissionError","status":"True","message":"quota"},
        {"type":"SpecError","status":"True","message":"cron"}]})"));
  EXPECT_EQ(schedule.kind, ScheduleKind::kCronWorkflow);
  EXPECT_EQ(schedule.cluster, "c1");
  EXPECT_EQ(schedule.namespace_name, "s");
  EXPECT_EQ(schedule.name, "n");
  EXPECT_TRUE(schedule.suspended);
  EXPECT_EQ(schedule.last_scheduled, at("2026-11-22T11:57:00Z"));
  EXPECT_EQ(schedule.succeeded, 3);
  EXPECT_EQ(schedule.failed, 2);
  EXPECT_TRUE(schedule.replaces);
  EXPECT_EQ(schedule.active, (std::vector<std::string>{"u-1", ""}));
  EXPECT_TRUE(schedule.has_submission_error);
  EXPECT_EQ(schedule.submission_error, "quota");
  EXPECT_TRUE(schedule.has_spec_error);
  EXPECT_EQ(schedule.spec_error, "cron");
}

TEST(ObjectDecoder, AConditionThatIsNotTrueMeansNothing) {
  const KeptSchedule schedule = schedule_of(
      object("CronWorkflow", "",
             R"("status":{"active":null,"conditions":[{"type":"SpecError","status":"False","message":"was"}]})"));
  EXPECT_FALSE(schedule.has_spec_error);
  EXPECT_TRUE(schedule.active.empty());
  EXPECT_EQ(schedule.last_scheduled, std::nullopt);
}

TEST(ObjectDecoder, EveryFieldOfACronJobIsRead) {
  const KeptSchedule schedule =
      schedule_of(object("CronJob", "",
                         R"("spec":{"suspend":false},"status":{"lastScheduleTime":"2026-11-22T11:57:00Z",
                "lastSuccessfulTime":"2026-11-22T11:56:30Z","active":[]})"));
  EXPECT_EQ(schedule.kind, ScheduleKind::kCronJob);
  EXPECT_EQ(schedule.last_scheduled, at("2026-11-22T11:57:00Z"));
  EXPECT_EQ(schedule.last_success, at("2026-11-22T11:56:30Z"));
  EXPECT_TRUE(schedule.active.empty());
}

TEST(ObjectDecoder, OtherKindsAreCounted) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(R"({"kind":"ConfigMap","data":{"metadata":"x"}})"), "ok");
  EXPECT_EQ(decoding.decode(R"({"kind":"ConfigMap"})"), "ok");
  EXPECT_EQ(decoding.decode(R"({"kind":"Node","metadata":7})"), "ok");
  EXPECT_EQ(decoding.decoder.counts().other_kinds,
            (std::map<std::string, std::uint64_t>{{"ConfigMap", 2}, {"Node", 1}}));
  EXPECT_TRUE(decoding.seen.runs.empty());
}

TEST(ObjectDecoder, AnObjectWithoutAKindIsWhatItsListSays) {
  EXPECT_EQ(run_of(object(""), "JobList").kind, RunKind::kJob);
  EXPECT_EQ(run_of(object(""), "PodList").kind, RunKind::kPod);
  EXPECT_EQ(run_of(object("Workflow"), "JobList").kind, RunKind::kWorkflow) << "its own kind comes first";
}

TEST(ObjectDecoder, AnObjectWithoutAnyKindIsAWorkflowAsTheArgoServerListsThem) {
  EXPECT_EQ(run_of(object("")).kind, RunKind::kWorkflow);
  EXPECT_EQ(run_of(object(""), "List").kind, RunKind::kWorkflow);
  EXPECT_EQ(run_of(object("", "", R"("spec":{"entrypoint":"main","templates":[{"container":{}}]})")).kind,
            RunKind::kWorkflow);
}

// The Argo server lists CronWorkflows without a kind too; a JobList sorted by key tells its kind behind its items.
TEST(ObjectDecoder, AnObjectWithoutAnyKindIsToldByItsSpec) {
  EXPECT_EQ(schedule_of(object("", "", R"("spec":{"schedules":["* * * * *"],"workflowSpec":{"templates":[]}})")).kind,
            ScheduleKind::kCronWorkflow);
  EXPECT_EQ(schedule_of(object("", "", R"("spec":{"jobTemplate":{"spec":{}},"schedule":"* * * * *"})")).kind,
            ScheduleKind::kCronJob);
  EXPECT_EQ(run_of(object("", "", R"("spec":{"backoffLimit":6,"template":{"spec":{"containers":[]}}})")).kind,
            RunKind::kJob);
  EXPECT_EQ(run_of(object("", "", R"("spec":{"containers":[],"nodeName":"x"})")).kind, RunKind::kPod);
}

TEST(ObjectDecoder, ListingsInsideListingsAreRead) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(R"({"items":[)" + object("Workflow") + R"(,{"kind":"JobList","items":[)" + object("") +
                            R"(]},{"kind":"Secret"}],"kind":"List","metadata":{"continue":""}})"),
            "ok");
  ASSERT_EQ(decoding.seen.runs.size(), 2U);
  EXPECT_EQ(decoding.seen.runs[1].kind, RunKind::kJob);
  EXPECT_EQ(decoding.decoder.counts().other_kinds.at("Secret"), 1U);
  EXPECT_FALSE(decoding.decoder.counts().incomplete);
}

TEST(ObjectDecoder, AnEmptyListingIsFineAndAPageIsNoticed) {
  Decoding decoding;
  EXPECT_EQ(decoding.decode(R"({"kind":"WorkflowList","items":null})"), "ok");
  EXPECT_EQ(decoding.decode(R"({"metadata":{"resourceVersion":"7"},"items":[]})"), "ok");
  EXPECT_FALSE(decoding.decoder.counts().incomplete);
  EXPECT_EQ(decoding.decode(R"({"metadata":{"continue":"abc"},"items":[]})"), "ok");
  EXPECT_TRUE(decoding.decoder.counts().incomplete);
  EXPECT_FALSE(decoding.decoder.counts().maybe_incomplete);
  EXPECT_EQ(decoding.decode(R"({"metadata":{"continue":"91"},"items":[]})"), "ok");
  EXPECT_TRUE(decoding.decoder.counts().maybe_incomplete);
}

TEST(ObjectDecoder, AnApiServersFailureIsAnError) {
  EXPECT_EQ(error_of(R"({"kind":"Status","status":"Failure","message":"workflows is forbidden","code":403})"),
            "is an API server's refusal, not a listing: workflows is forbidden");
}

TEST(ObjectDecoder, WhatIsHandedOverInPlaceOfAListingIsToldWithWhatToRun) {
  const std::string instead = "; run argo list -A -o json, or kubectl get workflows -A -o json";
  const std::string refusal = recording("rbac/mon-none.argoserver-list-all.http");
  EXPECT_EQ(error_of(refusal.substr(refusal.find("{\"code\""))),
            "is an Argo server's refusal (code 7), not a listing: Permission denied, you are not allowed to list "
            "workflows in namespace \"\". Maybe you want to specify a namespace with query parameter "
            "`.namespace=`?" +
                instead);
  const std::string event = R"({"type":"ADDED","object":)" + object("Workflow", "", "") + "}";
  EXPECT_EQ(error_of(event), "is a watch event, not a listing" + instead);
  EXPECT_EQ(error_of(R"({"result":)" + event + "}"), "is a watch event, not a listing" + instead);
  const std::string metadata = object("PartialObjectMetadata", "", "");
  EXPECT_EQ(error_of(metadata), "is PartialObjectMetadata, which has neither spec nor status to judge by" + instead);
  EXPECT_EQ(error_of(R"({"kind":"PartialObjectMetadataList","items":[]})"),
            "is PartialObjectMetadataList, which has neither spec nor status to judge by" + instead);
}

TEST(ObjectDecoder, AFieldThatIsCalledAsARefusalsIsNoRefusal) {
  EXPECT_EQ(run_of(object("Workflow", "", R"("code":7,"message":"m","type":"ADDED","object":{},"result":{})")).name,
            "n");
  EXPECT_EQ(error_of(R"({"code":"7","message":"m"})"), "metadata is missing");
  EXPECT_EQ(error_of(R"({"type":"ADDED"})"), "metadata is missing");
  EXPECT_EQ(error_of(R"({"result":7})"), "metadata is missing");
}

struct Wrong {
  std::string text;
  std::string message;
};

TEST(ObjectDecoder, MissingFieldsAreNamed) {
  const std::vector<Wrong> cases{
      {R"({"kind":"Workflow"})", "metadata is missing"},
      {R"({"kind":"Workflow","metadata":null})", "metadata.name is missing"},
      {R"({"kind":"Workflow","metadata":{"namespace":"s","creationTimestamp":"2026-11-22T11:00:00Z"}})",
       "metadata.name is missing"},
      {R"({"kind":"Job","metadata":{"name":"n","creationTimestamp":"2026-11-22T11:00:00Z"}})",
       "Job n: metadata.namespace is missing"},
      {R"({"metadata":{"name":"n","namespace":"","creationTimestamp":"2026-11-22T11:00:00Z"}})",
       "Workflow n: metadata.namespace is missing"},
      {R"({"kind":"CronJob","metadata":{"name":"n","namespace":"s","creationTimestamp":null}})",
       "CronJob n: metadata.creationTimestamp is missing"},
  };
  for (const Wrong& each : cases) EXPECT_EQ(error_of(each.text), each.message);
}

TEST(ObjectDecoder, FieldsOfTheWrongTypeAreNamedWithWhatWasExpected) {
  const std::vector<Wrong> cases{
      {"[]", "the document is wrong: expected an object"},
      {R"({"kind":7})", "kind is wrong: expected a string"},
      {R"({"kind":"Job","metadata":[]})", "metadata is wrong: expected an object"},
      {R"({"metadata":{"name":7}})", "metadata.name is wrong: expected a string"},
      {R"({"metadata":{"namespace":{}}})", "metadata.namespace is wrong: expected a string"},
      {R"({"metadata":{"uid":1}})", "metadata.uid is wrong: expected a string"},
      {R"({"metadata":{"resourceVersion":42}})", "metadata.resourceVersion is wrong: expected a string"},
      {R"({"metadata":{"creationTimestamp":"yesterday"}})",
       "metadata.creationTimestamp is wrong: expected a time such as 2026-11-22T11:57:00Z, found \"yesterday\""},
      {R"({"metadata":{"creationTimestamp":1795348620}})", "metadata.creationTimestamp is wrong: expected a string"},
      {R"({"metadata":{"creationTimestamp":"2026-02-30T00:00:00Z"}})",
       "metadata.creationTimestamp is wrong: expected a time such as 2026-11-22T11:57:00Z, found "
       "\"2026-02-30T00:00:00Z\""},
      {R"({"metadata":{"labels":[]}})", "metadata.labels is wrong: expected an object"},
      {R"({"metadata":{"labels":{"a":true}}})", "a label's value in metadata.labels is wrong: expected a string"},
      {R"({"metadata":{"annotations":{"a":1}}})",
       "an annotation's value in metadata.annotations is wrong: expected a string"},
      {R"({"metadata":{"ownerReferences":{}}})", "metadata.ownerReferences is wrong: expected an array"},
      {R"({"metadata":{"ownerReferences":[{"controller":"true"}]}})",
       "metadata.ownerReferences.controller is wrong: expected true or false"},
      {R"({"metadata":{"managedFields":[{"time":"x"}]}})",
       "metadata.managedFields.time is wrong: expected a time such as 2026-11-22T11:57:00Z, found \"x\""},
      {object("Workflow", "", R"("spec":[])"), "Workflow s/n: spec is wrong: expected an object"},
      {object("Workflow", "", R"("spec":{"shutdown":true})"),
       "Workflow s/n: spec.shutdown is wrong: expected a string"},
      {object("Workflow", "", R"("status":"Failed")"), "Workflow s/n: status is wrong: expected an object"},
      {object("Workflow", "", R"("status":{"finishedAt":""},"status":{})"), "status stands there twice; expected once"},
      {object("Workflow", "", R"("status":{"finishedAt":7})"),
       "Workflow s/n: status.finishedAt is wrong: expected a string"},
      {object("Job", "", R"("status":{"conditions":{}})"), "Job s/n: status.conditions is wrong: expected an array"},
      {object("Job", "", R"("status":{"active":"1"})"), "Job s/n: status.active is wrong: expected a whole number"},
      {object("CronJob", "", R"("spec":{"suspend":"no"})"),
       "CronJob s/n: spec.suspend is wrong: expected true or false"},
      {object("CronWorkflow", "", R"("status":{"failed":1.5})"),
       "CronWorkflow s/n: status.failed is wrong: expected a whole number"},
      {R"({"kind":"List","items":7})", "items is wrong: expected an array"},
      {R"({"kind":"List","items":[7]})", "the document is wrong: expected an object"},
      {R"({"kind":"List","items":[],"metadata":{"continue":7}})", "metadata.continue is wrong: expected a string"},
  };
  for (const Wrong& each : cases) EXPECT_EQ(error_of(each.text), each.message) << each.text;
}

TEST(ObjectDecoder, FieldsThatDecideMayNotStandThereTwice) {
  const std::vector<Wrong> cases{
      {R"({"kind":"Job","kind":"Workflow"})", "kind stands there twice; expected once"},
      {object("Workflow", "", R"("metadata":{})"), "metadata stands there twice; expected once"},
      {object("Workflow", R"("name":"m")"), "metadata.name stands there twice; expected once"},
      {object("Workflow", R"("namespace":"s")"), "metadata.namespace stands there twice; expected once"},
      {object("Workflow", R"("uid":"1","uid":"1")"), "metadata.uid stands there twice; expected once"},
      {object("Workflow", R"("resourceVersion":"1","resourceVersion":"2")"),
       "metadata.resourceVersion stands there twice; expected once"},
      {object("Workflow", R"("creationTimestamp":"2026-11-22T11:00:00Z")"),
       "metadata.creationTimestamp stands there twice; expected once"},
      {object("Workflow", R"("labels":{},"labels":{})"), "metadata.labels stands there twice; expected once"},
      {object("Workflow",
              R"("labels":{"workflows.argoproj.io/phase":"Failed","workflows.argoproj.io/phase":"Failed"})"),
       "workflows.argoproj.io/phase stands there twice; expected once"},
      {object("Workflow",
              R"("labels":{"workflows.argoproj.io/completed":"true","workflows.argoproj.io/completed":"false"})"),
       "workflows.argoproj.io/completed stands there twice; expected once"},
      {R"({"items":[],"items":[]})", "items stands there twice; expected once"},
  };
  for (const Wrong& each : cases) EXPECT_EQ(error_of(each.text), each.message) << each.text;
}

TEST(ObjectDecoder, AStrangersNamesInAMessageAreNotRepeatedAtLength) {
  const std::string name(1'000'000, 'n');
  for (const std::string& text :
       {R"({"metadata":{"name":")" + name + "\"}}", R"({"kind":"Status","message":")" + name + "\"}",
        R"({"metadata":{"name":")" + name + R"(","namespace":")" + name +
            R"(","creationTimestamp":"2026-11-22T11:00:00Z"},"spec":[]})"}) {
    EXPECT_LT(error_of(text).size(), 700U);
  }
}

TEST(ObjectDecoder, AKeyMayBeWrittenWithEscapes) {
  EXPECT_EQ(run_of(R"({"k\u0069nd":"Job","m\u0065tadata":{"n\u0061me":"\u006e","namespace":"s",)"
                   R"("creationTimestamp":"2026-11-22T11:00:00Z"}})")
                .kind,
            RunKind::kJob);
}

TEST(ObjectDecoder, AnEmptyFinishReadsAsNone) {
  EXPECT_EQ(run_of(object("Workflow", "", R"("status":{"finishedAt":"","startedAt":null})")).finished, std::nullopt);
}

TEST(ObjectDecoder, TimesOutsideOfWholeSecondsOfUtcAreRead) {
  const auto created = [](std::string_view text) {
    return run_of(R"({"metadata":{"name":"n","namespace":"s","creationTimestamp":")" + std::string(text) + "\"}}")
        .created;
  };
  EXPECT_EQ(created("2026-11-22T11:00:00.999Z"), at("2026-11-22T11:00:00Z"));
  EXPECT_EQ(created("2026-11-22T13:00:00+02:00"), at("2026-11-22T11:00:00Z"));
}

TEST(ObjectDecoder, AVersionThatIsNoNumberIsZero) {
  EXPECT_EQ(run_of(object("Workflow", R"("resourceVersion":"12x")")).version, 0U);
  EXPECT_EQ(run_of(object("Workflow", R"("resourceVersion":"99999999999999999999")")).version, 0U);
}

TEST(ObjectDecoder, TheFilterChoosesByNamespaceAndLabels) {
  const auto selector = LabelSelector::parse("team=a");
  ASSERT_TRUE(selector.ok());
  Decoding decoding(ObjectFilter{{"s", "t"}, *selector});
  EXPECT_EQ(decoding.decode(object("Workflow", R"("labels":{"team":"a"})")), "ok");
  EXPECT_EQ(decoding.decode(object("Workflow", R"("labels":{"team":"b"})")), "ok");
  EXPECT_EQ(decoding.decode(object("CronJob")), "ok");
  EXPECT_EQ(decoding.decode(R"({"metadata":{"name":"n","namespace":"other","labels":{"team":"a"},
      "creationTimestamp":"2026-11-22T11:00:00Z"}})"),
            "ok");
  EXPECT_EQ(decoding.seen.runs.size(), 1U);
  EXPECT_EQ(decoding.decoder.counts().filtered, 3U);
}

TEST(ObjectDecoder, NestingBeyondTheLimitIsRefused) {
  const auto nested = [](std::size_t depth) {
    return object("Workflow", "", "\"spec\":{\"x\":" + std::string(depth, '[') + std::string(depth, ']') + "}");
  };
  EXPECT_EQ(run_of(nested(900)).name, "n");
  EXPECT_THAT(error_of(nested(100'000)), HasSubstr("too deep"));
  EXPECT_THAT(error_of(nested(ObjectDecoder::kMaxDepth)), HasSubstr("too deep"));
}

TEST(ObjectDecoder, AnErrorDoesNotSpoilTheNextObject) {
  Decoding decoding;
  EXPECT_NE(decoding.decode("{\"a\":}"), "ok");
  EXPECT_NE(decoding.decode(object("Workflow", R"("labels":{"a":1})")), "ok");
  EXPECT_EQ(decoding.decode(object("Workflow")), "ok");
  EXPECT_TRUE(decoding.seen.runs.at(0).labels.empty());
  EXPECT_EQ(decoding.decoder.counts().runs, 1U);
}

// What a failed Workflow's nodes tell, on recordings: the pods' names are those that the cluster had.
struct FailedNodeCase {
  std::string recording;
  std::string node;
  std::string pod;
  std::string exit_code;
};

TEST(ObjectDecoder, TheFirstFailedPodExplainsARecordedFailure) {
  const std::vector<FailedNodeCase> cases{
      {"steps-parallel", "steps-parallel[1].stepB-fails-first", "steps-parallel-bad-2330635910", "1"},
      {"dag-parallel", "dag-parallel.B1", "dag-parallel-bad-3546536", "1"},
      {"dag-nofailfast", "dag-nofailfast.B1", "", "1"},
      {"nested-steps", "nested-steps.A[1].a2", "", "1"},
      {"retry-exhausted", "retry-exhausted(0)", "", "1"},
      {"fail", "fail", "fail", "1"},
      {"error", "error", "error", "0"},
      {"deadline", "deadline", "deadline", ""},
      {"onexit-after-fail", "onexit-after-fail", "onexit-after-fail", "1"},
      {"onexit-fails", "onexit-fails.onExit", "", "1"},
      {"retry-then-ok", "", "", ""},
      {"continue-on", "", "", ""},
      {"invalid-ref", "", "", ""},
  };
  for (const FailedNodeCase& each : cases) {
    const KeptRun run = run_of(recording("objects/" + each.recording + ".final.json"));
    EXPECT_EQ(run.node_name, each.node) << each.recording;
    EXPECT_EQ(run.node_exit_code, each.exit_code) << each.recording;
    EXPECT_EQ(run.only_exit_handler, each.recording == "onexit-fails") << each.recording;
    if (!each.pod.empty()) {
      EXPECT_EQ(run.node_pod, each.pod);
    }
  }
}

std::string failed_with_nodes(const std::string& nodes) {
  return object("Workflow",
                R"("labels":{"workflows.argoproj.io/phase":"Failed","workflows.argoproj.io/completed":"true"})",
                "\"status\":{\"nodes\":" + nodes + "}");
}

TEST(ObjectDecoder, AFailureThatARetryMadeGoodExplainsNothing) {
  const KeptRun run = run_of(failed_with_nodes(R"json({
    "r":{"id":"r","name":"n.r","type":"Retry","phase":"Succeeded","children":["r0","r1"]},
    "r0":{"id":"r0","name":"n.r(0)","type":"Steps","phase":"Failed","finishedAt":"2026-11-22T11:00:01Z"},
    "r0p":{"id":"r0p","name":"n.r(0)[0].x","type":"Pod","phase":"Failed","boundaryID":"r0","finishedAt":"2026-11-22T11:00:01Z"},
    "r1":{"id":"r1","name":"n.r(1)","type":"Steps","phase":"Succeeded"},
    "p":{"id":"p","name":"n.later","type":"Pod","phase":"Failed","finishedAt":"2026-11-22T11:00:09Z"}})json"));
  EXPECT_EQ(run.node_name, "n.later");
}

TEST(ObjectDecoder, AFailureThatItsStepGroupWentOnFromExplainsNothing) {
  const KeptRun run = run_of(failed_with_nodes(R"({
    "g":{"id":"g","name":"n[0]","type":"StepGroup","phase":"Succeeded","children":["a"]},
    "a":{"id":"a","name":"n[0].tolerated","type":"Pod","phase":"Failed","finishedAt":"2026-11-22T11:00:01Z","children":["h"]},
    "h":{"id":"h","name":"n[1]","type":"StepGroup","phase":"Failed","children":["b"]},
    "b":{"id":"b","name":"n[1].real","type":"Pod","phase":"Failed","finishedAt":"2026-11-22T11:00:05Z"}})"));
  EXPECT_EQ(run.node_name, "n[1].real");
}

TEST(ObjectDecoder, NodesOfAnyShapeAreNoError) {
  for (const std::string_view nodes :
       {"7", "[]", "{\"a\":7}", "{\"a\":{\"phase\":\"Failed\"}}", "{\"a\":{\"phase\":7}}",
        R"({"a":{"phase":"Failed","type":"Pod","id":"x","outputs":7,"templateRef":[]}})",
        R"({"a":{"phase":"Succeeded","type":"Retry","children":[7,{}]}})"}) {
    EXPECT_EQ(run_of(failed_with_nodes(std::string(nodes))).phase, "Failed") << nodes;
  }
}

TEST(ObjectDecoder, NodesElsewhereAreNotNone) {
  EXPECT_EQ(run_of(object("Workflow", "", R"("status":{"compressedNodes":"H4s"})")).nodes, Nodes::kUnknown);
  EXPECT_EQ(run_of(object("Workflow", "", R"("status":{"offloadNodeStatusVersion":"fnv:1"})")).nodes, Nodes::kUnknown);
  EXPECT_EQ(run_of(object("Workflow", "", R"("status":{"phase":"Error"})")).nodes, Nodes::kNone);
  EXPECT_EQ(run_of(recording("objects/big-150.final.json")).nodes, Nodes::kUnknown);
}

}  // namespace
}  // namespace lastrun::source
