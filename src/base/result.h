#pragma once

#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/check.h"

namespace lastrun {

// What kind of thing failed: enough for a caller to decide, the rest is in the message.
enum class ErrorKind {
  kUsage,        // the command line or a setting is wrong
  kInput,        // bytes we were given to read are not what they should be
  kIo,           // a file, pipe or disk refused
  kNotFound,     // what was named is not there
  kPermission,   // we may not (401, 403, EACCES)
  kRejected,     // the other side understood and refused (other 4xx)
  kUnavailable,  // the other side or the way to it is broken just now (5xx, connection refused, reset)
  kTimeout,      // a deadline of ours passed
  kCancelled,    // we were asked to stop
  kLimit,        // a bound of ours was reached (body too large, queue full)
};

// Whether doing the very same thing again may succeed without anyone changing anything.
enum class Retry { kNo, kYes };

// The world failed. The message says what was attempted, on what, and why; never a secret.
struct Error {
  ErrorKind kind = ErrorKind::kIo;
  std::string message;
  Retry retry = Retry::kNo;

  // The same error with what was being done put before it: "reading x.json: " + message.
  [[nodiscard]] Error within(const std::string& attempt) const { return Error{kind, attempt + ": " + message, retry}; }
};

// A value or an Error. Ours, because g++ 12's std::expected has no and_then and does not warn when it is ignored.
template <typename T>
class [[nodiscard]] Result {
 public:
  // Implicit on purpose: `return value;` and `return Error{...};` both read as what they are.
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // The value; a failed Result has none, asking for it is our mistake (CHECK).
  T& value() & {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const& {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T&& value() && {
    CHECK(ok());
    return std::move(std::get<0>(state_));
  }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  // The error; a Result that is ok has none (CHECK).
  const Error& error() const& {
    CHECK(!ok());
    return std::get<1>(state_);
  }
  Error&& error() && {
    CHECK(!ok());
    return std::move(std::get<1>(state_));
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value: `return Ok{};`.
struct Ok {};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result(Ok) {}
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const& {
    CHECK(!ok());
    return *error_;
  }
  Error&& error() && {
    CHECK(!ok());
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace lastrun

#define LASTRUN_CONCAT_INNER(a, b) a##b
#define LASTRUN_CONCAT(a, b) LASTRUN_CONCAT_INNER(a, b)

#define LASTRUN_TRY(result, expression)                 \
  do {                                                  \
    auto result = (expression);                         \
    if (!result.ok()) return std::move(result).error(); \
  } while (false)

#define LASTRUN_TRY_ASSIGN(result, target, expression) \
  auto result = (expression);                          \
  if (!result.ok()) return std::move(result).error();  \
  target = std::move(result).value()

// Returns the error of a failed Result from the enclosing function; else goes on.
#define TRY(expression) LASTRUN_TRY(LASTRUN_CONCAT(try_result_, __COUNTER__), expression)

// TRY_ASSIGN(auto x, f()): declares or assigns the value, or returns the error. Several statements: needs braces.
#define TRY_ASSIGN(target, expression) LASTRUN_TRY_ASSIGN(LASTRUN_CONCAT(try_result_, __COUNTER__), target, expression)
