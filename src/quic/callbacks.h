// The application's callbacks of one context; each may be unset.
#pragma once

#include "usquic/quic.h"

namespace usquic::quic {

struct Callbacks {
  void (*open)(us_quic_connection_t* c, int is_client) = nullptr;
  void (*close)(us_quic_connection_t* c, const us_quic_close_info_t* info) = nullptr;
  void (*goaway)(us_quic_connection_t* c) = nullptr;
  void (*stream_open)(us_quic_stream_t* s, int is_client) = nullptr;
  void (*stream_headers)(us_quic_stream_t* s, int kind, int end_stream) = nullptr;
  void (*stream_data)(us_quic_stream_t* s, const void* data, size_t length) = nullptr;
  void (*stream_end)(us_quic_stream_t* s) = nullptr;
  void (*stream_reset)(us_quic_stream_t* s, uint64_t code) = nullptr;
  void (*stream_stop)(us_quic_stream_t* s, uint64_t code) = nullptr;
  void (*stream_writable)(us_quic_stream_t* s) = nullptr;
  void (*stream_datagram)(us_quic_stream_t* s, const void* data, size_t length) = nullptr;
  void (*stream_close)(us_quic_stream_t* s, const us_quic_stream_close_info_t* info) = nullptr;
  void (*webtransport_close)(us_quic_stream_t* session, uint32_t code, const char* reason,
                             size_t length) = nullptr;
  void (*webtransport_drain)(us_quic_stream_t* session) = nullptr;
  void (*datagram)(us_quic_connection_t* c, const void* data, size_t length) = nullptr;
};

}  // namespace usquic::quic
