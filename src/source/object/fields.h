#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/function_ref.h"
#include "base/result.h"
#include "base/time.h"

namespace simdjson::dom {
class element;
}  // namespace simdjson::dom

namespace lastrun::source {

// Readers of single fields into `target`. `where` is the field's path, for errors (kInput). null reads as absent
// (target is emptied), as Go's encoders write it for what is not set.

[[nodiscard]] Error wrong_type(std::string_view where, std::string_view expected);

[[nodiscard]] Result<void> read(std::string_view& target, const simdjson::dom::element& value, std::string_view where);
[[nodiscard]] Result<void> read(std::optional<Time>& target, const simdjson::dom::element& value,
                                std::string_view where);
[[nodiscard]] Result<void> read(bool& target, const simdjson::dom::element& value, std::string_view where);
[[nodiscard]] Result<void> read(std::int64_t& target, const simdjson::dom::element& value, std::string_view where);

// Calls on_field(key, value) for each field of an object, in order, until one fails; null has none.
[[nodiscard]] Result<void> each_field(
    const simdjson::dom::element& value, std::string_view where,
    FunctionRef<Result<void>(std::string_view key, const simdjson::dom::element& value)> on_field);

// Calls on_member(value) for each member of an array, in order, until one fails; null has none.
[[nodiscard]] Result<void> each_member(const simdjson::dom::element& value, std::string_view where,
                                       FunctionRef<Result<void>(const simdjson::dom::element& value)> on_member);

// Notices a field that stands twice in one object: which of the two is meant nobody can know.
class SeenFields {
 public:
  // `index` 0..31 stands for the field within its object.
  [[nodiscard]] Result<void> see(unsigned index, std::string_view where);

 private:
  std::uint32_t seen_ = 0;
};

}  // namespace lastrun::source
