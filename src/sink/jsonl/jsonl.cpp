#include "sink/jsonl/jsonl.h"

#include <fmt/format.h>

#include <iterator>
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

std::string render(const std::vector<Verdict>& verdicts) {
  std::string out;
  for (const Verdict& verdict : verdicts) {
    const auto value = failing(verdict.status);
    if (!value) continue;
    out += "{\"labels\":{";
    bool first = true;
    for (const auto& [key, text] : series_labels(verdict.batch)) {
      if (!first) out += ',';
      first = false;
      append_quoted(out, key);
      out += ':';
      append_quoted(out, text);
    }
    out += "},\"value\":";
    out += *value == 1 ? '1' : '0';
    out += "}\n";
  }
  return out;
}

}  // namespace lastrun::jsonl
