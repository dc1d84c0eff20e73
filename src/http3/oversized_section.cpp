#include "http3/oversized_section.h"

namespace usquic::http3 {

bool is_answered_with_431(const OversizedSection& section) {
  return section.is_request && !section.is_answered && !section.is_write_closed;
}

std::span<const us_quic_header_t> oversized_response() {
  static constexpr us_quic_header_t fields[] = {{":status", 7, "431", 3, US_QUIC_HEADER_STATIC},
                                                {"content-length", 14, "0", 1, US_QUIC_HEADER_STATIC}};
  return fields;
}

}  // namespace usquic::http3
