// What the handles of usockets_calls.h point to. Each lies in the ext memory of usquic's own object, which frees it: no
// destructor runs, so what a handle holds beside itself is released when its close is told.
#pragma once

#include "base/ext.h"
#include "compat/usockets/field_list.h"
#include "usquic/compat/usockets_calls.h"
#include "usquic/quic.h"

struct us_compat_quic_socket_context_t {
  us_quic_socket_context_t* quic = nullptr;
  us_compat_quic_socket_context_t** current = nullptr;  // this one while one of its callbacks runs
  int* error = nullptr;

  us_compat_quic_stream_t* reading = nullptr;       // whose callback runs
  us_compat_quic_stream_t* writing = nullptr;       // that, or whose ext memory was asked for since
  usquic::compat::FieldList fields;                 // noted while `writing` was none
  usquic::compat::FieldList* noted_last = nullptr;  // these, or a stream's
  unsigned connections = 0;                         // not told closed

  void (*on_stream_data)(us_compat_quic_stream_t* s, char* data, int length) = nullptr;
  void (*on_stream_end)(us_compat_quic_stream_t* s) = nullptr;
  void (*on_stream_headers)(us_compat_quic_stream_t* s) = nullptr;
  void (*on_stream_open)(us_compat_quic_stream_t* s, int is_client) = nullptr;
  void (*on_stream_close)(us_compat_quic_stream_t* s) = nullptr;
  void (*on_stream_writable)(us_compat_quic_stream_t* s) = nullptr;
  void (*on_open)(us_compat_quic_socket_t* s, int is_client) = nullptr;
  void (*on_close)(us_compat_quic_socket_t* s) = nullptr;
};

struct us_compat_quic_stream_t {
  us_quic_stream_t* quic = nullptr;
  us_compat_quic_socket_context_t* context = nullptr;
  usquic::compat::FieldList fields;
  bool is_open = false;      // on_stream_open ran
  bool has_headers = false;  // a header section was sent
  bool is_finished = false;  // FIN was asked for
  bool is_ended = false;     // the peer's FIN came
  bool is_deaf = false;      // the program wants to read no more
  bool is_closing = false;   // by the program
  bool is_closed = false;    // told
};

namespace usquic::compat {

struct Connection : us_compat_quic_socket_t {
  us_quic_connection_t* quic = nullptr;
  us_compat_quic_socket_context_t* context = nullptr;
  const char* authority = "";  // of requests
  unsigned stream_ext_size = 0;
};

us_compat_quic_socket_context_t* context_of(us_quic_socket_context_t* context);
// Makes the handle when there is none yet.
Connection* connection_of(us_quic_connection_t* connection);
us_compat_quic_stream_t* stream_of(us_quic_stream_t* stream);
us_compat_quic_stream_t* make_stream(us_quic_stream_t* stream);
// usquic's own callbacks run the program's.
void attach(us_quic_socket_context_t* context);

}  // namespace usquic::compat
