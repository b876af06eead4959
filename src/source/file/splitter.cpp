// A document is walked at its top alone: the brackets of an array or object, the commas between members, the keys of an
// object. What is inside a member or a value is passed over by counting brackets (BracketScanner). So every state
// here can be left at any byte and taken up with the next chunk; only keys and plain values, which are short, are
// read again from their beginning.
#include "source/file/splitter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace lastrun::source {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// What may become a byte order mark has to be seen at once.
constexpr std::size_t kLeastChunkBytes = 4;

// A key, as far as a message needs it.
std::string quoted(std::string_view key) {
  constexpr std::size_t kShown = 40;
  return "\"" + shorten(key, kShown) + "\"";
}

std::string describe(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (byte >= 0x20 && byte < 0x7f) return fmt::format("'{}'", c);
  return fmt::format("the byte 0x{:02x}", byte);
}

}  // namespace

Splitter::Splitter(ByteStream& stream, std::string name, std::size_t chunk_bytes)
    : stream_(stream), name_(std::move(name)), chunk_bytes_(std::max(chunk_bytes, kLeastChunkBytes)) {}

Result<bool> Splitter::next(Chunk& chunk) {
  chunk.pieces.clear();
  chunk.shells.clear();
  chunk.list_kinds.assign(1, "");
  chunk.text.resize(std::max(chunk_bytes_, carried_.size() + 1) + Chunk::kPadding);
  std::copy(carried_.begin(), carried_.end(), chunk.text.begin());
  end_ = carried_.size();
  carried_.clear();

  while (true) {
    TRY(fill(chunk));
    while (at_ < end_) {
      TRY_ASSIGN(const Step made, step(chunk));
      if (made == Step::kNeedMore) break;
    }
    if (!chunk.pieces.empty()) break;
    if (!stream_ended_) {
      if (kept_ && end_ - *kept_ > kMaxObjectBytes) {
        return error_at(piece_, fmt::format("an object of more than {} MiB begins here; objects of Kubernetes are at "
                                            "most a few MB",
                                            kMaxObjectBytes >> 20));
      }
      make_room(chunk);
      continue;
    }
    if (state_ != State::kDocument) return cut_short();
    if (!any_document_) {
      return Error{ErrorKind::kInput, name_ + ": is empty; expected JSON (an empty listing is \"[]\")"};
    }
    return false;
  }
  carry_over(chunk);
  return true;
}

// Reads until the text is full or the stream ends.
Result<void> Splitter::fill(Chunk& chunk) {
  const std::size_t room = chunk.text.size() - Chunk::kPadding;
  const bool at_start = base_ == 0 && end_ == 0;
  while (!stream_ended_ && end_ < room) {
    TRY_ASSIGN(const std::size_t count, stream_.read(std::span(chunk.text).subspan(end_, room - end_)));
    end_ += count;
    stream_ended_ = count == 0;
  }
  std::fill_n(chunk.text.begin() + static_cast<std::ptrdiff_t>(end_), Chunk::kPadding, ' ');
  if (at_start) {
    const std::string_view begin(chunk.text.data(), end_);
    if (begin.starts_with("\xff\xfe") || begin.starts_with("\xfe\xff")) {
      return error_at(here(), "UTF-16 text; expected JSON in UTF-8 (in PowerShell: | Out-File -Encoding utf8)");
    }
    if (begin.starts_with("\xef\xbb\xbf")) at_ = 3;  // a byte order mark of UTF-8 means nothing
  }
  return Ok{};
}

// Nothing could be handed out yet: drops what is not needed any more, or makes the chunk larger.
void Splitter::make_room(Chunk& chunk) {
  const std::size_t from = first_needed();
  if (from == 0) {
    chunk.text.resize(2 * chunk.text.size());
    return;
  }
  std::copy(chunk.text.begin() + static_cast<std::ptrdiff_t>(from),
            chunk.text.begin() + static_cast<std::ptrdiff_t>(end_), chunk.text.begin());
  forget_before(from);
}

// The next chunk begins with all that has not been looked at, and the piece that is still open.
void Splitter::carry_over(Chunk& chunk) {
  const std::size_t from = first_needed();
  carried_.assign(chunk.text.begin() + static_cast<std::ptrdiff_t>(from),
                  chunk.text.begin() + static_cast<std::ptrdiff_t>(end_));
  forget_before(from);
}

