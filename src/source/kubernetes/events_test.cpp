// Lists and watches of PartialObjectMetadata in both encodings: what a real API server sent, recorded.
#include "source/kubernetes/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/time.h"
#include "source/kubernetes/json.h"
#include "source/kubernetes/protobuf.h"
#include "testing/temp_dir.h"

namespace lastrun::source {
namespace {

using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::string recording(const std::string& name) {
  return lastrun::testing::read_file(std::string(LASTRUN_SOURCE_DIR) + "/test/recordings/" + name);
}

// The body of a recorded answer: what comes after its headers.
std::string body_of(const std::string& name) {
  const std::string text = recording(name);
  for (const std::string_view end : {"\r\n\r\n", "\n\n"}) {
    const std::size_t at = text.find(end);
    if (at != std::string::npos) return text.substr(at + end.size());
  }
  CHECK(false);
}

std::string text_of(const std::optional<Time>& time) {
  return time ? format_rfc3339(*time) : "-";
}

// Every field that anybody reads.
std::string describe(const Metadata& metadata, const std::vector<LabelView>& labels) {
  std::string text;
  for (const std::string_view field :
       {metadata.namespace_name, metadata.name, metadata.uid, metadata.generate_name, metadata.controller.kind,
        metadata.controller.name, metadata.batch_name, metadata.scheduled, metadata.phase, metadata.action,
        metadata.cron_workflow, metadata.workflow_template, metadata.cluster_workflow_template}) {
    text += std::string(field) + " | ";
  }
  text += std::to_string(metadata.version) + " " + text_of(metadata.created) + " " + text_of(metadata.controller_time);
  text += std::string(metadata.completed ? " completed" : "") + (metadata.v2_pod_names ? " v2" : "");
  std::vector<std::string> sorted;
  for (const LabelView& label : labels) sorted.push_back(std::string(label.key) + "=" + std::string(label.value));
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& label : sorted) text += " " + label;
  return text;
}

std::string describe(const WatchEvent& event) {
  static constexpr std::array<std::string_view, 5> kTypes{"ADDED ", "MODIFIED ", "DELETED ", "BOOKMARK ", "ERROR "};
  std::string text(kTypes.at(static_cast<std::size_t>(event.type)));
  if (event.type == WatchEventType::kError) {
    return text + std::to_string(event.status.code) + " " + event.status.reason + ": " + event.status.message;
  }
  return text + describe(event.metadata, event.labels);
}

struct Listed {
  std::vector<std::string> objects;
  ListMeta meta;
};

template <typename Decode>
Listed list_with(const Decode& decode) {
  Listed listed;
  const auto meta = decode([&](const Metadata& metadata, const std::vector<LabelView>& labels) -> Result<void> {
    listed.objects.push_back(describe(metadata, labels));
    return Ok{};
  });
  EXPECT_TRUE(meta.ok()) << (meta.ok() ? "" : meta.error().message);
  if (meta.ok()) listed.meta = *meta;
  return listed;
}

TEST(KubernetesLists, BothEncodingsTellTheSame) {
  const std::string protobuf = recording("api/list-pom.protobuf.bin");
  const std::string json = recording("api/list-pom.json");
  JsonEvents decoder;
  const Listed by_protobuf = list_with([&](OnMetadata on) { return decode_protobuf_list(protobuf, on); });
  const Listed by_json = list_with([&](OnMetadata on) { return decoder.decode_list(json, on); });
  EXPECT_THAT(by_protobuf.objects, ElementsAreArray(by_json.objects));
  EXPECT_EQ(by_protobuf.objects.size(), 58U);
  EXPECT_EQ(by_protobuf.meta.resource_version, "5318");
  EXPECT_EQ(by_json.meta.continue_token, "");
  EXPECT_THAT(by_json.objects.front(), HasSubstr("cron | daily-never"));
}

// Splits a protobuf watch into its frames: four bytes of length, big-endian, then an event.
std::vector<std::string_view> frames_of(std::string_view body) {
  std::vector<std::string_view> frames;
  while (body.size() >= 4) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < 4; ++i) length = length << 8 | static_cast<unsigned char>(body[i]);
    CHECK(body.size() >= 4 + length);
    frames.push_back(body.substr(4, length));
    body.remove_prefix(4 + length);
  }
  CHECK(body.empty());
  return frames;
}

