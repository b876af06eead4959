#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "source/file/byte_stream.h"

namespace lastrun::source {

enum class Packing { kNone, kGzip, kZstd };

// What the first four bytes say. Sources: RFC 1952 section 2.3.1, RFC 8878 sections 3.1.1 and 3.1.2.
[[nodiscard]] Packing packing_of(std::string_view first_bytes);

// A stream of what `packed` unpacks to. `name` stands in its errors, all of kind kInput: damaged, cut short, or
// followed by something else.
[[nodiscard]] Result<std::unique_ptr<ByteStream>> unpack(std::unique_ptr<ByteStream> packed, Packing packing,
                                                         std::string name);

}  // namespace lastrun::source
