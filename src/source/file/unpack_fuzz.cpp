// Packed data from a stranger: any bytes end as an error or as at most what fits the limit here, in buffers of any
// size.

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "source/file/testing_stream.h"
#include "source/file/unpack.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace source = lastrun::source;
  if (size < 2) return 0;
  const std::size_t read = data[0] == 0 ? std::string_view::npos : data[0];
  std::vector<char> buffer(data[1] == 0 ? 65536 : data[1]);
  const std::string_view packed(reinterpret_cast<const char*>(data) + 2, size - 2);
  auto stream = source::unpack(source::stream_of(packed, read), source::packing_of(packed.substr(0, 4)), "x");
  CHECK(stream.ok());
  constexpr std::size_t kEnough = std::size_t{1} << 22;
  for (std::size_t total = 0; total < kEnough;) {
    const auto count = (*stream)->read(buffer);
    if (!count.ok() || *count == 0) break;
    CHECK(*count <= buffer.size());
    total += *count;
  }
  return 0;
}
