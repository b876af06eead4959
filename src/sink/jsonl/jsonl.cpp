#include "sink/jsonl/jsonl.h"

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <string_view>

#include "model/series.h"

namespace lastrun::jsonl {
namespace {

// As jq quotes: the short escapes, \u00XX for other control characters and DEL, everything else as it is.
// (nlohmann-json writes DEL as it is; these lines must equal jq's.)
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (byte < 0x20 || byte == 0x7f) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace

void write(const std::vector<Verdict>& verdicts, TextOut out) {
  std::string line;
  for (const Verdict& verdict : verdicts) {
    const auto value = failing(verdict.status);
    if (!value) continue;
    line = "{\"labels\":{";
    bool first = true;
    for (const auto& [key, text] : series_labels(verdict.batch)) {
      if (!first) line += ',';
      first = false;
      append_quoted(line, key);
      line += ':';
      append_quoted(line, text);
    }
    line += "},\"value\":";
    line += *value == 1 ? '1' : '0';
    line += "}\n";
    out(line);
  }
}

}  // namespace lastrun::jsonl
