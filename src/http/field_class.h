// What the rules for header sections have to know of one field: it is found out once, however many sections the
// field comes in (field_rules.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "base/ascii.h"

namespace usquic::http {

// What a byte may be part of.
enum CharacterClass : std::uint8_t {
  character_of_name = 1,       // token without upper case (RFC 9110 section 5.1, RFC 9114 section 4.2)
  character_of_value = 2,      // no control character but HTAB (RFC 9110 section 5.5)
  character_of_token = 4,      // RFC 9110 section 5.6.2
  character_of_authority = 8,  // host and port, no userinfo (RFC 9114 section 4.3.1)
  character_of_path = 16,
  character_of_scheme = 32,  // RFC 3986 section 3.1
  character_of_number = 64,
};

namespace field_class_detail {

constexpr std::uint8_t classes_of(unsigned code) {
  const auto contains = [](std::string_view set, char c) { return set.find(c) != std::string_view::npos; };
  const char c = static_cast<char>(code);
  const bool is_letter_or_digit = is_letter(c) || is_digit(c);
  const bool is_mark = code < 0x80 && contains("!#$%&'*+-.^_`|~", c);
  unsigned classes = 0;
  if ((is_letter_or_digit || is_mark) && to_lower(c) == c) classes |= character_of_name;
  if (c == '\t' || (code >= 0x20 && code != 0x7f)) classes |= character_of_value;
  if (is_letter_or_digit || is_mark) classes |= character_of_token;
  if (is_letter_or_digit || (code < 0x80 && contains("-._~!$&'()*+,;=:[]%", c))) {
    classes |= character_of_authority;
  }
  if (code > 0x20 && code != 0x7f) classes |= character_of_path;
  if (is_letter_or_digit || (code < 0x80 && contains("+-.", c))) classes |= character_of_scheme;
  if (is_digit(c)) classes |= character_of_number;
  return static_cast<std::uint8_t>(classes);
}

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned code = 0; code < 256; ++code) table[code] = classes_of(code);
  return table;
}

}  // namespace field_class_detail

constexpr std::array<std::uint8_t, 256> character_classes = field_class_detail::make_table();

// The classes that every byte is of.
constexpr std::uint8_t common_classes(std::string_view text) {
  unsigned common = 0xff;
  for (const char c : text) {
    common &= character_classes[static_cast<unsigned char>(c)];
    if (common == 0) break;  // keeps compilers from making vectors of it: a table has to be read byte by byte
  }
  return static_cast<std::uint8_t>(common);
}

// The fields that the rules know.
enum class FieldName : std::uint8_t {
  invalid,  // no name, or one of a pseudo-header field that there is not
  method,
  scheme,
  authority,
  path,
  protocol,
  status,
  host,
  te,
  priority,
  content_length,
  connection_specific,  // which have no place in HTTP/3 (RFC 9114 section 4.2)
  other,
};

constexpr FieldName classify_name(std::string_view name) {
  if (name.empty()) return FieldName::invalid;
  if (name.front() == ':') {
    if (name == ":method") return FieldName::method;
    if (name == ":path") return FieldName::path;
    if (name == ":scheme") return FieldName::scheme;
    if (name == ":authority") return FieldName::authority;
    if (name == ":status") return FieldName::status;
    return name == ":protocol" ? FieldName::protocol : FieldName::invalid;
  }
  if ((common_classes(name) & character_of_name) == 0) return FieldName::invalid;
  const auto if_specific = [name](std::string_view known) {
    return name == known ? FieldName::connection_specific : FieldName::other;
  };
  switch (name.size()) {
    case 2:
      return name == "te" ? FieldName::te : FieldName::other;
    case 4:
      return name == "host" ? FieldName::host : FieldName::other;
    case 7:
      return if_specific("upgrade");
    case 8:
      return name == "priority" ? FieldName::priority : FieldName::other;
    case 10:
      return name == "keep-alive" ? FieldName::connection_specific : if_specific("connection");
    case 14:
      return name == "content-length" ? FieldName::content_length : FieldName::other;
    case 16:
      return if_specific("proxy-connection");
    case 17:
      return if_specific("transfer-encoding");
    default:
      return FieldName::other;
  }
}

// Whether the rules look at what a field's value is made of.
constexpr bool has_ruled_value(FieldName name) {
  return name != FieldName::other && name != FieldName::protocol && name != FieldName::te &&
         name != FieldName::priority && name != FieldName::connection_specific && name != FieldName::invalid;
}

namespace field_class_detail {

constexpr std::uint64_t every(std::uint8_t byte) {
  return byte * std::uint64_t{0x0101010101010101};
}

// Whether one of eight bytes is below 0x20, or 0x7f: what a value seldom has. Bit 7 of a byte says so.
constexpr std::uint64_t find_controls(std::uint64_t eight) {
  const std::uint64_t low = eight & every(0x7f);
  return (~(low + every(0x60)) | (low + every(1))) & ~eight & every(0x80);
}

}  // namespace field_class_detail

// RFC 9110 section 5.5: no control character but HTAB.
inline bool is_field_value(std::string_view text) {
  using field_class_detail::every, field_class_detail::find_controls;
  std::uint64_t found = 0;
  std::uint64_t eight = every(' ');
  if (text.size() < sizeof eight) {
    for (const char c : text) eight = eight << 8 | static_cast<unsigned char>(c);
    found = find_controls(eight);
  } else {
    for (std::size_t i = 0; i + sizeof eight < text.size(); i += sizeof eight) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      found |= find_controls(eight);
    }
    std::memcpy(&eight, text.data() + text.size() - sizeof eight, sizeof eight);
    found |= find_controls(eight);
  }
  return found == 0 || (common_classes(text) & character_of_value) != 0;
}

// The CharacterClass bits that all bytes of a value have, of most fields character_of_value alone. None for what is
// no field value: one with white space at an end (RFC 9110 section 5.5), or with a control character.
constexpr std::uint8_t classify_value(FieldName name, std::string_view value) {
  if (!value.empty() && (is_blank(value.front()) || is_blank(value.back()))) return 0;
  if (has_ruled_value(name) || std::is_constant_evaluated()) {
    const std::uint8_t classes = common_classes(value);
    if ((classes & character_of_value) == 0) return 0;
    if (has_ruled_value(name)) return classes;
  } else if (!is_field_value(value)) {
    return 0;
  }
  return character_of_value;
}

struct FieldClass {
  FieldName name = FieldName::invalid;
  std::uint8_t value = 0;  // as classify_value() says

  constexpr bool is_valid() const { return name != FieldName::invalid && value != 0; }
  constexpr bool operator==(const FieldClass&) const = default;
};

constexpr FieldClass classify(std::string_view name, std::string_view value) {
  const FieldName known = classify_name(name);
  return {known, classify_value(known, value)};
}

}  // namespace usquic::http
