#include "source/file/dump.h"

#include <fmt/format.h>

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
  const Position& begin = piece.position;
  // A listing without its members is not the text of the input: its mistakes have no exact place.
  if (!piece.is_list_shell) {
    if (const auto mistake = find_syntax_error(piece.text)) {
      return at(begin.byte + mistake->byte, begin.line + mistake->lines, mistake->what);
    }
  }
  return at(begin.byte, begin.line, error.message);
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

  std::uint64_t bytes = 0;
  std::uint64_t objects = 0;
  Result<void> result = Ok{};
  while (result.ok()) {
    std::optional<Chunk> chunk = queue.take_full();
    if (!chunk) break;
    result = decode_chunk(*chunk, name, decoder);
    objects += chunk->pieces.size();
    bytes = chunk->pieces.back().position.byte + chunk->pieces.back().text.size();
    if (progress) progress(bytes, objects);
    queue.give_back(std::move(*chunk));
  }
  queue.stop();
  reader.join();
  TRY(std::move(result));
  return queue.outcome();
}

}  // namespace lastrun::source
