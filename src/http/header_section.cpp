#include "http/header_section.h"

#include <cstring>

namespace usquic::http {

HeaderSection::HeaderSection(std::span<const us_quic_header_t> fields) {
  std::size_t bytes = 0;
  for (const us_quic_header_t& field : fields) bytes += field.name_length + field.value_length;
  storage_.resize(bytes);
  fields_.reserve(fields.size());
  char* place = storage_.data();
  const auto copy = [&place](const char* from, std::size_t length) {
    const char* copied = place;
    if (length > 0) std::memcpy(place, from, length);
    place += length;
    return copied;
  };
  for (const us_quic_header_t& field : fields) {
    us_quic_header_t kept = field;
    kept.name = copy(field.name, field.name_length);
    kept.value = copy(field.value, field.value_length);
    // The copy does not live as long as the process.
    kept.flags &= ~static_cast<unsigned>(US_QUIC_HEADER_STATIC);
    fields_.push_back(kept);
  }
}

}  // namespace usquic::http
