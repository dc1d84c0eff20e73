#include "http2/section.h"

namespace usquic::http2 {
namespace {

constexpr std::size_t bytes_beside_field = 32;
// A client that was answered 431 may have sent as much more already.
constexpr std::size_t tolerated_sections = 4;
// What a stream keeps for the next request.
constexpr std::size_t kept_bytes = 4096;

}  // namespace

void Section::clear() {
  if (bytes_.capacity() > kept_bytes) {
    std::string().swap(bytes_);
    std::vector<Field>().swap(lengths_);
    std::vector<us_quic_header_t>().swap(fields_);
  }
  bytes_.clear();
  lengths_.clear();
  fields_.clear();
  counted_ = 0;
  is_too_large_ = false;
}

Section::Fit Section::add(std::string_view name, std::string_view value, std::size_t max_bytes) {
  counted_ += name.size() + value.size() + bytes_beside_field;
  is_too_large_ = is_too_large_ || counted_ > max_bytes;
  if (is_too_large_) return counted_ / tolerated_sections > max_bytes ? Fit::flood : Fit::too_large;
  bytes_.append(name).append(value);
  lengths_.push_back({name.size(), value.size()});
  return Fit::fits;
}

std::span<const us_quic_header_t> Section::complete() {
  fields_.clear();
  fields_.reserve(lengths_.size());
  const char* at = bytes_.data();
  for (const Field& field : lengths_) {
    const char* value = at + field.name_length;
    fields_.push_back({at, field.name_length, value, field.value_length, 0});
    at = value + field.value_length;
  }
  return fields_;
}

}  // namespace usquic::http2
