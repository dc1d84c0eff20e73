// The static table of QPACK (RFC 9204 appendix A).
#pragma once

#include <cstddef>
#include <string_view>

#include "http/field_class.h"
#include "usquic/quic.h"

namespace usquic::http3 {

struct StaticTableMatch {
  int field = -1;  // index of an entry with this name and value, -1 = none
  int name = -1;   // index of an entry with this name, -1 = none
};

// Both for one of its 99 entries. What the field points to stays for ever.
constexpr std::size_t static_table_size = 99;
const us_quic_header_t& static_field(std::size_t index);
http::FieldClass static_field_class(std::size_t index);

StaticTableMatch find_in_static_table(std::string_view name, std::string_view value);

}  // namespace usquic::http3
