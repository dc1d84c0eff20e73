#include "app/outgoing_head.h"

#include <charconv>

#include "base/ascii.h"

namespace usquic::app {

int parse_status(std::string_view status) {
  int code = 0;
  const auto [end, error] = std::from_chars(status.data(), status.data() + status.size(), code);
  const bool ends_well = end == status.data() + status.size() || *end == ' ';
  return error == std::errc() && ends_well && end - status.data() == 3 && code >= 100 ? code : -1;
}

void OutgoingHead::clear() {
  code_ = 200;
  has_status_ = is_malformed_ = has_date_ = speaks_capsules_ = has_capsule_protocol_ = false;
  announced_.reset();
  fields_.clear();
}

bool OutgoingHead::set_status(std::string_view status) {
  const int code = parse_status(status);
  if (code < 200 || code > 599) {
    is_malformed_ = true;
    return false;
  }
  code_ = code;
  has_status_ = true;
  return true;
}

bool OutgoingHead::add(std::string_view name, std::string_view value) {
  if (equals_ignoring_case(name, "content-length")) {
    const std::optional<std::uint64_t> length = parse_number(value);
    if (length && (!announced_ || announced_ == length)) {
      announced_ = length;
      return true;
    }
  } else if (fields_.add(name, value)) {
    has_date_ = has_date_ || equals_ignoring_case(name, "date");
    has_capsule_protocol_ = has_capsule_protocol_ || equals_ignoring_case(name, "capsule-protocol");
    return true;
  }
  is_malformed_ = true;
  return false;
}

void OutgoingHead::announce(std::uint64_t length) {
  if (!announced_) announced_ = length;
}

std::optional<std::uint64_t> OutgoingHead::length_field(std::optional<std::uint64_t> body_length,
                                                        bool is_connect) const {
  if (code_ == 204 || (is_connect && code_ < 300)) return std::nullopt;
  if (announced_ || code_ == 304) return announced_;
  return body_length;
}

void OutgoingHead::append_to(std::vector<us_quic_header_t>& fields, std::string_view date,
                             std::optional<std::uint64_t> body_length, bool is_connect) {
  const auto digit = [](int value) { return static_cast<char>('0' + value % 10); };
  status_text_ = {digit(code_ / 100), digit(code_ / 10), digit(code_)};
  fields.push_back(header_of(":status", {status_text_.data(), status_text_.size()}));
  fields_.append_to(fields);
  if (!date.empty()) fields.push_back(header_of("date", date));
  if (speaks_capsules_ && !has_capsule_protocol_ && is_connect && code_ < 300)
    fields.push_back(header_of("capsule-protocol", "?1"));
  if (const std::optional<std::uint64_t> length = length_field(body_length, is_connect)) {
    char* const begin = length_text_.data();
    const char* end = std::to_chars(begin, begin + length_text_.size(), *length).ptr;
    fields.push_back(header_of("content-length", {begin, static_cast<std::size_t>(end - begin)}));
  }
}

}  // namespace usquic::app
