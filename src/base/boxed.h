#pragma once

#include <memory>
#include <utility>

#include "base/check.h"

namespace lastrun {

// A value that is seldom there: like std::optional, but an absent one takes no more room than a pointer. Copies copy
// the value, comparisons compare it.
template <typename T>
class Boxed {
 public:
  Boxed() = default;
  Boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}  // NOLINT(google-explicit-constructor): as optional
  Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Boxed(Boxed&&) noexcept = default;
  Boxed& operator=(const Boxed& other) {
    if (this != &other) value_ = other.value_ ? std::make_unique<T>(*other.value_) : nullptr;
    return *this;
  }
  Boxed& operator=(Boxed&&) noexcept = default;
  ~Boxed() = default;

  [[nodiscard]] bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }

  // An absent value has none to give (CHECK).
  const T& operator*() const {
    CHECK(value_ != nullptr);
    return *value_;
  }
  const T* operator->() const { return &**this; }
  T& operator*() {
    CHECK(value_ != nullptr);
    return *value_;
  }
  T* operator->() { return &**this; }
  void reset() { value_.reset(); }

  friend bool operator==(const Boxed& a, const Boxed& b) {
    if (a.has_value() != b.has_value()) return false;
    return !a.has_value() || *a.value_ == *b.value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace lastrun
