#include "app/field_list.h"

#include <array>

namespace usquic::app {

namespace {

// For each byte: a token character of RFC 9110 section 5.6.2 in lower case, or 0.
constexpr std::array<char, 256> make_name_characters() {
  std::array<char, 256> table{};
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")) {
    table[static_cast<unsigned char>(c)] = c;
  }
  for (char c = 'A'; c <= 'Z'; ++c) table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
  return table;
}

constexpr std::array<char, 256> name_characters = make_name_characters();

// Writes the name in lower case to `to`. Returns false when it is no token.
bool copy_name(std::string_view name, char* to) {
  bool is_token = true;
  for (const char c : name) {
    *to = name_characters[static_cast<unsigned char>(c)];
    is_token = is_token && *to != 0;
    ++to;
  }
  return is_token;
}

// RFC 9110 section 5.5: no control characters but HTAB.
constexpr std::array<bool, 256> make_value_characters() {
  std::array<bool, 256> table{};
  for (std::size_t code = 0; code < table.size(); ++code) {
    table[code] = code == '\t' || (code >= 0x20 && code != 0x7f);
  }
  return table;
}

constexpr std::array<bool, 256> value_characters = make_value_characters();

bool is_value(std::string_view value) {
  bool is_valid = true;
  for (const char c : value) is_valid = is_valid && value_characters[static_cast<unsigned char>(c)];
  return is_valid;
}

std::string_view trimmed(std::string_view value) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!value.empty() && is_space(value.front())) value.remove_prefix(1);
  while (!value.empty() && is_space(value.back())) value.remove_suffix(1);
  return value;
}

}  // namespace

bool FieldList::add(std::string_view name, std::string_view value) {
  constexpr std::size_t max_text = 1U << 30U;
  value = trimmed(value);
  if (name.empty() || text_.size() + name.size() + value.size() > max_text) return false;
  if (!is_value(value)) return false;
  const std::size_t at = text_.size();
  text_.resize(at + name.size());
  if (!copy_name(name, text_.data() + at)) {
    text_.resize(at);
    return false;
  }
  text_.append(value);
  lines_.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())});
  return true;
}

void FieldList::clear() {
  text_.clear();
  lines_.clear();
}

void FieldList::append_to(std::vector<us_quic_header_t>& fields) const {
  for (const Line& line : lines_) {
    const char* name = text_.data() + line.name;
    fields.push_back({name, line.name_length, name + line.name_length, line.value_length, 0});
  }
}

us_quic_header_t header_of(std::string_view name, std::string_view value, unsigned flags) {
  return {name.data(), name.size(), value.data(), value.size(), flags};
}

}  // namespace usquic::app
