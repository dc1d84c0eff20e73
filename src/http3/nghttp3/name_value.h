// A field as nghttp3 takes it.
#pragma once

#include <nghttp3/nghttp3.h>

#include "usquic/quic.h"

namespace usquic::http3 {

inline nghttp3_nv to_nv(const us_quic_header_t& field) {
  // nghttp3 only reads there.
  const auto bytes = [](const char* text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text));
  };
  unsigned flags = NGHTTP3_NV_FLAG_NONE;
  if ((field.flags & US_QUIC_HEADER_NEVER_INDEX) != 0) flags |= NGHTTP3_NV_FLAG_NEVER_INDEX;
  if ((field.flags & US_QUIC_HEADER_STATIC) != 0) {
    flags |= NGHTTP3_NV_FLAG_NO_COPY_NAME | NGHTTP3_NV_FLAG_NO_COPY_VALUE;
    // What never changes is worth a table entry; by itself nghttp3 gives none to a name that it
    // does not know.
    flags |= NGHTTP3_NV_FLAG_TRY_INDEX;
  }
  return {bytes(field.name), bytes(field.value), field.name_length, field.value_length,
          static_cast<std::uint8_t>(flags)};
}

}  // namespace usquic::http3
