// QUIC versions of a client: how it begins, and begins again with another one (RFC 9368, RFC 9369).
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/connection_callbacks.h"
#include "engine/ngtcp2/paths.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {

// 0 or the error; then everything is as before.
int QuicConnection::begin_as_client(TimePoint now, std::uint32_t version) {
  const std::uint16_t port = path_.remote.port();
  auto session = endpoint_.config().tls->client_session(server_name_, port, version);
  if (!session) return session.error();
  if (first_id_.empty()) first_id_ = make_id();
  // RFC 9000 section 7.2: unpredictable, at least 8 bytes.
  std::uint8_t random[16];
  endpoint_.config().random.fill(random);
  const ngtcp2_cid scid = to_cid(first_id_);
  const ngtcp2_cid dcid = to_cid(transport::ConnectionId(random));

  ngtcp2_settings settings = endpoint_.settings().settings(now);
  settings.log_printf = library_log(endpoint_.config().log);
  settings.original_version = first_version;
  const auto token = endpoint_.token_store().take(server_name_, port, version);
  settings.token = token.data();
  settings.tokenlen = token.size();
  settings.token_type = NGTCP2_TOKEN_TYPE_NEW_TOKEN;
  const ngtcp2_transport_params parameters = endpoint_.settings().parameters();
  const ngtcp2_path p = to_ngtcp2_path(local_for_ngtcp2_, path_.remote);
  ngtcp2_conn* made = nullptr;
  if (ngtcp2_conn_client_new(&made, &dcid, &scid, &p, version, &endpoint_.callbacks(), &settings, &parameters,
                             endpoint_.memory().get(), this) != 0) {
    return US_QUIC_E_NOMEM;  // ngtcp2 1.11 leaves a pointer to what it freed
  }
  ngtcp2_conn_del(std::exchange(conn_, made));
  start_tls(std::move(*session));
  return 0;
}

// RFC 9000 section 6.2: the server does not speak the version. ngtcp2 took the packet for one that answers
// ours; what it says is confirmed in the next handshake (RFC 9368 section 4). false: it cannot be helped.
bool QuicConnection::begin_again(TimePoint now) {
  if (life_ != Life::active || offered_version_ == 0) return false;
  if (ngtcp2_conn_get_client_chosen_version(conn_) != first_version) return false;
  tls_messages_ = {};
  held_packet_ = {};
  black_hole_ = {};
  expiry_ = UINT64_MAX;
  if (const int error = begin_as_client(now, offered_version_)) {
    failure_ = from_transport_error(NGTCP2_INTERNAL_ERROR, error, {});
    return false;
  }
  endpoint_.mark_dirty(*this);
  return true;
}

}  // namespace usquic::engine::ngtcp2
