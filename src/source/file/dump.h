#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "source/file/byte_stream.h"
#include "source/object/object_decoder.h"

namespace lastrun::source {

// How far reading has come, now and then while it goes on.
using Progress = std::function<void(std::uint64_t bytes, std::uint64_t objects)>;

// Reads one input to its end and passes every object in it to `decoder`, in their order. `name` stands in errors.
// Errors (kInput, kIo) name the input, byte and line, and what was expected; objects before the mistake have been
// passed on by then, so that nothing may be judged of what the decoder's sink collected.
// Thread: reads ahead on a thread of its own, at most some MB, which has ended when this returns; decodes and reports
// progress on the caller's.
[[nodiscard]] Result<void> read_dump(std::unique_ptr<ByteStream> stream, const std::string& name,
                                     ObjectDecoder& decoder, const Progress& progress);

}  // namespace lastrun::source
