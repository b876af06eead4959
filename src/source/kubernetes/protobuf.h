#pragma once

#include <string_view>

#include "base/result.h"
#include "source/kubernetes/events.h"

namespace lastrun::source {

// Decodes a PartialObjectMetadataList as application/vnd.kubernetes.protobuf: "k8s\0" and a runtime.Unknown around it.
// Of managedFields only manager and time are read; fieldsV1, most of the bytes, is skipped by its length. A list that
// is none, ends early or is broken is an error of kind kInput; what was passed on by then is good. Source:
// k8s.io/apimachinery, meta/v1/generated.proto and runtime/generated.proto.
[[nodiscard]] Result<ListMeta> decode_protobuf_list(std::string_view bytes, OnMetadata on_metadata);

// Decodes one watch event of PartialObjectMetadata without the four bytes of length before it. `event` is filled anew;
// its space is used again.
[[nodiscard]] Result<void> decode_protobuf_event(std::string_view bytes, WatchEvent& event);

}  // namespace lastrun::source
