#include "source/kubernetes/protobuf.h"

#include <algorithm>
#include <optional>
#include <protozero/exception.hpp>
#include <protozero/pbf_reader.hpp>
#include <utility>

namespace lastrun::source {
namespace {

using protozero::pbf_reader;

constexpr std::string_view kMagic{"k8s\0", 4};

Error broken(std::string_view what) {
  return Error{ErrorKind::kInput, "protobuf of the API server: " + std::string(what)};
}

std::string_view text_of(pbf_reader& reader) {
  const auto view = reader.get_view();
  return {view.data(), view.size()};
}

// meta/v1 Time: 1 seconds, 2 nanos.
Time read_time(pbf_reader message) {
  std::int64_t seconds = 0;
  while (message.next()) {
    if (message.tag() == 1) {
      seconds = message.get_int64();
    } else {
      message.skip();
    }
  }
  return Time{Seconds{seconds}};
}

// map<string, string>: one message an entry, 1 key, 2 value.
LabelView read_entry(pbf_reader message) {
  LabelView entry;
  while (message.next()) {
    switch (message.tag()) {
      case 1: entry.key = text_of(message); break;
      case 2: entry.value = text_of(message); break;
      default: message.skip();
    }
  }
  return entry;
}

// OwnerReference: 1 kind, 3 name, 6 controller.
void read_owner(pbf_reader message, Metadata& metadata) {
  Controller owner;
  bool controls = false;
  while (message.next()) {
    switch (message.tag()) {
      case 1: owner.kind = text_of(message); break;
      case 3: owner.name = text_of(message); break;
      case 6: controls = message.get_bool(); break;
      default: message.skip();
    }
  }
  if (controls) metadata.controller = owner;
}

// ManagedFieldsEntry: 1 manager, 4 time; 7 fieldsV1 is what makes it large.
void read_managed_fields(pbf_reader message, Metadata& metadata) {
  std::string_view manager;
  std::optional<Time> time;
  while (message.next()) {
    switch (message.tag()) {
      case 1: manager = text_of(message); break;
      case 4: time = read_time(message.get_message()); break;
      default: message.skip();
    }
  }
  note_manager(metadata, manager, time);
}

// ObjectMeta.
void read_object_meta(pbf_reader message, Metadata& metadata, std::vector<LabelView>& labels) {
  while (message.next()) {
    switch (message.tag()) {
      case 1: metadata.name = text_of(message); break;
      case 2: metadata.generate_name = text_of(message); break;
      case 3: metadata.namespace_name = text_of(message); break;
      case 5: metadata.uid = text_of(message); break;
      case 6: metadata.version = read_version(text_of(message)); break;
      case 8: metadata.created = read_time(message.get_message()); break;
      case 11: {
        const LabelView label = read_entry(message.get_message());
        labels.push_back(label);
        note_label(metadata, label);
        break;
      }
      case 12: note_annotation(metadata, read_entry(message.get_message())); break;
      case 13: read_owner(message.get_message(), metadata); break;
      case 17: read_managed_fields(message.get_message(), metadata); break;
      default: message.skip();
    }
  }
}

// PartialObjectMetadata: 1 metadata.
void read_partial_object(pbf_reader message, Metadata& metadata, std::vector<LabelView>& labels) {
  metadata = {};
  labels.clear();
  while (message.next()) {
    if (message.tag() == 1) {
      read_object_meta(message.get_message(), metadata, labels);
    } else {
      message.skip();
    }
  }
}

// ListMeta: 2 resourceVersion, 3 continue.
ListMeta read_list_meta(pbf_reader message) {
  ListMeta meta;
  while (message.next()) {
    switch (message.tag()) {
      case 2: meta.resource_version = text_of(message); break;
      case 3: meta.continue_token = text_of(message); break;
      default: message.skip();
    }
  }
  return meta;
}

// Status: 3 message, 4 reason, 6 code.
ApiStatus read_status(pbf_reader message) {
  ApiStatus status;
  while (message.next()) {
    switch (message.tag()) {
      case 3: status.message = text_of(message); break;
      case 4: status.reason = text_of(message); break;
      case 6: status.code = message.get_int32(); break;
      default: message.skip();
    }
  }
  return status;
}

// runtime.Unknown behind the magic bytes: 1 TypeMeta (1 apiVersion, 2 kind), 2 raw.
struct Unknown {
  std::string_view kind;
  std::string_view raw;
};

Result<Unknown> open_unknown(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return broken("it does not begin with \"k8s\\0\"");
  Unknown unknown;
  pbf_reader message(bytes.data() + kMagic.size(), bytes.size() - kMagic.size());
  while (message.next()) {
    switch (message.tag()) {
      case 1: {
        pbf_reader type = message.get_message();
        while (type.next()) {
          if (type.tag() == 2) {
            unknown.kind = text_of(type);
          } else {
            type.skip();
          }
        }
        break;
      }
      case 2: unknown.raw = text_of(message); break;
      default: message.skip();
    }
  }
  if (unknown.raw.data() == nullptr) return broken("it ends before its object");
  return unknown;
}

Result<WatchEventType> event_type(std::string_view text) {
  if (text == "ADDED") return WatchEventType::kAdded;
  if (text == "MODIFIED") return WatchEventType::kModified;
  if (text == "DELETED") return WatchEventType::kDeleted;
  if (text == "BOOKMARK") return WatchEventType::kBookmark;
  if (text == "ERROR") return WatchEventType::kError;
  return broken("a watch event of a type that is none");
}

Result<ListMeta> read_list(std::string_view bytes, OnMetadata on_metadata) {
  TRY_ASSIGN(const Unknown unknown, open_unknown(bytes));
  if (unknown.kind != "PartialObjectMetadataList") return broken("it is no PartialObjectMetadataList");
  ListMeta meta;
  Metadata metadata;
  std::vector<LabelView> labels;
  pbf_reader list(unknown.raw.data(), unknown.raw.size());
  while (list.next()) {
    switch (list.tag()) {
      case 1: meta = read_list_meta(list.get_message()); break;
      case 2: {
        read_partial_object(list.get_message(), metadata, labels);
        TRY(on_metadata(metadata, labels));
        break;
      }
      default: list.skip();
    }
  }
  return meta;
}

// WatchEvent: 1 type, 2 object, a RawExtension (1 raw).
Result<void> read_event(std::string_view bytes, WatchEvent& event) {
  std::string_view type;
  std::string_view object;
  pbf_reader message(bytes.data(), bytes.size());
  while (message.next()) {
    switch (message.tag()) {
      case 1: type = text_of(message); break;
      case 2: {
        pbf_reader raw = message.get_message();
        while (raw.next()) {
          if (raw.tag() == 1) {
            object = text_of(raw);
          } else {
            raw.skip();
          }
        }
        break;
      }
      default: message.skip();
    }
  }
  TRY_ASSIGN(event.type, event_type(type));
  TRY_ASSIGN(const Unknown unknown, open_unknown(object));
  const pbf_reader inside(unknown.raw.data(), unknown.raw.size());
  if (event.type == WatchEventType::kError) {
    if (unknown.kind != "Status") return broken("an error event without a Status");
    event.status = read_status(inside);
    return Ok{};
  }
  if (unknown.kind != "PartialObjectMetadata") return broken("a watch event of something else");
  read_partial_object(inside, event.metadata, event.labels);
  return Ok{};
}

}  // namespace

Result<ListMeta> decode_protobuf_list(std::string_view bytes, OnMetadata on_metadata) {
  try {
    return read_list(bytes, on_metadata);
  } catch (const protozero::exception& error) {
    return broken(error.what());
  }
}

Result<void> decode_protobuf_event(std::string_view bytes, WatchEvent& event) {
  event.metadata = {};
  event.labels.clear();
  event.status = {};
  try {
    return read_event(bytes, event);
  } catch (const protozero::exception& error) {
    return broken(error.what());
  }
}

}  // namespace lastrun::source