std::size_t Splitter::first_needed() const {
  return std::min(kept_.value_or(at_), at_);
}

void Splitter::forget_before(std::size_t from) {
  base_ += from;
  at_ -= from;
  end_ -= from;
  if (kept_) *kept_ -= from;
}

Result<Splitter::Step> Splitter::step(Chunk& chunk) {
  if (state_ == State::kInMember) return scan_container(chunk, State::kArrayComma);
  if (state_ == State::kInValue) return scan_container(chunk, State::kObjectComma);
  skip_space(chunk);
  if (at_ == end_) return Step::kNeedMore;

  const char c = chunk.text[at_];
  switch (state_) {
    case State::kDocument: return open_document(chunk);
    case State::kArrayFirst:
    case State::kArrayMember:
      if (c == ']' && state_ == State::kArrayFirst) break;
      return open_member(chunk);
    case State::kArrayComma:
      if (c == ']') break;
      if (c != ',') return wrong(chunk, "',' or ']' behind a member of the array");
      ++at_;
      state_ = State::kArrayMember;
      return Step::kGoOn;
    case State::kObjectFirst:
    case State::kObjectKey:
      if (c == '}' && state_ == State::kObjectFirst) break;
      return key(chunk);
    case State::kObjectColon:
      if (c != ':') return wrong(chunk, "':' behind the key " + quoted(key_));
      ++at_;
      state_ = State::kObjectValue;
      return Step::kGoOn;
    case State::kObjectValue: return value(chunk);
    case State::kObjectComma:
      if (c == '}') break;
      if (c != ',') return wrong(chunk, "',' or '}' behind the value of " + quoted(key_));
      ++at_;
      state_ = State::kObjectKey;
      return Step::kGoOn;
    case State::kInMember:
    case State::kInValue: CHECK(false);
  }

  // A closing bracket: of the items of a listing, of an array, or of a top-level object.
  if (c == '}') {
    close_object(chunk);
  } else if (in_items_) {
    close_items(chunk);
  } else {
    ++at_;
    state_ = State::kDocument;
  }
  return Step::kGoOn;
}

Result<Splitter::Step> Splitter::open_document(Chunk& chunk) {
  const char c = chunk.text[at_];
  if (c != '[' && c != '{') return wrong(chunk, "JSON: '[' or '{'");
  any_document_ = true;
  document_ = here();
  if (c == '[') {
    state_ = State::kArrayFirst;
  } else {
    state_ = State::kObjectFirst;
    kept_ = at_;
    piece_ = document_;
    shell_.clear();
    list_kind_.clear();
    has_items_ = false;
  }
  ++at_;
  return Step::kGoOn;
}

Result<Splitter::Step> Splitter::open_member(Chunk& chunk) {
  if (chunk.text[at_] != '{') {
    return wrong(chunk, state_ == State::kArrayFirst ? "an object ('{') or ']'" : "an object ('{') behind the comma");
  }
  kept_ = at_;
  piece_ = here();
  ++at_;
  brackets_.open();
  state_ = State::kInMember;
  return Step::kGoOn;
}

Splitter::Step Splitter::scan_container(Chunk& chunk, State next) {
  const char* const text = chunk.text.data();
  at_ = static_cast<std::size_t>(brackets_.scan(text + at_, text + end_, line_) - text);
  if (brackets_.is_open()) return Step::kNeedMore;
  if (state_ == State::kInMember) {
    const std::string_view kind = in_items_ ? std::string_view(list_kind_) : std::string_view();
    if (chunk.list_kinds.back() != kind) chunk.list_kinds.emplace_back(kind);
    chunk.pieces.push_back({{text + *kept_, at_ - *kept_}, piece_, chunk.list_kinds.size() - 1, false, 0, {}});
    kept_.reset();
  }
  state_ = next;
  return Step::kGoOn;
}

