#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace lastrun::source {

// Bytes that come one after another: a file, a pipe, standard input, unpacked if they were packed.
// Thread: one caller at a time.
class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Fills `buffer` as far as bytes are at hand, at least with one; 0 only at the end. Errors name the input.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

// Opens `path` ("-" is standard input) for reading. What begins with the magic number of gzip or zstd is unpacked as
// it is read, several members one after another as one. Errors: kNotFound, kPermission, kIo (a directory), kInput
// (packed data that is damaged or cut short).
[[nodiscard]] Result<std::unique_ptr<ByteStream>> open_input(const std::string& path);

// How messages call this input: the path, or "standard input".
[[nodiscard]] std::string input_name(const std::string& path);

}  // namespace lastrun::source
