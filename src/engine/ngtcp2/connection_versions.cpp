// QUIC versions of a client: how it begins, and begins again with another one (RFC 9368, RFC 9369).
#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/connection_callbacks.h"
#include "engine/ngtcp2/paths.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {

// 0 or the error; then everything is as before.
int QuicConnection::begin_as_client(TimePoint now, std::uint32_t version) {
  const std::uint16_t port = core_.path.remote.port();
  auto session = core_.config().tls->client_session(server_name_, port, version);
  if (!session) return session.error();
  if (first_id_.empty()) first_id_ = registration_.add_new(core_.endpoint.id_factory());
  // RFC 9000 section 7.2: unpredictable, at least 8 bytes.
  std::uint8_t random[16];
  core_.config().random.fill(random);
  const ngtcp2_cid scid = to_cid(first_id_);
  const ngtcp2_cid dcid = to_cid(transport::ConnectionId(random));

  ngtcp2_settings settings = core_.endpoint.settings().settings(now);
  settings.log_printf = library_log(core_.config().log);
  settings.original_version = first_version;
  const auto token = core_.endpoint.token_store().take(server_name_, port, version);
  settings.token = token.data();
  settings.tokenlen = token.size();
  settings.token_type = NGTCP2_TOKEN_TYPE_NEW_TOKEN;
  const ngtcp2_transport_params parameters = core_.endpoint.settings().parameters();
  const ngtcp2_path p = to_ngtcp2_path(core_.local_for_ngtcp2, core_.path.remote);
  ngtcp2_conn* made = nullptr;
  if (ngtcp2_conn_client_new(&made, &dcid, &scid, &p, version, &core_.endpoint.callbacks(), &settings,
                             &parameters, core_.endpoint.memory().get(), this) != 0) {
    return US_QUIC_E_NOMEM;  // ngtcp2 1.11 leaves a pointer to what it freed
  }
  ngtcp2_conn_del(std::exchange(core_.library, made));
  start_tls(std::move(*session));
  return 0;
}

// RFC 9000 section 6.2: the server does not speak the version. ngtcp2 took the packet for one that answers
// ours; what it says is confirmed in the next handshake (RFC 9368 section 4). false: it cannot be helped.
bool QuicConnection::begin_again(TimePoint now) {
  if (!core_.is_active() || offered_version_ == 0) return false;
  if (ngtcp2_conn_get_client_chosen_version(core_.library) != first_version) return false;
  tls_messages_ = {};
  writer_.begin_again();
  if (const int error = begin_as_client(now, offered_version_)) {
    core_.failure = from_transport_error(NGTCP2_INTERNAL_ERROR, error, {});
    return false;
  }
  core_.mark_dirty();
  return true;
}

}  // namespace usquic::engine::ngtcp2
