// Streams: what is written, read and closed.
#include <cstddef>
#include <limits>

#include "compat/usockets/handles.h"
#include "usquic/http3_codes.h"

namespace {

using usquic::ext_offset;
using usquic::compat::Connection;
using usquic::compat::connection_of;

// What a peer is told that need not send the rest (RFC 9114 section 4.1 for servers, 4.1.1 for clients).
std::uint64_t stop_code(us_compat_quic_stream_t& s) {
  return us_quic_stream_is_client(s.quic) != 0 ? US_QUIC_H3_REQUEST_CANCELLED : US_QUIC_H3_NO_ERROR;
}

int finish(us_compat_quic_stream_t& s) {
  if (s.is_finished) return 0;
  const int result = us_quic_stream_shutdown(s.quic);
  s.is_finished = result == 0;
  return result;
}

int stop_reading(us_compat_quic_stream_t& s) {
  if (s.is_ended || s.is_deaf) return 0;
  s.is_deaf = true;
  return us_quic_stream_stop(s.quic, stop_code(s));
}

}  // namespace

void us_compat_quic_socket_create_stream(us_compat_quic_socket_t* s, int ext_size) {
  auto* connection = static_cast<Connection*>(s);
  constexpr auto own = static_cast<unsigned>(ext_offset<us_compat_quic_stream_t>());
  if (ext_size < 0 || ext_size > std::numeric_limits<int>::max() - static_cast<int>(own)) return;
  const unsigned size = ext_size > 0 ? static_cast<unsigned>(ext_size) : connection->stream_ext_size;
  us_quic_stream_t* stream = us_quic_connection_create_stream(connection->quic, own + size, nullptr);
  if (stream != nullptr) usquic::compat::make_stream(stream);
}

us_compat_quic_socket_t* us_compat_quic_stream_socket(us_compat_quic_stream_t* s) {
  return connection_of(us_quic_stream_connection(s->quic));
}

void* us_compat_quic_stream_ext(us_compat_quic_stream_t* s) {
  // µWebSockets asks for it right before it notes a field of this stream, and names the stream nowhere else.
  if (!s->is_closed) {
    s->context->writing = s;
    *s->context->current = s->context;
  }
  return usquic::ext_of(s);
}

int us_compat_quic_stream_is_client(us_compat_quic_stream_t* s) {
  return us_quic_stream_is_client(s->quic);
}

int us_compat_quic_stream_write(us_compat_quic_stream_t* s, char* data, int length) {
  if (length <= 0 || data == nullptr) return 0;
  const std::ptrdiff_t written = us_quic_stream_write(s->quic, data, static_cast<std::size_t>(length));
  return written > 0 ? static_cast<int>(written) : 0;
}

int us_compat_quic_stream_shutdown(us_compat_quic_stream_t* s) {
  return finish(*s);
}

int us_compat_quic_stream_shutdown_read(us_compat_quic_stream_t* s) {
  return stop_reading(*s);
}

void us_compat_quic_stream_close(us_compat_quic_stream_t* s) {
  if (s->is_closing || s->is_closed) return;
  s->is_closing = true;
  if (!s->has_headers || finish(*s) != 0) {
    us_quic_stream_close(s->quic);
    return;
  }
  stop_reading(*s);
}
