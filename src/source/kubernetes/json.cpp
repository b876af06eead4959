#include "source/kubernetes/json.h"

#include <simdjson.h>

#include <optional>
#include <string>

#include "base/text.h"
#include "source/object/fields.h"

namespace lastrun::source {
namespace {

using simdjson::dom::element;

constexpr std::size_t kShown = 200;  // columns of a refusal that is plain text

Error broken(std::string_view what) {
  return Error{ErrorKind::kInput, "JSON of the API server: " + std::string(what)};
}

Result<std::optional<WatchEventType>> event_type(const element& value) {
  std::string_view text;
  TRY(read(text, value, "type"));
  if (text == "ADDED") return std::optional(WatchEventType::kAdded);
  if (text == "MODIFIED") return std::optional(WatchEventType::kModified);
  if (text == "DELETED") return std::optional(WatchEventType::kDeleted);
  if (text == "BOOKMARK") return std::optional(WatchEventType::kBookmark);
  if (text == "ERROR") return std::optional(WatchEventType::kError);
  return broken("a watch event of a type that is none");
}

Result<void> read_partial_object(const element& value, Metadata& metadata, std::vector<LabelView>& labels) {
  std::optional<element> part;
  TRY(each_field(value, "the object", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "metadata") part = field;
    return Ok{};
  }));
  if (!part) return broken("an object without metadata");
  TRY_ASSIGN(metadata, read_metadata(*part, labels));
  return Ok{};
}

Result<void> read_status(const element& value, ApiStatus& status) {
  return each_field(value, "status", [&](std::string_view key, const element& field) -> Result<void> {
    std::string_view text;
    if (key == "code") return read(status.code, field, key);
    if (key == "reason") {
      TRY(read(text, field, key));
      status.reason = text;
    } else if (key == "message") {
      TRY(read(text, field, key));
      status.message = text;
    }
    return Ok{};
  });
}

Result<ListMeta> read_list_meta(const element& value) {
  ListMeta meta;
  TRY(each_field(value, "metadata", [&](std::string_view key, const element& field) -> Result<void> {
    std::string_view text;
    if (key == "resourceVersion") {
      TRY(read(text, field, key));
      meta.resource_version = text;
    } else if (key == "continue") {
      TRY(read(text, field, key));
      meta.continue_token = text;
    }
    return Ok{};
  }));
  return meta;
}

}  // namespace

class JsonEvents::Parser {
 public:
  Result<element> parse(std::string_view text) {
    element root;
    const auto failed = parser_.parse(text.data(), text.size(), true).get(root);
    if (failed != simdjson::SUCCESS) return broken(simdjson::error_message(failed));
    return root;
  }

 private:
  simdjson::dom::parser parser_;
};

JsonEvents::JsonEvents() : parser_(std::make_unique<Parser>()) {}
JsonEvents::~JsonEvents() = default;

Result<ListMeta> JsonEvents::decode_list(std::string_view text, OnMetadata on_metadata) {
  TRY_ASSIGN(const element root, parser_->parse(text));
  std::string_view kind;
  ListMeta meta;
  std::optional<element> items;
  TRY(each_field(root, "the list", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "kind") return read(kind, field, key);
    if (key == "items") items = field;
    if (key != "metadata") return Ok{};
    TRY_ASSIGN(meta, read_list_meta(field));
    return Ok{};
  }));
  if (kind != "PartialObjectMetadataList") return broken("it is no PartialObjectMetadataList");
  if (!items) return meta;
  Metadata metadata;
  std::vector<LabelView> labels;
  TRY(each_member(*items, "items", [&](const element& item) -> Result<void> {
    TRY(read_partial_object(item, metadata, labels));
    return on_metadata(metadata, labels);
  }));
  return meta;
}

Result<void> JsonEvents::decode_event(std::string_view line, WatchEvent& event) {
  event.metadata = {};
  event.labels.clear();
  event.status = {};
  TRY_ASSIGN(const element root, parser_->parse(line));
  std::optional<WatchEventType> type;
  std::optional<element> object;
  TRY(each_field(root, "the event", [&](std::string_view key, const element& field) -> Result<void> {
    if (key == "object") object = field;
    if (key != "type") return Ok{};
    TRY_ASSIGN(type, event_type(field));
    return Ok{};
  }));
  if (!type || !object) return broken("a watch event without type or object");
  event.type = *type;
  if (event.type == WatchEventType::kError) return read_status(*object, event.status);
  return read_partial_object(*object, event.metadata, event.labels);
}

ApiStatus JsonEvents::decode_status(std::string_view text) {
  ApiStatus status;
  const auto root = parser_->parse(text);
  if (!root.ok() || !root->is_object() || !read_status(*root, status).ok() || status.code == 0) {
    return {0, {}, shorten(printable(std::string(text.substr(0, 4 * kShown))), kShown)};
  }
  return status;
}

}  // namespace lastrun::source
