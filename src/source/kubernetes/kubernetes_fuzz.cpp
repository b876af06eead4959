// Whatever an API server, an exec plugin or a kubeconfig says: the decoders end with an answer or an error, and no
// error is longer than a message may be. The first byte chooses the decoder.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "source/kubernetes/exec_plugin.h"
#include "source/kubernetes/json.h"
#include "source/kubernetes/kubeconfig.h"
#include "source/kubernetes/protobuf.h"

namespace lastrun::source {
namespace {

template <typename T>
void check_message(const Result<T>& result) {
  if (!result.ok()) CHECK(result.error().message.size() < 4000);
}

constexpr auto kLookAt = [](const Metadata& metadata, const std::vector<LabelView>& labels) -> Result<void> {
  std::size_t bytes = metadata.name.size() + metadata.uid.size() + metadata.phase.size();
  for (const LabelView& label : labels) bytes += label.key.size() + label.value.size();
  CHECK(bytes < (std::size_t{1} << 40));
  return Ok{};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  JsonEvents json;
  WatchEvent event;
  switch (data[0] % 6) {
    case 0: check_message(decode_protobuf_list(text, kLookAt)); break;
    case 1: check_message(decode_protobuf_event(text, event)); break;
    case 2: check_message(json.decode_list(text, kLookAt)); break;
    case 3: check_message(json.decode_event(text, event)); break;
    case 4: check_message(decode_exec_credential(text, "client.authentication.k8s.io/v1")); break;
    default: check_message(parse_kubeconfig(text, "/config", "")); break;
  }
  CHECK(json.decode_status(text).message.size() < 4000 || text.size() >= 4000);
  return 0;
}

}  // namespace lastrun::source
