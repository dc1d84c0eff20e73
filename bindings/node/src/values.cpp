#include "values.h"

#include "usquic/error.h"

namespace usquic::node {
namespace {

napi_valuetype type_of(napi_env env, napi_value value) {
  napi_valuetype type = napi_undefined;
  check(env, napi_typeof(env, value, &type));
  return type;
}

bool is_absent(napi_env env, napi_value value) {
  const napi_valuetype type = type_of(env, value);
  return type == napi_undefined || type == napi_null;
}

std::string text_of(napi_env env, napi_value value, const char* what) {
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, value, nullptr, 0, &length) != napi_ok) throw_argument_error(env, what);
  std::string text(length, '\0');
  check(env, napi_get_value_string_utf8(env, value, text.data(), length + 1, &length));
  return text;
}

double number_of(napi_env env, napi_value value, const char* what) {
  double number = 0;
  if (napi_get_value_double(env, value, &number) != napi_ok) throw_argument_error(env, what);
  return number;
}

bool flag_of(napi_env env, napi_value value, const char* what) {
  bool flag = false;
  if (napi_get_value_bool(env, value, &flag) != napi_ok) throw_argument_error(env, what);
  return flag;
}

std::string byte_string_of(napi_env env, napi_value value, const char* what) {
  // Most fit into this, and are read by one call.
  std::array<char, 512> most{};
  std::size_t length = 0;
  if (napi_get_value_string_latin1(env, value, most.data(), most.size(), &length) != napi_ok)
    throw_argument_error(env, what);
  if (length < most.size() - 1) return {most.data(), length};
  check(env, napi_get_value_string_latin1(env, value, nullptr, 0, &length));
  std::string text(length, '\0');
  check(env, napi_get_value_string_latin1(env, value, text.data(), length + 1, &length));
  return text;
}

using ReadText = std::string (*)(napi_env env, napi_value value, const char* what);

std::vector<std::string> list_of(napi_env env, napi_value value, const char* what, ReadText read) {
  std::uint32_t count = 0;
  if (napi_get_array_length(env, value, &count) != napi_ok) throw_argument_error(env, what);
  std::vector<std::string> texts;
  texts.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    napi_value element = nullptr;
    check(env, napi_get_element(env, value, i, &element));
    texts.push_back(read(env, element, what));
  }
  return texts;
}

// JavaScript's own, until it runs again.
std::string_view bytes_view_of(napi_env env, napi_value value, const char* what) {
  bool is_typed_array = false;
  check(env, napi_is_typedarray(env, value, &is_typed_array));
  if (!is_typed_array) throw_argument_error(env, what);
  napi_typedarray_type type = napi_int8_array;
  std::size_t length = 0;
  void* data = nullptr;
  check(env, napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr));
  if (type != napi_uint8_array) throw_argument_error(env, what);
  return length > 0 ? std::string_view(static_cast<const char*>(data), length) : std::string_view();
}

std::string bytes_of(napi_env env, napi_value value, const char* what) {
  return std::string(bytes_view_of(env, value, what));
}

void set(napi_env env, napi_value object, const char* name, napi_value value) {
  check(env, napi_set_named_property(env, object, name, value));
}

}  // namespace

void throw_argument_error(napi_env env, const char* what) {
  napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", what);
  throw ExceptionPending();
}

void throw_quic_error(napi_env env, int error, std::string_view detail) {
  std::string text = us_quic_strerror(error);
  if (!detail.empty()) text.append(" (").append(detail).append(")");
  napi_value object = nullptr;
  check(env, napi_create_error(env, to_js(env, error_code_name(error)), to_js(env, text), &object));
  set(env, object, "errno", to_js(env, static_cast<double>(error)));
  napi_throw(env, object);
  throw ExceptionPending();
}

void check(napi_env env, napi_status status) {
  if (status == napi_ok) return;
  bool is_pending = false;
  napi_is_exception_pending(env, &is_pending);
  if (!is_pending) napi_throw_error(env, "ERR_QUIC_INTERNAL", "Node-API call failed");
  throw ExceptionPending();
}

std::string error_code_name(int error) {
  constexpr std::string_view prefix = "US_QUIC_E_";
  const std::string_view name = us_quic_error_name(error);
  return "ERR_QUIC_" + std::string(name.starts_with(prefix) ? name.substr(prefix.size()) : name);
}

