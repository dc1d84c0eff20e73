// Which fields the encoder enters into its dynamic table.
#pragma once

#include <cstdint>
#include <string_view>

#include "http3/qpack/static_table.h"
#include "usquic/quic.h"

namespace usquic::http3::qpack {

enum class Indexing : std::uint8_t {
  enter,    // when it repeats
  literal,  // it would only take the place of others
  never,    // nor does anyone who passes it on (RFC 9204 section 7.1.3)
};

enum class SectionRole : std::uint8_t { request, other };

// match: of the field's name in the static table.
Indexing indexing_of(SectionRole role, const us_quic_header_t& field, const StaticTableMatch& match);

}  // namespace usquic::http3::qpack
