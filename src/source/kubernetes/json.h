#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "source/kubernetes/events.h"

namespace lastrun::source {

// Decodes the same lists and watch events as protobuf.h where a server speaks JSON only. One decoder keeps its parser's
// space from call to call; views given out last until the next one. Errors are of kind kInput.
// Thread: one caller at a time.
class JsonEvents {
 public:
  JsonEvents();
  JsonEvents(const JsonEvents&) = delete;
  JsonEvents& operator=(const JsonEvents&) = delete;
  ~JsonEvents();

  // A PartialObjectMetadataList.
  [[nodiscard]] Result<ListMeta> decode_list(std::string_view text, OnMetadata on_metadata);
  // One line of a watch.
  [[nodiscard]] Result<void> decode_event(std::string_view line, WatchEvent& event);
  // The Status that an API server answers a refused request with; code 0 where the text is none (some answers are plain
  // text), with the text's beginning as message.
  [[nodiscard]] ApiStatus decode_status(std::string_view text);

 private:
  class Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace lastrun::source
