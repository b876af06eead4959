#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "source/file/byte_stream.h"
#include "source/file/splitter.h"

namespace lastrun::source {

// A text as a stream that gives at most `most_at_once` bytes a read, as pipes do; fails at its end if it is told to.
class TextStream : public ByteStream {
 public:
  explicit TextStream(std::string_view text, std::size_t most_at_once = std::string_view::npos)
      : text_(text), most_at_once_(most_at_once) {}
  void fail_at_end(Error error) { error_ = std::move(error); }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (given_ == text_.size() && error_) return *error_;
    const std::size_t count = std::min({buffer.size(), text_.size() - given_, most_at_once_});
    std::copy_n(text_.data() + given_, count, buffer.data());
    given_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t most_at_once_;
  std::size_t given_ = 0;
  std::optional<Error> error_;
};

[[nodiscard]] inline std::unique_ptr<TextStream> stream_of(std::string_view text,
                                                           std::size_t most_at_once = std::string_view::npos) {
  return std::make_unique<TextStream>(text, most_at_once);
}

// A piece that outlives its chunk.
struct KeptPiece {
  std::string text;
  std::uint64_t byte = 0;
  std::uint64_t line = 0;
  std::string list_kind;
  bool is_list_shell = false;
  std::size_t gap = 0;
  std::uint64_t behind_gap_byte = 0;
  std::uint64_t behind_gap_line = 1;

  bool operator==(const KeptPiece&) const = default;
};

// Everything a Splitter makes of an input, or its error.
[[nodiscard]] inline Result<std::vector<KeptPiece>> split(std::string_view input,
                                                          std::size_t chunk_bytes = Splitter::kChunkBytes,
                                                          std::size_t most_at_once = std::string_view::npos) {
  TextStream stream(input, most_at_once);
  Splitter splitter(stream, "input", chunk_bytes);
  std::vector<KeptPiece> pieces;
  Chunk chunk;
  while (true) {
    TRY_ASSIGN(const bool more, splitter.next(chunk));
    if (!more) return pieces;
    CHECK(!chunk.pieces.empty());
    for (const Piece& piece : chunk.pieces) {
      const std::string& kind = chunk.list_kinds.at(piece.list_kind);
      pieces.push_back({std::string(piece.text), piece.position.byte, piece.position.line, kind, piece.is_list_shell,
                        piece.gap, piece.behind_gap.byte, piece.behind_gap.line});
    }
  }
}

}  // namespace lastrun::source
