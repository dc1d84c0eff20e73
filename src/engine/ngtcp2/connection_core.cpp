#include "engine/ngtcp2/connection_core.h"

#include "engine/ngtcp2/paths.h"
#include "http3/datagram.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {

ConnectionCore::ConnectionCore(QuicConnection& its_connection, EndpointCore& its_endpoint,
                               const Path& its_path, bool client)
    : connection(its_connection),
      endpoint(its_endpoint),
      path(its_path),
      local_for_ngtcp2(specified_like(path.local, path.remote)),
      max_udp_payload(endpoint.settings.max_udp_payload(endpoint.events, path)),
      socket_state(&endpoint.sockets.add(path.socket)),
      is_client(client),
      sender(transport::HandshakeCounts::key_of(path.remote)),
      http_idle(endpoint.config.http_idle_timeout) {}

int ConnectionCore::check_stream_datagrams() const {
  if (!is_http3()) return US_QUIC_E_STATE;
  return http3::check_sending_datagrams(reads_stream_datagrams(), codec->peer_settings());
}

bool ConnectionCore::may_create(const transport::StreamKind& kind) const {
  if (kind.is_of_session()) return is_http3() && config().webtransport_sessions > 0;
  const bool is_request = is_client && !kind.is_unidirectional;
  return !graceful_end.is_begun() && (!is_http3() || is_request);
}

void ConnectionCore::credit(std::int64_t id, std::uint64_t length) {
  ngtcp2_conn_extend_max_stream_offset(library, id, length);
  ngtcp2_conn_extend_max_offset(library, length);
}

ApplicationError ConnectionCore::no_error() const {
  return is_http3() ? ApplicationError{US_QUIC_H3_NO_ERROR} : ApplicationError::no_error;
}

std::uint64_t ConnectionCore::abandon_code() const {
  return is_http3() ? std::uint64_t{US_QUIC_H3_REQUEST_CANCELLED} : 0;
}

int ConnectionCore::fail_http3(http3::ConnectionError error) {
  if (error == http3::ConnectionError::out_of_memory) {
    return fail(from_error(TransportError::internal_error, US_QUIC_E_NOMEM, {}));
  }
  const ApplicationError code{static_cast<std::uint16_t>(error)};
  return fail(from_error(code, US_QUIC_E_APPLICATION, "HTTP/3 protocol error"));
}

}  // namespace usquic::engine::ngtcp2
