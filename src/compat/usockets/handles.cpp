#include "compat/usockets/handles.h"

#include <new>

namespace usquic::compat {

us_compat_quic_socket_context_t* context_of(us_quic_socket_context_t* context) {
  return static_cast<us_compat_quic_socket_context_t*>(us_quic_socket_context_ext(context));
}

Connection* connection_of(us_quic_connection_t* connection) {
  auto* handle = static_cast<Connection*>(us_quic_connection_ext(connection));
  // Ext memory is zeroed, so this is NULL before.
  if (handle->quic != nullptr) return handle;
  new (handle) Connection;
  handle->quic = connection;
  handle->context = context_of(us_quic_connection_context(connection));
  handle->udp_socket = us_quic_connection_socket(connection);
  ++handle->context->connections;
  return handle;
}

us_compat_quic_stream_t* stream_of(us_quic_stream_t* stream) {
  return static_cast<us_compat_quic_stream_t*>(us_quic_stream_ext(stream));
}

us_compat_quic_stream_t* make_stream(us_quic_stream_t* stream) {
  auto* handle = new (us_quic_stream_ext(stream)) us_compat_quic_stream_t;
  handle->quic = stream;
  handle->context = context_of(us_quic_stream_context(stream));
  return handle;
}

}  // namespace usquic::compat
