// The splitter against simdjson, in chunks and reads of any size: the first two bytes choose them.

#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "source/file/bracket_scanner.h"
#include "source/file/testing_reference.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using lastrun::source::ScanWith;
  if (size < 2) return 0;
  const std::size_t chunk = data[0] < 200 ? data[0] : std::size_t{1} << (data[0] % 16U);
  const std::size_t read = data[1] == 0 ? std::string_view::npos : data[1];
  lastrun::source::scan_with(data[1] % 2 == 0 ? ScanWith::kAuto : ScanWith::kPortable);
  const std::string_view input(reinterpret_cast<const char*>(data) + 2, size - 2);
  CHECK(lastrun::source::difference_from_reference(input, chunk, read).empty());
  return 0;
}
