// From JavaScript values to C++ and back.
#pragma once

#include <node_api.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usquic::node {

// Thrown when a JavaScript exception is pending: the native function returns at once, and it is raised there.
struct ExceptionPending {};

[[noreturn]] void throw_argument_error(napi_env env, const char* what);
// An Error with the code ERR_QUIC_* and errno of a US_QUIC_E_*; detail: what the library logged, or "".
[[noreturn]] void throw_quic_error(napi_env env, int error, std::string_view detail);
// When Node-API itself fails (memory, an environment that is shutting down).
void check(napi_env env, napi_status status);

// "ERR_QUIC_REFUSED" for US_QUIC_E_REFUSED.
std::string error_code_name(int error);

napi_value to_js(napi_env env, double number);
napi_value to_js(napi_env env, bool flag);
napi_value to_js(napi_env env, std::string_view text);

// Strings of which each character stands for one byte, as in header fields (ByteString of Web IDL);
// others are UTF-8.
struct ByteStrings {
  std::vector<std::string> values;
};
napi_value to_js(napi_env env, const ByteStrings& strings);

// An object's properties; absent (undefined or null) ones are std::nullopt.
class Options {
 public:
  Options(napi_env env, napi_value object);

  std::optional<std::string> text(const char* name) const;
  std::optional<double> number(const char* name) const;
  bool flag(const char* name) const;  // false when absent
  std::vector<std::string> texts(const char* name) const;
  ByteStrings byte_strings(const char* name) const;
  std::optional<std::string> bytes(const char* name) const;

 private:
  std::optional<napi_value> get(const char* name) const;

  napi_env env_;
  napi_value object_;
};

// The arguments of a call.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info);

  napi_env env() const { return env_; }
  napi_value self() const { return self_; }  // `this` of the call
  napi_value value(std::size_t index) const { return values_[index]; }
  std::string text(std::size_t index) const;
  std::optional<std::string> text_or_null(std::size_t index) const;
  double number(std::size_t index) const;
  std::uint32_t id(std::size_t index) const;
  int port(std::size_t index) const;
  bool flag(std::size_t index) const;
  std::string byte_string(std::size_t index) const;
  ByteStrings byte_strings(std::size_t index) const;
  std::string bytes(std::size_t index) const;
  std::optional<std::string_view> bytes_or_null(
      std::size_t index) const;  // JavaScript's own, until it runs again

 private:
  napi_env env_;
  napi_value self_ = nullptr;
  std::array<napi_value, 6> values_{};
};

}  // namespace usquic::node
