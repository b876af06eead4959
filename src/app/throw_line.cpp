#include "app/throw_line.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "sink/cloud_monitoring/names.h"

namespace lastrun::app {
namespace {

using cloud_monitoring::one_line;
using cloud_monitoring::Point;
using Json = nlohmann::json;

// Takes the events of one line. Each returns false to end the reading, with `problem` set.
class LineReader : public nlohmann::json_sax<Json> {
 public:
  // The point, or why there is none.
  Result<Point> finish() {
    if (problem_.empty() && !has_labels_) problem_ = "\"labels\" is missing";
    if (problem_.empty() && !has_value_) problem_ = "\"value\" is missing";
    if (!problem_.empty()) {
      return Error{ErrorKind::kInput, problem_ + "; expected {\"labels\":{\"KEY\":\"VALUE\"},\"value\":NUMBER}"};
    }
    return std::move(point_);
  }

  bool null() override { return other("null"); }
  bool boolean(bool) override { return other("a boolean"); }
  bool binary(binary_t&) override { return other("binary"); }
  bool start_array(std::size_t) override { return open("an array"); }
  bool end_array() override { return close(); }
  bool end_object() override { return close(); }

  bool number_integer(number_integer_t number) override { return at_value() ? take(number) : other("a number"); }

  bool number_unsigned(number_unsigned_t number) override {
    if (!at_value()) return other("a number");
    if (number > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) return beyond();
    return take(static_cast<std::int64_t>(number));
  }

  bool number_float(number_float_t number, const string_t& text) override {
    if (!at_value()) return other("a number");
    // The parser hands integers over that are too large for it as floats.
    if (text.find_first_of(".eE") == text.npos) return beyond();
    constexpr double kBound = 9223372036854775808.0;  // 2^63
    const double whole = std::trunc(number);
    if (whole < -kBound || whole >= kBound) return beyond();
    return take(static_cast<std::int64_t>(whole));
  }

  bool string(string_t& text) override {
    if (depth_ != 2 || place_ != Place::kLabels) return other("a string");
    point_.labels.emplace(label_, std::move(text));
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 0 || (depth_ == 1 && place_ == Place::kLabels)) {
      ++depth_;
      return true;
    }
    return open("an object");
  }

  bool key(string_t& name) override {
    if (depth_ == 2 && place_ == Place::kLabels) {
      if (point_.labels.contains(name)) return refuse(fmt::format("label \"{}\" is given twice", one_line(name, 100)));
      label_ = std::move(name);
      return true;
    }
    if (depth_ != 1) return true;
    place_ = name == "labels" ? Place::kLabels : name == "value" ? Place::kValue : Place::kElsewhere;
    if (place_ == Place::kElsewhere) return true;
    bool& seen = place_ == Place::kLabels ? has_labels_ : has_value_;
    if (seen) return refuse(fmt::format("\"{}\" is given twice", name));
    seen = true;
    return true;
  }

  bool parse_error(std::size_t position, const std::string& token, const Json::exception&) override {
    return refuse(fmt::format("not JSON at byte {} near '{}'", position, one_line(token, 40)));
  }

 private:
  enum class Place { kElsewhere, kLabels, kValue };

  bool at_value() const { return depth_ == 1 && place_ == Place::kValue; }

  bool take(std::int64_t number) {
    point_.value = number;
    return true;
  }

  bool refuse(std::string problem) {
    problem_ = std::move(problem);
    return false;
  }

  bool beyond() { return refuse("\"value\" is beyond 64 bits"); }

  // A value that fits nowhere but below keys that are ignored.
  bool other(const char* what) {
    if (depth_ == 0) return refuse(fmt::format("{} is no object", what));
    if (place_ == Place::kElsewhere) return true;
    if (place_ == Place::kValue) return refuse(fmt::format("\"value\" is {}, not a number", what));
    if (depth_ == 1) return refuse(fmt::format("\"labels\" is {}, not an object", what));
    return refuse(fmt::format("the value of label \"{}\" is {}, not a string", one_line(label_, 100), what));
  }

  bool open(const char* what) {
    ++depth_;
    if (depth_ == 1) return refuse(fmt::format("{} is no object", what));
    if (place_ == Place::kElsewhere) return true;
    --depth_;
    return other(what);
  }

  bool close() {
    --depth_;
    return true;
  }

  Point point_;
  std::string label_;  // whose value comes next
  std::string problem_;
  std::size_t depth_ = 0;
  Place place_ = Place::kElsewhere;
  bool has_labels_ = false;
  bool has_value_ = false;
};

}  // namespace

Result<Point> decode_throw_line(std::string_view line) {
  const auto refuse = [](const char* why) { return Error{ErrorKind::kInput, why}; };
  if (line.find_first_not_of(" \t\r") == line.npos) return refuse("the line is blank");
  if (line.starts_with("\xef\xbb\xbf")) return refuse("the line begins with a byte order mark");
  LineReader reader;
  static_cast<void>(Json::sax_parse(line, &reader));
  return reader.finish();
}

}  // namespace lastrun::app
