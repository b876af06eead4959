#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

namespace lastrun {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;  // 0: no UTF-8 here
};

// Reads the code point at the front by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
CodePoint read_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1};
  std::size_t length = 0;
  char32_t value = 0;
  char32_t least = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2, value = first & 0x1fU, least = 0x80;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3, value = first & 0x0fU, least = 0x800;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4, value = first & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3fU);
  }
  if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, length};
}

// Characters that show nothing of themselves but change what stands around them.
bool is_hidden(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c <= 0x9f)) return true;       // C0, DEL, C1
  if (c == 0x061c || c == 0x200e || c == 0x200f) return true;  // marks of direction
  if (c >= 0x2028 && c <= 0x202e) return true;                 // line separators, embeddings, overrides
  return (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;          // isolates, byte order mark
}

std::string escaped(char32_t c) {
  if (c == '\n') return "\\n";
  if (c == '\t') return "\\t";
  if (c == '\r') return "\\r";
  return c < 0x80 ? fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c))
                  : fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = read_code_point(text);
    if (c.length == 0) {
      shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    if (is_hidden(c.value)) {
      shown += escaped(c.value);
    } else {
      shown += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
  return shown;
}

std::string printable_json(std::string_view json) {
  std::string shown;
  shown.reserve(json.size());
  while (!json.empty()) {
    const CodePoint c = read_code_point(json);
    const std::size_t length = std::max<std::size_t>(c.length, 1);
    if (c.value >= 0x7f && is_hidden(c.value)) {
      shown += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c.value));
    } else {
      shown += json.substr(0, length);
    }
    json.remove_prefix(length);
  }
  return shown;
}

std::optional<std::size_t> count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (; !text.empty(); ++count) {
    const std::size_t length = read_code_point(text).length;
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
  }
  return count;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xc0U) == 0x80;
    if (!continues) ++width;
  }
  return width;
}

std::string shorten(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  std::string shown;
  std::size_t width = 0;
  while (!text.empty() && width + 1 < columns) {
    const std::size_t length = std::max<std::size_t>(read_code_point(text).length, 1);
    shown += text.substr(0, length);
    text.remove_prefix(length);
    ++width;
  }
  if (columns > 0) shown += "…";
  return shown;
}

std::string one_line(std::string_view text, std::size_t columns) {
  return shorten(printable(text), columns);
}

}  // namespace lastrun