Result<Splitter::Step> Splitter::key(Chunk& chunk) {
  if (chunk.text[at_] != '"') {
    return wrong(chunk, state_ == State::kObjectFirst ? "a key ('\"') or '}'" : "a key ('\"') behind the comma");
  }
  const auto end = scalar_end(chunk);
  if (!end) return Step::kNeedMore;
  key_.assign(chunk.text.data() + at_ + 1, *end - at_ - 2);
  move_to(chunk, *end);
  state_ = State::kObjectColon;
  return Step::kGoOn;
}

Result<Splitter::Step> Splitter::value(Chunk& chunk) {
  const char c = chunk.text[at_];
  if (c == '[' && key_ == "items" && !has_items_) {
    ++at_;
    shell_.assign(chunk.text.data() + *kept_, at_ - *kept_);
    kept_.reset();
    has_items_ = true;
    in_items_ = true;
    state_ = State::kArrayFirst;
    return Step::kGoOn;
  }
  if (c == '{' || c == '[') {
    ++at_;
    brackets_.open();
    state_ = State::kInValue;
    return Step::kGoOn;
  }
  const auto end = scalar_end(chunk);
  if (!end) return Step::kNeedMore;
  if (*end == at_) return wrong(chunk, "the value of " + quoted(key_));
  if (key_ == "kind" && c == '"') list_kind_.assign(chunk.text.data() + at_ + 1, *end - at_ - 2);
  move_to(chunk, *end);
  state_ = State::kObjectComma;
  return Step::kGoOn;
}

void Splitter::close_items(Chunk& chunk) {
  CHECK(chunk.text[at_] == ']');
  kept_ = at_;  // the shell goes on with the bracket
  behind_items_ = here();
  in_items_ = false;
  ++at_;
  state_ = State::kObjectComma;
}

void Splitter::close_object(Chunk& chunk) {
  ++at_;
  const std::string_view text(chunk.text.data() + *kept_, at_ - *kept_);
  if (has_items_) {
    const std::size_t gap = shell_.size();
    shell_ += text;
    const std::size_t length = shell_.size();
    shell_.append(Chunk::kPadding, ' ');
    chunk.shells.push_back(std::move(shell_));
    chunk.pieces.push_back(
        {std::string_view(chunk.shells.back()).substr(0, length), document_, 0, true, gap, behind_items_});
    shell_.clear();
  } else {
    chunk.pieces.push_back({text, document_, 0, false, 0, {}});
  }
  kept_.reset();
  state_ = State::kDocument;
}

void Splitter::skip_space(const Chunk& chunk) {
  while (at_ < end_ && is_space(chunk.text[at_])) {
    if (chunk.text[at_] == '\n') ++line_;
    ++at_;
  }
}

std::optional<std::size_t> Splitter::scalar_end(const Chunk& chunk) const {
  if (chunk.text[at_] == '"') {
    for (std::size_t i = at_ + 1; i < end_; ++i) {
      if (chunk.text[i] == '\\') {
        ++i;
      } else if (chunk.text[i] == '"') {
        return i + 1;
      }
    }
    return std::nullopt;
  }
  for (std::size_t i = at_; i < end_; ++i) {
    const char c = chunk.text[i];
    if (is_space(c) || c == ',' || c == '}' || c == ']') return i;
  }
  return std::nullopt;
}

void Splitter::move_to(const Chunk& chunk, std::size_t at) {
  const auto begin = chunk.text.begin();
  line_ += static_cast<std::uint64_t>(
      std::count(begin + static_cast<std::ptrdiff_t>(at_), begin + static_cast<std::ptrdiff_t>(at), '\n'));
  at_ = at;
}

Error Splitter::wrong(const Chunk& chunk, const std::string& expected) const {
  return error_at(here(), fmt::format("expected {}, found {}", expected, describe(chunk.text[at_])));
}

Error Splitter::cut_short() const {
  const bool in_piece = kept_.has_value() && state_ == State::kInMember;
  const Position& opened = in_piece ? piece_ : document_;
  return error_at({base_ + end_, line_},
                  fmt::format("the input ends inside {} that begins at byte {} (line {}); is it complete?",
                              in_piece ? "the object" : "the document", opened.byte, opened.line));
}

Error Splitter::error_at(const Position& position, const std::string& what) const {
  return Error{ErrorKind::kInput, fmt::format("{}: byte {} (line {}): {}", name_, position.byte, position.line, what)};
}

}  // namespace lastrun::source
