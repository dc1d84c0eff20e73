#include "engine/ngtcp2/client_start.h"

#include <utility>

#include "engine/ngtcp2/cids.h"
#include "engine/ngtcp2/connection_callbacks.h"
#include "engine/ngtcp2/connection_parts.h"
#include "engine/ngtcp2/paths.h"
#include "engine/ngtcp2/settings.h"
#include "tls/context.h"

namespace usquic::engine::ngtcp2 {

void ClientStart::versions_offered(const std::uint32_t* versions, std::size_t count) {
  constexpr auto& own = TransportSettings::versions;
  offered_version_ = ngtcp2_select_version(own.data(), own.size(), versions, count);
}

// RFC 9000 section 6.2: the server does not speak the version. ngtcp2 took the packet for one that answers
// ours; what it says is confirmed in the next handshake (RFC 9368 section 4).
bool ClientStart::begin_again(TimePoint now) {
  ConnectionCore& core = parts_.core;
  if (!core.is_active() || offered_version_ == 0) return false;
  if (ngtcp2_conn_get_client_chosen_version(core.library) != first_version) return false;
  parts_.writer.begin_again();
  if (const int error = begin_with(now, offered_version_)) {
    core.failure = from_error(TransportError::internal_error, error, {});
    return false;
  }
  core.mark_dirty();
  return true;
}

int ClientStart::begin_with(TimePoint now, std::uint32_t version) {
  ConnectionCore& core = parts_.core;
  const std::string_view server_name = parts_.tls.server_name();
  const std::uint16_t port = core.path.remote.port();
  auto session = core.config().tls->client_session(server_name, port, version);
  if (!session) return session.error();
  const ngtcp2_cid scid = to_cid(parts_.registration.add_first(core.endpoint.id_factory));
  // RFC 9000 section 7.2: unpredictable, at least 8 bytes.
  std::uint8_t random[16];
  core.config().random.fill(random);
  const ngtcp2_cid dcid = to_cid(transport::ConnectionId(random));

  ngtcp2_settings settings = core.endpoint.settings.settings(now, core.max_udp_payload);
  settings.log_printf = library_log(core.config().log);
  settings.original_version = first_version;
  const auto token = core.endpoint.token_store.take(server_name, port, version);
  settings.token = token.data();
  settings.tokenlen = token.size();
  settings.token_type = NGTCP2_TOKEN_TYPE_NEW_TOKEN;
  const ngtcp2_transport_params parameters = core.endpoint.settings.parameters();
  const ngtcp2_path path = to_ngtcp2_path(core.local_for_ngtcp2, core.path.remote);
  ngtcp2_conn* made = nullptr;
  if (ngtcp2_conn_client_new(&made, &dcid, &scid, &path, version, &core.endpoint.callbacks, &settings,
                             &parameters, core.endpoint.memory.get(), &parts_) != 0) {
    return US_QUIC_E_NOMEM;  // ngtcp2 1.11 leaves a pointer to what it freed
  }
  ngtcp2_conn_del(std::exchange(core.library, made));
  parts_.tls.attach(std::move(*session));
  return 0;
}

}  // namespace usquic::engine::ngtcp2
