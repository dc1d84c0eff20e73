#include "app/field_list.h"

#include "base/ascii.h"
#include "http/field_rules.h"

namespace usquic::app {

bool FieldList::add(std::string_view name, std::string_view value) {
  constexpr std::size_t max_text = 1U << 30U;
  value = trim(value);
  if (name.empty() || text_.size() + name.size() + value.size() > max_text) return false;
  if (!http::is_field_value(value)) return false;
  const std::size_t at = text_.size();
  text_.resize(at + name.size());
  if (!http::copy_field_name(name, text_.data() + at)) {
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
