#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "source/file/bracket_scanner.h"
#include "source/file/byte_stream.h"

namespace lastrun::source {

// Where a piece of text stands in its input, for error messages.
struct Position {
  std::uint64_t byte = 0;  // from 0
  std::uint64_t line = 1;  // from 1
};

// One object of a dump: a member of a listing, or what a listing is without its members.
struct Piece {
  std::string_view text;       // goes on for at least Chunk::kPadding readable bytes
  Position position;           // of its first byte
  std::size_t list_kind = 0;   // in Chunk::list_kinds
  bool is_list_shell = false;  // a listing whose members came before it, each as a piece
  std::size_t gap = 0;         // of a listing: where in its text the members stood
  Position behind_gap;         // and where the input goes on with the text from there
};

// Some objects, whole. Their texts live in here: a chunk may be moved, never copied.
struct Chunk {
  static constexpr std::size_t kPadding = 64;  // simdjson reads that far behind what it parses

  Chunk() = default;
  Chunk(Chunk&&) = default;
  Chunk& operator=(Chunk&&) = default;
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  std::vector<Piece> pieces;
  // The kinds of the listings that pieces are members of, as far as they were told before them ("JobList"); [0] is "".
  std::vector<std::string> list_kinds;

  std::vector<char> text;
  std::deque<std::string> shells;
};

// Takes an input apart into its objects, in one pass, holding no more than one object beyond a chunk. The input is any
// number of documents one after another, each an array of objects or one object. Of an object with an array under the
// key "items" the array's members are pieces, and after them the object itself, with "items" empty; any other
// object is one piece.
// Brackets and what stands between the members are checked here, the rest when the pieces are decoded.
// Thread: one caller at a time.
class Splitter {
 public:
  // An object of Kubernetes' is at most some MB (etcd refuses more); what is larger than this is not one.
  static constexpr std::size_t kMaxObjectBytes = std::size_t{64} << 20;
  static constexpr std::size_t kChunkBytes = std::size_t{512} << 10;

  // `name` stands in errors. `chunk_bytes`: how much is read before pieces are handed out, at least 4.
  Splitter(ByteStream& stream, std::string name, std::size_t chunk_bytes = kChunkBytes);

  // Fills `chunk` with the next pieces, at least one; false at the end of the input. What it held is overwritten.
  // Errors (kInput) name the input, byte and line, and what was expected there: empty input, not JSON, cut short,
  // UTF-16, an object larger than kMaxObjectBytes. Errors of the stream are passed on.
  [[nodiscard]] Result<bool> next(Chunk& chunk);

 private:
  // What may come next.
  enum class State {
    kDocument,     // a document, or the end
    kArrayFirst,   // in an array: a member or "]"
    kArrayMember,  // in an array, behind a comma: a member
    kArrayComma,   // in an array, behind a member: "," or "]"
    kInMember,     // inside a member
    kObjectFirst,  // in a top-level object: a key or "}"
    kObjectKey,    // in it, behind a comma: a key
    kObjectColon,  // behind a key: ":"
    kObjectValue,  // behind that: a value
    kInValue,      // inside a value that is an object or an array
    kObjectComma,  // behind a value: "," or "}"
  };
  // What became of a step: go on, or wait for more text.
  enum class Step { kGoOn, kNeedMore };

  Result<void> fill(Chunk& chunk);
  Result<Step> step(Chunk& chunk);
  Result<Step> open_document(Chunk& chunk);
  Result<Step> open_member(Chunk& chunk);
  Result<Step> key(Chunk& chunk);
  Result<Step> value(Chunk& chunk);
  Step scan_container(Chunk& chunk, State next);
  void close_items(Chunk& chunk);
  void close_object(Chunk& chunk);
  void make_room(Chunk& chunk);
  void carry_over(Chunk& chunk);
  [[nodiscard]] std::size_t first_needed() const;
  void forget_before(std::size_t from);
  void skip_space(const Chunk& chunk);
  // The byte behind the string, number or word that begins here; empty when the text ends inside it.
  [[nodiscard]] std::optional<std::size_t> scalar_end(const Chunk& chunk) const;
  void move_to(const Chunk& chunk, std::size_t at);
  [[nodiscard]] Position here() const { return {base_ + at_, line_}; }
  [[nodiscard]] Error wrong(const Chunk& chunk, const std::string& expected) const;
  [[nodiscard]] Error cut_short() const;
  [[nodiscard]] Error error_at(const Position& position, const std::string& what) const;

  ByteStream& stream_;
  std::string name_;
  std::size_t chunk_bytes_;

  State state_ = State::kDocument;
  BracketScanner brackets_;
  std::size_t end_ = 0;              // how much of the chunk's text is filled
  std::size_t at_ = 0;               // the next byte to look at
  std::optional<std::size_t> kept_;  // the first byte that is still needed, when it stands before at_
  std::uint64_t base_ = 0;           // where the chunk's text stands in the input
  std::uint64_t line_ = 1;           // of at_
  bool stream_ended_ = false;
  bool any_document_ = false;
  std::vector<char> carried_;  // what the next chunk's text begins with

  Position document_;       // where the open document began
  Position piece_;          // where the piece that begins at kept_ began
  std::string key_;         // the last key of the top-level object
  bool in_items_ = false;   // the open array is the "items" of a top-level object
  bool has_items_ = false;  // the open top-level object had one
  std::string shell_;       // that object, without its items, as far as it is known
  Position behind_items_;   // where it goes on
  std::string list_kind_;   // its kind, once it was told
};

}  // namespace lastrun::source
