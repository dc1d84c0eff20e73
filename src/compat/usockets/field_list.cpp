#include "compat/usockets/field_list.h"

#include <cstddef>
#include <new>

#include "base/ascii.h"

namespace usquic::compat {

namespace {

// More than any section of max_header_list_size has: RFC 9114 section 4.2.2 counts 32 bytes for the shortest field.
constexpr int max_fields = 4096;

// "200 OK" as HTTP/1.1 has it: HTTP/3 has no reason phrase (RFC 9114 section 4.3.2).
std::string_view value_of(std::string_view name, std::string_view value) {
  return name == ":status" ? value.substr(0, value.find(' ')) : value;
}

}  // namespace

void FieldList::set(int index, std::string_view name, std::string_view value) {
  if (index < 0 || index >= max_fields) {
    is_spoiled_ = true;
    return;
  }
  try {
    const auto place = static_cast<std::size_t>(index);
    if (place >= fields_.size()) fields_.resize(place + 1);
    fields_[place] = {to_lower(name), std::string(value_of(name, value))};
  } catch (const std::bad_alloc&) {
    is_spoiled_ = true;
  }
}

bool FieldList::get(int count, std::vector<us_quic_header_t>& section) const {
  if (is_spoiled_ || count < 0 || static_cast<std::size_t>(count) > fields_.size()) return false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    const Field& field = fields_[i];
    if (field.name.empty()) return false;
    section.push_back({field.name.data(), field.name.size(), field.value.data(), field.value.size(), 0});
  }
  return true;
}

void FieldList::release() {
  std::vector<Field>().swap(fields_);
  is_spoiled_ = false;
}

}  // namespace usquic::compat
