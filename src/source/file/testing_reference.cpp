// Whole documents are found by counting brackets byte by byte, without any of the splitter's states, and then read by
// simdjson at once.
#include "source/file/testing_reference.h"

#include <simdjson.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "source/file/testing_stream.h"

namespace lastrun::source {
namespace {

using simdjson::dom::element;

constexpr std::string_view kSpace = " \n\r\t";
constexpr std::ptrdiff_t kMostBrackets = 500;  // simdjson reads down to 1024

// An object that the input holds, as simdjson writes it.
struct Expected {
  std::string text;
  bool is_list_shell = false;
};

enum class Verdict { kAccepts, kRefuses, kPassesOver };

// Where the brackets that open at the front of `text` are closed; npos if they are not.
std::size_t document_length(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
      continue;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

template <typename Array>
bool add_members(const Array& members, std::vector<Expected>& expected) {
  for (const element member : members) {
    if (!member.is_object()) return false;
    expected.push_back({simdjson::minify(member), false});
  }
  return true;
}

// A listing without its members, as simdjson would write it. (Keys by way of an array: minify() takes no strings.)
std::string minified(const simdjson::dom::object& listing, bool empty_items) {
  std::string text = "{";
  bool emptied = false;
  for (const auto field : listing) {
    const bool are_items = empty_items && !emptied && field.key == "items" && field.value.is_array();
    emptied = emptied || are_items;
    text += "(" + std::string(field.key) + "):" + (are_items ? "[]" : simdjson::minify(field.value)) + ",";
  }
  return text + "}";
}

Verdict read_document(std::string_view text, simdjson::dom::parser& parser, std::vector<Expected>& expected) {
  element root;
  if (parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) return Verdict::kRefuses;
  simdjson::dom::array members;
  if (root.get(members) == simdjson::SUCCESS) {
    return add_members(members, expected) ? Verdict::kAccepts : Verdict::kRefuses;
  }
  simdjson::dom::object fields;
  CHECK(root.get(fields) == simdjson::SUCCESS);
  for (const auto field : fields) {
    if (field.key != "items" || field.value.get(members) != simdjson::SUCCESS) continue;
    if (text.find("\\u") != std::string_view::npos) return Verdict::kPassesOver;
    if (!add_members(members, expected)) return Verdict::kRefuses;
    expected.push_back({minified(fields, true), true});
    return Verdict::kAccepts;
  }
  expected.push_back({simdjson::minify(root), false});
  return Verdict::kAccepts;
}

Verdict read_whole(std::string_view input, std::vector<Expected>& expected) {
  const auto is_bracket = [](char c) { return c == '[' || c == '{'; };
  if (std::count_if(input.begin(), input.end(), is_bracket) > kMostBrackets) return Verdict::kPassesOver;
  if (input.starts_with("\xef\xbb\xbf")) input.remove_prefix(3);
  simdjson::dom::parser parser;
  bool any = false;
  while (true) {
    input.remove_prefix(std::min(input.find_first_not_of(kSpace), input.size()));
    if (input.empty()) return any ? Verdict::kAccepts : Verdict::kRefuses;
    const std::size_t length = is_bracket(input.front()) ? document_length(input) : std::string_view::npos;
    if (length == std::string_view::npos) return Verdict::kRefuses;
    const Verdict verdict = read_document(input.substr(0, length), parser, expected);
    if (verdict != Verdict::kAccepts) return verdict;
    any = true;
    input.remove_prefix(length);
  }
}

// What the splitter made of the input, as simdjson writes it; empty where it or simdjson refused.
std::optional<std::vector<Expected>> read_pieces(const std::vector<KeptPiece>& pieces) {
  std::vector<Expected> read;
  simdjson::dom::parser parser;
  for (const KeptPiece& piece : pieces) {
    element root;
    if (parser.parse(piece.text).get(root) != simdjson::SUCCESS) return std::nullopt;
    simdjson::dom::object fields;
    CHECK(root.get(fields) == simdjson::SUCCESS);
    read.push_back({piece.is_list_shell ? minified(fields, false) : simdjson::minify(root), piece.is_list_shell});
  }
  return read;
}

std::uint64_t line_of(std::string_view input, std::uint64_t byte) {
  const auto begin = input.begin();
  return 1 + static_cast<std::uint64_t>(std::count(begin, begin + static_cast<std::ptrdiff_t>(byte), '\n'));
}

// A piece stands in the input where it says that it does.
bool stands_there(const KeptPiece& piece, std::string_view input) {
  if (piece.line != line_of(input, piece.byte)) return false;
  const std::string_view text = piece.text;
  if (!piece.is_list_shell) return input.substr(piece.byte, text.size()) == text;
  return input.substr(piece.byte, piece.gap) == text.substr(0, piece.gap) &&
         input.substr(piece.behind_gap_byte, text.size() - piece.gap) == text.substr(piece.gap) &&
         piece.behind_gap_line == line_of(input, piece.behind_gap_byte);
}

}  // namespace

std::string difference_from_reference(std::string_view input, std::size_t chunk_bytes, std::size_t most_at_once) {
  std::vector<Expected> expected;
  const Verdict whole = read_whole(input, expected);
  const auto pieces = split(input, chunk_bytes, most_at_once);
  if (pieces.ok()) {
    for (const KeptPiece& piece : *pieces) {
      if (!stands_there(piece, input)) return "a piece does not stand at byte " + std::to_string(piece.byte);
    }
  }
  if (whole == Verdict::kPassesOver) return {};
  const auto read = pieces.ok() ? read_pieces(*pieces) : std::nullopt;
  if (whole == Verdict::kRefuses) return read ? "accepted what simdjson refuses" : "";
  if (!pieces.ok()) return "refused what simdjson accepts: " + pieces.error().message;
  if (!read) return "a piece is no JSON, though the whole is";
  const auto same = [](const Expected& a, const Expected& b) {
    return a.text == b.text && a.is_list_shell == b.is_list_shell;
  };
  return std::equal(read->begin(), read->end(), expected.begin(), expected.end(), same) ? "" : "other objects";
}

}  // namespace lastrun::source
