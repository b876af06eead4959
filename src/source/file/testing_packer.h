#pragma once

#include <string>
#include <string_view>

namespace lastrun::source {

// `text` as one member of gzip (RFC 1952), as `gzip` writes it.
[[nodiscard]] std::string gzip(std::string_view text);

// `text` as one frame of zstd (RFC 8878) with a checksum, as `zstd` writes it.
[[nodiscard]] std::string zstd(std::string_view text);

}  // namespace lastrun::source
