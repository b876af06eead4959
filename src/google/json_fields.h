#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/result.h"

namespace lastrun::google {

// The fields of one JSON object that holds secrets (a credentials file, the answer of a token endpoint).
// Errors name fields and positions and never a value. Nested objects are known by name only.
// Kind of every error: kInput.
class JsonFields {
 public:
  // Refuses what is not JSON (byte, counted from 1, and line are told), not an object, or names a field twice.
  static Result<JsonFields> decode(std::string_view text);

  // Empty if there is no such field, or it is null. An error if it is no string.
  [[nodiscard]] Result<std::optional<std::string>> optional_string(const std::string& name) const;
  // An error if there is no such field, or it is null, empty, or no string.
  [[nodiscard]] Result<std::string> string(const std::string& name) const;
  // Takes 3599 and, as some servers write it, "3599". An error for anything else, or if there is no such field.
  [[nodiscard]] Result<std::int64_t> integer(const std::string& name) const;
  // Whether the field is there, of whatever type.
  [[nodiscard]] bool has(const std::string& name) const { return fields_.contains(name); }
  // Whether field `object` is an object that has a field `name`.
  [[nodiscard]] bool has(const std::string& object, const std::string& name) const {
    return nested_.contains({object, name});
  }

 private:
  friend class JsonFieldsReader;

  struct Other {
    std::string_view what;  // "a number", "an array": for messages
  };
  using Value = std::variant<std::string, std::int64_t, Other>;

  std::map<std::string, Value, std::less<>> fields_;
  std::set<std::pair<std::string, std::string>> nested_;
};

// One line of JSON, fields in the order given. Bytes that are not UTF-8 become U+FFFD.
using JsonValue = std::variant<std::string_view, std::int64_t>;
[[nodiscard]] std::string render_json(std::initializer_list<std::pair<std::string_view, JsonValue>> fields);

// `text` in quotes if it is short and harmless on a terminal and in a log, else "an unprintable name".
[[nodiscard]] std::string quote_name(std::string_view text);

}  // namespace lastrun::google
