#include "engine/ngtcp2/connection_core.h"

#include "engine/ngtcp2/paths.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {

ConnectionCore::ConnectionCore(QuicConnection& its_connection, EndpointCore& its_endpoint,
                               const Path& its_path, bool client)
    : connection(its_connection),
      endpoint(its_endpoint),
      path(its_path),
      local_for_ngtcp2(specified_like(path.local, path.remote)),
      socket_state(&endpoint.sockets.add(path.socket)),
      is_client(client),
      sender(transport::HandshakeCounts::key_of(path.remote)) {}

void ConnectionCore::credit(std::int64_t id, std::uint64_t length) {
  ngtcp2_conn_extend_max_stream_offset(library, id, length);
  ngtcp2_conn_extend_max_offset(library, length);
}

std::uint64_t ConnectionCore::no_error_code() const {
  return is_http3() ? std::uint64_t{US_QUIC_H3_NO_ERROR} : 0;
}

std::uint64_t ConnectionCore::abandon_code() const {
  return is_http3() ? std::uint64_t{US_QUIC_H3_REQUEST_CANCELLED} : 0;
}

int ConnectionCore::fail_http3(int codec_result) {
  if (http3::Codec::is_out_of_memory(codec_result)) {
    return fail(from_transport_error(NGTCP2_INTERNAL_ERROR, US_QUIC_E_NOMEM, {}));
  }
  return fail(from_application_error(http3::Codec::application_error(codec_result), US_QUIC_E_APPLICATION,
                                     "HTTP/3 protocol error"));
}

int ConnectionCore::fail_for_excess(const char* text) {
  return fail(is_http3() ? from_application_error(US_QUIC_H3_EXCESSIVE_LOAD, US_QUIC_E_APPLICATION, text)
                         : from_transport_error(NGTCP2_PROTOCOL_VIOLATION, US_QUIC_E_TRANSPORT, text));
}

}  // namespace usquic::engine::ngtcp2
