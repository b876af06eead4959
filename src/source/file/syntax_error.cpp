#include "source/file/syntax_error.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lastrun::source {
namespace {

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
  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& exception) override {
    byte = position > 0 ? position - 1 : 0;  // the parser counts from 1
    what = exception.what();
    return false;
  }

  std::uint64_t byte = 0;
  std::string what;
};

// "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while …" without its head, whose
// line and column count from the object's own beginning.
std::string without_head(const std::string& what) {
  constexpr std::string_view kColumn = ", column ";
  const std::size_t column = what.find(kColumn);
  const std::size_t colon = what.find(": ", column == std::string::npos ? 0 : column);
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

}  // namespace

std::optional<SyntaxError> find_syntax_error(std::string_view text) {
  MistakeFinder finder;
  if (nlohmann::json::sax_parse(text, &finder)) return std::nullopt;
  SyntaxError error;
  error.byte = std::min<std::uint64_t>(finder.byte, text.size());
  error.lines = static_cast<std::uint64_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(error.byte), '\n'));
  error.what = without_head(finder.what);
  return error;
}

}  // namespace lastrun::source
