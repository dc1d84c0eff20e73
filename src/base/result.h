// A value, or an error in the terms of the C interface: a negative US_QUIC_E_* code. Inside the library
// errors travel in these types. An int stands at the C interface and in engine::Stream, which is its image.
#pragma once

#include <utility>
#include <variant>

#include "base/check.h"

namespace usquic {

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

// For a call that makes no value. As cheap as the int: it is returned in a register.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : code_(error.code) { CHECK(error.code < 0); }
  // code: what a function of the C interface returned, US_QUIC_OK or an error.
  static Result of_code(int code) { return code == 0 ? Result() : Result(Error{code}); }

  explicit operator bool() const { return code_ == 0; }
  int error() const { return code_; }

 private:
  int code_ = 0;
};

}  // namespace usquic
