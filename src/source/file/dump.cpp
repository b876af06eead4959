#include "source/file/dump.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "source/file/chunk_queue.h"
#include "source/file/splitter.h"
#include "source/file/syntax_error.h"

namespace lastrun::source {
namespace {

static_assert(Chunk::kPadding >= ObjectDecoder::kPadding);

// The decoder says what is wrong in an object; here it is known where that object stands.
Error located(const Error& error, const std::string& name, const Piece& piece) {
  const auto at = [&](std::uint64_t byte, std::uint64_t line, const std::string& what) {
    return Error{error.kind, fmt::format("{}: byte {} (line {}): {}", name, byte, line, what)};
  };
  const auto mistake = find_syntax_error(piece.text);
  if (!mistake) return at(piece.position.byte, piece.position.line, error.message);
  // The text of a listing without its members stands in the input in two parts.
  const bool in_second = piece.is_list_shell && mistake->byte >= piece.gap;
  const Position& begin = in_second ? piece.behind_gap : piece.position;
  const std::string_view first = in_second ? piece.text.substr(0, piece.gap) : std::string_view();
  const auto first_lines = static_cast<std::uint64_t>(std::count(first.begin(), first.end(), '\n'));
  return at(begin.byte + mistake->byte - first.size(), begin.line + mistake->lines - first_lines, mistake->what);
}

// Where the input goes on behind a piece.
std::uint64_t end_of(const Piece& piece) {
  const Position& begin = piece.is_list_shell ? piece.behind_gap : piece.position;
  return begin.byte + piece.text.size() - piece.gap;
}

Result<void> decode_chunk(const Chunk& chunk, const std::string& name, ObjectDecoder& decoder) {
  for (const Piece& piece : chunk.pieces) {
    const auto done = decoder.decode(piece.text, chunk.list_kinds[piece.list_kind]);
    if (!done.ok()) return located(done.error(), name, piece);
  }
  return Ok{};
}

}  // namespace

Result<void> read_dump(std::unique_ptr<ByteStream> stream, const std::string& name, ObjectDecoder& decoder,
                       const Progress& progress) {
  ChunkQueue queue;
  std::jthread reader([&] {
    Splitter splitter(*stream, name);
    while (true) {
      std::optional<Chunk> chunk = queue.take_empty();
      if (!chunk) return;
      const auto more = splitter.next(*chunk);
      if (!more.ok()) return queue.end(more.error());
      if (!*more) return queue.end(Ok{});
      queue.put_full(std::move(*chunk));
    }
  });

  std::uint64_t objects = 0;
  Result<void> result = Ok{};
  while (result.ok()) {
    std::optional<Chunk> chunk = queue.take_full();
    if (!chunk) break;
    result = decode_chunk(*chunk, name, decoder);
    objects += chunk->pieces.size();
    if (progress) progress(end_of(chunk->pieces.back()), objects);
    queue.give_back(std::move(*chunk));
  }
  queue.stop();
  reader.join();
  TRY(std::move(result));
  return queue.outcome();
}

}  // namespace lastrun::source
