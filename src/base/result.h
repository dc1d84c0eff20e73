// A value or a negative US_QUIC_E_* code.
#pragma once

#include <utility>
#include <variant>

#include "base/check.h"

namespace usquic {

// Wraps a negative error code on its way into a Result.
struct Error {
  int code;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, error) { CHECK(error.code < 0); }

  explicit operator bool() const { return state_.index() == 0; }
  int error() const { return state_.index() == 0 ? 0 : std::get<1>(state_).code; }

  T& operator*() & { return *checked(); }
  T&& operator*() && { return std::move(*checked()); }
  T* operator->() { return checked(); }

 private:
  T* checked() {
    T* value = std::get_if<0>(&state_);
    CHECK(value != nullptr);
    return value;
  }

  std::variant<T, Error> state_;
};

}  // namespace usquic
