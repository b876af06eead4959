#include "google/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

// The library's event interface is used, not its tree: it reports errors by position instead of throwing, and it
// shows a field that comes twice, of which the tree would keep the last without a word.

namespace lastrun::google {

using nlohmann::json;
using nlohmann::ordered_json;

// Receives the events. The names and signatures of its functions are the library's.
class JsonFieldsReader {
 public:
  explicit JsonFieldsReader(std::string_view text) : text_(text) {}

  Result<JsonFields> read() {
    if (text_.find_first_not_of(" \t\r\n") == std::string_view::npos) return problem("is empty");
    const bool whole = json::sax_parse(text_.begin(), text_.end(), this);
    if (!whole) return problem(problem_);
    return std::move(result_);
  }

  bool null() { return value(std::nullopt); }
  bool boolean(bool /*value*/) { return value(JsonFields::Other{"a boolean"}); }
  bool number_integer(json::number_integer_t number) { return value(number); }
  bool number_unsigned(json::number_unsigned_t number) {
    if (number > static_cast<json::number_unsigned_t>(INT64_MAX)) return value(JsonFields::Other{"a huge number"});
    return value(static_cast<std::int64_t>(number));
  }
  bool number_float(json::number_float_t /*number*/, const std::string& /*text*/) {
    return value(JsonFields::Other{"a fraction"});
  }
  bool string(std::string& text) { return value(std::move(text)); }
  bool binary(json::binary_t& /*bytes*/) { return value(JsonFields::Other{"binary"}); }
  bool start_object(std::size_t /*size*/) {
    ++depth_;
    return depth_ == 1 || value(JsonFields::Other{"an object"}, 1);
  }
  bool end_object() {
    --depth_;
    return true;
  }
  bool start_array(std::size_t /*size*/) {
    ++depth_;
    return value(JsonFields::Other{"an array"}, 1);
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& name) {
    if (depth_ == 1) {
      if (!seen_.insert(name).second) return stop("has the field " + quote_name(name) + " twice");
      name_ = std::move(name);
    } else if (depth_ == 2) {
      result_.nested_.insert({name_, std::move(name)});
    }
    return true;
  }
  // The library's own text quotes what it read, which may be part of a secret: only the position is told.
  bool parse_error(std::size_t position, const std::string& /*token*/, const nlohmann::detail::exception& /*error*/) {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(position, text_.size()));
    const auto line = 1 + std::count(text_.begin(), end, '\n');
    return stop(fmt::format("is not JSON: it cannot be read on from byte {} (line {})", position, line));
  }

 private:
  static Error problem(std::string message) { return Error{ErrorKind::kInput, std::move(message)}; }

  bool stop(std::string message) {
    problem_ = std::move(message);
    return false;
  }

  // Keeps the value of a field of the outermost object; `opened` is 1 for a value that has just opened a level.
  bool value(std::optional<JsonFields::Value> value, int opened = 0) {
    const int level = depth_ - opened;
    if (level == 0) return stop("is not a JSON object");
    if (level == 1 && value) result_.fields_.insert_or_assign(name_, *std::move(value));
    return true;
  }

  std::string_view text_;
  JsonFields result_;
  std::set<std::string> seen_;
  std::string name_;  // of the field of the outermost object that is being read
  std::string problem_;
  int depth_ = 0;
};

namespace {

Error field_error(const std::string& name, std::string_view what) {
  return Error{ErrorKind::kInput, fmt::format("field '{}' {}", name, what)};
}

}  // namespace

Result<JsonFields> JsonFields::decode(std::string_view text) {
  return JsonFieldsReader(text).read();
}

Result<std::optional<std::string>> JsonFields::optional_string(const std::string& name) const {
  const auto field = fields_.find(name);
  if (field == fields_.end()) return std::optional<std::string>{};
  if (const auto* text = std::get_if<std::string>(&field->second)) return std::optional{*text};
  const auto* other = std::get_if<Other>(&field->second);
  return field_error(name, fmt::format("must be a string, but is {}", other ? other->what : "a number"));
}

Result<std::string> JsonFields::string(const std::string& name) const {
  TRY_ASSIGN(auto text, optional_string(name));
  if (!text) return field_error(name, "is missing");
  if (text->empty()) return field_error(name, "is empty");
  return *std::move(text);
}

Result<std::int64_t> JsonFields::integer(const std::string& name) const {
  const auto field = fields_.find(name);
  if (field == fields_.end()) return field_error(name, "is missing");
  if (const auto* number = std::get_if<std::int64_t>(&field->second)) return *number;
  if (const auto* text = std::get_if<std::string>(&field->second)) {
    std::int64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [rest, failed] = std::from_chars(text->data(), end, number);
    if (failed == std::errc{} && rest == end) return number;
  }
  return field_error(name, "must be a whole number");
}

std::string render_json(std::initializer_list<std::pair<std::string_view, JsonValue>> fields) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, value] : fields) {
    std::visit([&, key = std::string(name)](auto held) { object[key] = held; }, value);
  }
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string quote_name(std::string_view text) {
  constexpr std::size_t kLongest = 64;
  const bool harmless = text.size() <= kLongest &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~' && c != '\''; });
  return harmless ? fmt::format("'{}'", text) : "(an unprintable name)";
}

}  // namespace lastrun::google
