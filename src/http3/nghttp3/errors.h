// Errors inside the HTTP/3 part: nghttp3's negative codes and one more.
#pragma once

#include <nghttp3/nghttp3.h>

#include "usquic/error.h"

namespace usquic::http3 {

// The peer makes us work or remember without end: H3_EXCESSIVE_LOAD.
inline constexpr int excessive_load = -9001;

// The US_QUIC_E_* for a negative result of a call that the application made.
inline int public_error(int result) {
  switch (result) {
    case 0:
      return US_QUIC_OK;
    case NGHTTP3_ERR_NOMEM:
      return US_QUIC_E_NOMEM;
    case NGHTTP3_ERR_CONN_CLOSING:
      return US_QUIC_E_GOAWAY;
    case NGHTTP3_ERR_STREAM_NOT_FOUND:
      return US_QUIC_E_CLOSED;
    case NGHTTP3_ERR_INVALID_STATE:
    case NGHTTP3_ERR_STREAM_IN_USE:
      return US_QUIC_E_STATE;
    case NGHTTP3_ERR_INVALID_ARGUMENT:
      return US_QUIC_E_INVALID;
    default:
      return US_QUIC_E_INTERNAL;
  }
}

}  // namespace usquic::http3
