#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace lastrun {

template <typename Signature>
class FunctionRef;

// A function that is called while the caller of it waits: it owns and copies nothing, so that it costs two words and no
// memory. Good only as long as what it was made from lives, which for a lambda in an argument list is the call.
template <typename R, typename... Args>
class FunctionRef<R(Args...)> {
 public:
  // Implicit on purpose, so that a lambda can be passed as it is.
  template <typename F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef>)
  FunctionRef(F&& function)  // NOLINT(bugprone-forwarding-reference-overload): excluded above
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Args... args) -> R {
          return (*static_cast<std::add_pointer_t<std::remove_reference_t<F>>>(object))(std::forward<Args>(args)...);
        }) {}

  R operator()(Args... args) const { return call_(object_, std::forward<Args>(args)...); }

 private:
  void* object_;
  R (*call_)(void*, Args...);
};

}  // namespace lastrun
