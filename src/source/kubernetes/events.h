#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/result.h"
#include "model/observation.h"
#include "source/object/metadata.h"

namespace lastrun::source {

// metadata of a list: where it stands, and whether there is more.
struct ListMeta {
  std::string resource_version;
  std::string continue_token;  // empty on the last page
};

// A Status object: why the API server refuses, or ends a watch.
struct ApiStatus {
  std::int64_t code = 0;
  std::string reason;  // "Expired", "Forbidden"…: stable, unlike the message
  std::string message;
};

enum class WatchEventType { kAdded, kModified, kDeleted, kBookmark, kError };

// One event of a watch of PartialObjectMetadata. Views into the bytes it was decoded from.
struct WatchEvent {
  WatchEventType type = WatchEventType::kAdded;
  Metadata metadata;              // of the object; a bookmark's has a resourceVersion alone
  std::vector<LabelView> labels;  // of the object
  ApiStatus status;               // of an error
};

// Called for each object of a list with its metadata and all its labels.
using OnMetadata = FunctionRef<Result<void>(const Metadata&, const std::vector<LabelView>&)>;

}  // namespace lastrun::source