napi_value to_js(napi_env env, double number) {
  napi_value value = nullptr;
  check(env, napi_create_double(env, number, &value));
  return value;
}

napi_value to_js(napi_env env, bool flag) {
  napi_value value = nullptr;
  check(env, napi_get_boolean(env, flag, &value));
  return value;
}

napi_value to_js(napi_env env, std::string_view text) {
  napi_value value = nullptr;
  check(env, napi_create_string_utf8(env, text.data(), text.size(), &value));
  return value;
}

napi_value to_js(napi_env env, const ByteStrings& strings) {
  napi_value array = nullptr;
  check(env, napi_create_array_with_length(env, strings.values.size(), &array));
  for (std::size_t i = 0; i < strings.values.size(); ++i) {
    const std::string& text = strings.values[i];
    napi_value value = nullptr;
    check(env, napi_create_string_latin1(env, text.data(), text.size(), &value));
    check(env, napi_set_element(env, array, static_cast<std::uint32_t>(i), value));
  }
  return array;
}

Options::Options(napi_env env, napi_value object) : env_(env), object_(object) {
  if (object == nullptr || type_of(env, object) != napi_object)
    throw_argument_error(env, "options must be an object");
}

std::optional<napi_value> Options::get(const char* name) const {
  napi_value value = nullptr;
  check(env_, napi_get_named_property(env_, object_, name, &value));
  return is_absent(env_, value) ? std::nullopt : std::optional(value);
}

std::optional<std::string> Options::text(const char* name) const {
  const auto value = get(name);
  return value ? std::optional(text_of(env_, *value, name)) : std::nullopt;
}

std::optional<double> Options::number(const char* name) const {
  const auto value = get(name);
  return value ? std::optional(number_of(env_, *value, name)) : std::nullopt;
}

bool Options::flag(const char* name) const {
  const auto value = get(name);
  return value && flag_of(env_, *value, name);
}

std::vector<std::string> Options::texts(const char* name) const {
  const auto value = get(name);
  return value ? list_of(env_, *value, name, text_of) : std::vector<std::string>();
}

ByteStrings Options::byte_strings(const char* name) const {
  const auto value = get(name);
  return value ? ByteStrings{list_of(env_, *value, name, byte_string_of)} : ByteStrings();
}

std::optional<std::string> Options::bytes(const char* name) const {
  const auto value = get(name);
  return value ? std::optional(bytes_of(env_, *value, name)) : std::nullopt;
}

// Missing arguments are undefined.
Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  std::size_t count = values_.size();
  check(env, napi_get_cb_info(env, info, &count, values_.data(), &self_, nullptr));
}

std::string Arguments::text(std::size_t index) const {
  return text_of(env_, values_[index], "a string is expected");
}

std::optional<std::string> Arguments::text_or_null(std::size_t index) const {
  return is_absent(env_, values_[index]) ? std::nullopt : std::optional(text(index));
}

double Arguments::number(std::size_t index) const {
  return number_of(env_, values_[index], "a number is expected");
}

std::uint32_t Arguments::id(std::size_t index) const {
  const double value = number(index);
  return value >= 0 && value <= UINT32_MAX ? static_cast<std::uint32_t>(value) : 0;
}

int Arguments::port(std::size_t index) const {
  const double value = number(index);
  if (!(value >= 0 && value <= 65535) || value != static_cast<int>(value)) {
    throw_argument_error(env_, "a port is an integer from 0 to 65535");
  }
  return static_cast<int>(value);
}

bool Arguments::flag(std::size_t index) const {
  return flag_of(env_, values_[index], "a boolean is expected");
}

std::string Arguments::byte_string(std::size_t index) const {
  return byte_string_of(env_, values_[index], "a string is expected");
}

ByteStrings Arguments::byte_strings(std::size_t index) const {
  return {list_of(env_, values_[index], "an array of strings is expected", byte_string_of)};
}

std::string Arguments::bytes(std::size_t index) const {
  return bytes_of(env_, values_[index], "a Uint8Array is expected");
}

std::optional<std::string_view> Arguments::bytes_or_null(std::size_t index) const {
  if (is_absent(env_, values_[index])) return std::nullopt;
  return bytes_view_of(env_, values_[index], "a Uint8Array is expected");
}

}  // namespace usquic::node