std::vector<std::string> protobuf_history(const std::string& body) {
  std::vector<std::string> history;
  WatchEvent event;
  for (const std::string_view frame : frames_of(body)) {
    const auto decoded = decode_protobuf_event(frame, event);
    EXPECT_TRUE(decoded.ok()) << (decoded.ok() ? "" : decoded.error().message);
    history.push_back(describe(event));
  }
  return history;
}

std::vector<std::string> json_history(std::string_view body) {
  std::vector<std::string> history;
  JsonEvents decoder;
  WatchEvent event;
  while (!body.empty()) {
    const std::size_t end = body.find('\n');
    const auto decoded = decoder.decode_event(body.substr(0, end), event);
    EXPECT_TRUE(decoded.ok()) << (decoded.ok() ? "" : decoded.error().message);
    history.push_back(describe(event));
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
  }
  return history;
}

// Bookmarks come when the server pleases, on each connection apart.
std::vector<std::string> without_bookmarks(std::vector<std::string> history) {
  std::erase_if(history, [](const std::string& event) { return event.starts_with("BOOKMARK"); });
  return history;
}

TEST(KubernetesWatches, BothEncodingsTellTheSameHistory) {
  const auto by_protobuf = without_bookmarks(protobuf_history(body_of("watch/watch-workflows-pom-protobuf.http")));
  const auto by_json = without_bookmarks(json_history(body_of("watch/watch-workflows-pom-json.http")));
  EXPECT_EQ(by_protobuf.size(), 223U);
  EXPECT_THAT(by_protobuf, ElementsAreArray(by_json));
}

TEST(KubernetesWatches, AnErrorEventCarriesItsStatus) {
  const auto history = json_history(body_of("errors/410-watch-old-rv-event.http"));
  ASSERT_EQ(history.size(), 1U);
  EXPECT_THAT(history.front(), ::testing::StartsWith("ERROR 410 Expired: too old resource version"));
}

TEST(KubernetesLists, CutAtAnyByteItIsAnError) {
  const std::string protobuf = recording("api/list-pom.protobuf.bin");
  const auto nothing = [](const Metadata&, const std::vector<LabelView>&) -> Result<void> { return Ok{}; };
  for (std::size_t length = 0; length < protobuf.size(); length += length < 4096 ? 1 : 97) {
    EXPECT_FALSE(decode_protobuf_list(std::string_view(protobuf).substr(0, length), nothing).ok()) << length;
  }
}

TEST(KubernetesLists, WhatIsNoListIsRefused) {
  const auto nothing = [](const Metadata&, const std::vector<LabelView>&) -> Result<void> { return Ok{}; };
  EXPECT_FALSE(decode_protobuf_list("{}", nothing).ok());
  JsonEvents decoder;
  for (const char* text :
       {"", "x", "[]", "{}", R"({"kind":"Status"})", R"({"kind":"PartialObjectMetadataList","items":3})"}) {
    EXPECT_FALSE(decoder.decode_list(text, nothing).ok()) << text;
  }
  EXPECT_TRUE(decoder.decode_list(R"({"kind":"PartialObjectMetadataList","items":null})", nothing).ok());
}

TEST(KubernetesAnswers, AStatusIsReadAndPlainTextIsKept) {
  JsonEvents decoder;
  const ApiStatus status = decoder.decode_status(R"({"kind":"Status","code":403,"reason":"Forbidden","message":"no"})");
  EXPECT_EQ(status.code, 403);
  EXPECT_EQ(status.reason, "Forbidden");
  EXPECT_EQ(status.message, "no");
  const ApiStatus plain = decoder.decode_status("404 page not found\n");
  EXPECT_EQ(plain.code, 0);
  EXPECT_EQ(plain.message, "404 page not found\\n");
}

}  // namespace
}  // namespace lastrun::source
