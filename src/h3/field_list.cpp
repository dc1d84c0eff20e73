#include "h3/field_list.h"

#include <algorithm>

namespace usquic::h3 {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// RFC 9110 section 5.6.2: token characters.
bool is_name_character(char c) {
  if ((c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z')) return true;
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return marks.find(c) != std::string_view::npos;
}

// RFC 9110 section 5.5: no control characters but HTAB.
bool is_value_character(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code == '\t' || (code >= 0x20 && code != 0x7f);
}

std::string_view trimmed(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

}  // namespace

bool FieldList::add(std::string_view name, std::string_view value) {
  constexpr std::size_t max_text = 1U << 30U;
  value = trimmed(value);
  if (name.empty() || text_.size() + name.size() + value.size() > max_text) return false;
  if (!std::all_of(name.begin(), name.end(), is_name_character)) return false;
  if (!std::all_of(value.begin(), value.end(), is_value_character)) return false;
  lines_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())});
  for (const char c : name) text_.push_back(lower(c));
  text_.append(value);
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

}  // namespace usquic::h3
