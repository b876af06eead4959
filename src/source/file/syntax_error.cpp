#include "source/file/syntax_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lastrun::source {
namespace {

// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …; last read: '…'" without its
// head, whose line and column count from the object's own beginning, and without its tail, which may be megabytes.
std::string without_frame(const std::string& what) {
  constexpr std::string_view kColumn = ", column ";
  const std::size_t column = what.find(kColumn);
  const std::size_t colon = what.find(": ", column == std::string::npos ? 0 : column);
  const std::size_t begin = colon == std::string::npos ? 0 : colon + 2;
  return what.substr(begin, what.find("; last read: ", begin) - begin);
}

// How many bytes the parser stopped behind the mistake: a token in the wrong place is read to its end; of a bad token
// the last byte read is the bad one. `token` is the text of a string or number, of others it may be more.
std::size_t token_length(const std::string& what, const std::string& token) {
  const auto unexpected = [&](const char* name) {
    return what.find(std::string("unexpected ") + name) != std::string::npos;
  };
  if (unexpected("string literal") || unexpected("number literal")) return token.size();
  if (unexpected("true literal") || unexpected("null literal")) return 4;
  if (unexpected("false literal")) return 5;
  return 1;
}

// Takes in nothing and remembers the mistake at which the parser stopped.
struct MistakeFinder : nlohmann::json_sax<nlohmann::json> {
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& token,
                   const nlohmann::json::exception& exception) override {
    what = without_frame(exception.what());
    position -= std::min(position, token_length(what, token));
    byte = position;
    return false;
  }

  std::uint64_t byte = 0;
  std::string what;
};

}  // namespace

std::optional<SyntaxError> find_syntax_error(std::string_view text) {
  MistakeFinder finder;
  if (nlohmann::json::sax_parse(text, &finder)) return std::nullopt;
  SyntaxError error;
  error.byte = std::min<std::uint64_t>(finder.byte, text.size());
  error.lines = static_cast<std::uint64_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(error.byte), '\n'));
  error.what = finder.what;
  return error;
}

}  // namespace lastrun::source
