#include "source/object/fields.h"

#include <simdjson.h>

namespace lastrun::source {

Error wrong_type(std::string_view where, std::string_view expected) {
  return Error{ErrorKind::kInput, std::string(where) + " is wrong: expected " + std::string(expected)};
}

Result<void> read(std::string_view& target, const simdjson::dom::element& value, std::string_view where) {
  target = {};
  if (value.is_null() || value.get(target) == simdjson::SUCCESS) return Ok{};
  return wrong_type(where, "a string");
}

Result<void> read(std::optional<Time>& target, const simdjson::dom::element& value, std::string_view where) {
  std::string_view text;
  TRY(read(text, value, where));
  constexpr std::string_view kGoZero = "0001-01-01T00:00:00Z";  // how Go writes a time that is not set
  if (text == kGoZero) text = {};
  target = parse_rfc3339(text);
  if (target || text.empty()) return Ok{};
  constexpr std::size_t kShown = 40;
  return wrong_type(where,
                    "a time such as 2026-11-22T11:57:00Z, found \"" + std::string(text.substr(0, kShown)) + "\"");
}

Result<void> read(bool& target, const simdjson::dom::element& value, std::string_view where) {
  target = false;
  if (value.is_null() || value.get(target) == simdjson::SUCCESS) return Ok{};
  return wrong_type(where, "true or false");
}

Result<void> read(std::int64_t& target, const simdjson::dom::element& value, std::string_view where) {
  target = 0;
  if (value.is_null() || value.get(target) == simdjson::SUCCESS) return Ok{};
  return wrong_type(where, "a whole number");
}

Result<void> each_field(const simdjson::dom::element& value, std::string_view where,
                        FunctionRef<Result<void>(std::string_view, const simdjson::dom::element&)> on_field) {
  if (value.is_null()) return Ok{};
  simdjson::dom::object fields;
  if (value.get(fields) != simdjson::SUCCESS) return wrong_type(where, "an object");
  for (const auto field : fields) TRY(on_field(field.key, field.value));
  return Ok{};
}

Result<void> each_member(const simdjson::dom::element& value, std::string_view where,
                         FunctionRef<Result<void>(const simdjson::dom::element&)> on_member) {
  if (value.is_null()) return Ok{};
  simdjson::dom::array members;
  if (value.get(members) != simdjson::SUCCESS) return wrong_type(where, "an array");
  for (const simdjson::dom::element member : members) TRY(on_member(member));
  return Ok{};
}

Result<void> SeenFields::see(unsigned index, std::string_view where) {
  CHECK(index < 32);
  const std::uint32_t bit = std::uint32_t{1} << index;
  if ((seen_ & bit) != 0) {
    return Error{ErrorKind::kInput, std::string(where) + " stands there twice; expected once"};
  }
  seen_ |= bit;
  return Ok{};
}

}  // namespace lastrun::source
