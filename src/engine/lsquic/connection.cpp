#include "engine/lsquic/connection.h"

#include <algorithm>
#include <utility>

#include "engine/lsquic/addresses.h"
#include "engine/lsquic/library_engine.h"
#include "engine/lsquic/tls_driver.h"
#include "tls/host_name.h"

namespace usquic::engine::lsquic {
LsquicConnection::LsquicConnection(EndpointCore& endpoint, Peer& peer, const Path& path, bool is_client,
                                   std::string_view server_name)
    : parts_(*this, endpoint, peer, path, is_client), server_name_(server_name) {
  peer.connection = this;
}

LsquicConnection::~LsquicConnection() = default;

std::unique_ptr<LsquicConnection> LsquicConnection::create_client(EndpointCore& endpoint, Peer& peer,
                                                                  const Path& path,
                                                                  std::string_view server_name) {
  std::unique_ptr<LsquicConnection> c(new LsquicConnection(endpoint, peer, path, true, server_name));
  c->first_id_ = endpoint.id_factory.make();
  endpoint.peers.add_id(peer, c->first_id_);
  c->parts_.core.handle.open();
  c->parts_.core.mark_dirty();
  return c;
}

std::unique_ptr<LsquicConnection> LsquicConnection::create_server(EndpointCore& endpoint, Peer& peer,
                                                                  const Path& path, lsquic_conn_t* library) {
  std::unique_ptr<LsquicConnection> c(new LsquicConnection(endpoint, peer, path, false, {}));
  c->parts_.core.library = library;
  const lsquic_cid_t& id = *lsquic_conn_id(library);
  c->first_id_ = transport::ConnectionId(Bytes(id.buf, id.len));
  return c;
}

void LsquicConnection::start() {
  Result<LibraryEngine*> engine = parts_.core.endpoint.engine_of(
      parts_.core.endpoint.tls->is_http() ? Role::http_client : Role::raw_client);
  if (!engine) {
    return parts_.ending.end_silently(
        from_error(transport::TransportError::internal_error, engine.error(), {}));
  }
  EndpointCore& endpoint = parts_.core.endpoint;
  const Address local = specified_like(parts_.core.path.local, parts_.core.path.remote);
  const std::string ticket =
      endpoint.tls->take_ticket(*parts_.core.peer, server_name_, parts_.core.path.remote.port());
  const bool is_name = !server_name_.empty() && !tls::is_ip_address(server_name_);
  endpoint.next_id = first_id_;
  lsquic_conn_t* made =
      lsquic_engine_connect((*engine)->get(), LSQVER_I001, local.get(), parts_.core.path.remote.get(),
                            parts_.core.peer->context.get(), reinterpret_cast<lsquic_conn_ctx_t*>(this),
                            is_name ? server_name_.c_str() : nullptr, 0,
                            reinterpret_cast<const unsigned char*>(ticket.data()), ticket.size(), nullptr, 0);
  endpoint.next_id.reset();
  if (made != nullptr) {
    parts_.core.library = made;
    return;
  }
  parts_.ending.end_silently(from_error(transport::TransportError::internal_error, US_QUIC_E_INTERNAL,
                                        "lsquic makes no connection"));
}

void LsquicConnection::flush(TimePoint now) {
  if (parts_.core.is_active() && parts_.core.failure) {
    const CloseReason reason = *std::exchange(parts_.core.failure, std::nullopt);
    if (parts_.core.is_handshake_complete) {
      parts_.ending.end(reason);
    } else {
      parts_.ending.end_silently(reason);
    }
  }
  if (parts_.core.is_active() && parts_.core.is_client && parts_.core.library == nullptr) start();
  if (parts_.core.is_active()) {
    parts_.streams.open_pending();
    parts_.streams.apply_touched();
    parts_.datagrams.offer();
    parts_.shutdown.advance(now);
  }
  parts_.ending.close_in_library();
  if (!parts_.core.is_active()) return;
  parts_.core.endpoint.deadlines.set(*parts_.core.peer,
                                     std::min(parts_.streams.headers_deadline(), parts_.shutdown.deadline()));
}

void LsquicConnection::on_deadline(TimePoint now) {
  parts_.streams.end_late_headers(now);
  parts_.core.mark_dirty();
}

void LsquicConnection::datagram_received(std::size_t bytes) {
  parts_.core.traffic.datagram_received(bytes);
  if (parts_.streams.has_pending()) parts_.core.mark_dirty();  // there may be credit
}

bool LsquicConnection::is_ending_in_library() const {
  if (!parts_.core.is_active() || parts_.core.library == nullptr) return true;
  switch (lsquic_conn_status(parts_.core.library, nullptr, 0)) {
    case LSCONN_ST_CONNECTED:
    case LSCONN_ST_HSK_IN_PROGRESS:
    case LSCONN_ST_GOING_AWAY:
    case LSCONN_ST_PEER_GOING_AWAY:
      return false;
    default:
      return true;
  }
}

const Path& LsquicConnection::path() const {
  const sockaddr* local = nullptr;
  const sockaddr* remote = nullptr;
  if (parts_.core.library == nullptr || lsquic_conn_get_sockaddr(parts_.core.library, &local, &remote) != 0)
    return parts_.core.path;
  Path& path = const_cast<LsquicConnection*>(this)->parts_.core.path;
  path.remote = to_address(remote);
  if (path.local.is_specified()) path.local = to_address(local);
  return path;
}

us_quic_tls_t LsquicConnection::tls_parameters() const {
  const auto text = [](auto id) { return id ? tls::name_of(*id) : ""; };
  const tls::Parameters& p = tls_.outcome.parameters;
  return {text(p.cipher_suite), text(p.group), text(p.signature_scheme)};
}

Result<void> LsquicConnection::export_keying_material(MutableBytes to, std::string_view label,
                                                      Bytes context) const {
  if (!exporter_.has_secret()) return Error{US_QUIC_E_STATE};
  return exporter_.derive(to, label, context) ? Result<void>() : Error{US_QUIC_E_TLS};
}

void LsquicConnection::stats(us_quic_stats_t& out) const {
  out = {};
  parts_.core.traffic.write_to(out);
  out.streams_open = static_cast<std::uint32_t>(parts_.streams.open_count());
  const lsquic_conn_info& info = const_cast<LsquicConnection*>(this)->parts_.core.measures();
  out.packets_lost = info.lci_pkts_lost;
  out.smoothed_rtt_us = info.lci_rtt;
  out.min_rtt_us = info.lci_rtt_min;
  out.congestion_window = info.lci_cwnd;
  out.max_udp_payload = info.lci_pmtu;
}

// lsquic keeps the peer's SETTINGS to itself.
Result<std::uint64_t> LsquicConnection::peer_setting(std::uint64_t /*id*/) const {
  if (parts_.core.is_raw()) return Error{US_QUIC_E_STATE};
  return Error{US_QUIC_E_UNSUPPORTED};
}

// Finds out which protocol is spoken, and says that the handshake is done.
void LsquicConnection::handshake_completed() {
  if (!parts_.core.is_active()) return;
  tls_ = parts_.core.peer->tls;
  exporter_.set_secret(tls_.outcome.exporter_secret);
  if (alpn().empty()) {
    // RFC 9001 section 8.1: without an agreed protocol there is no connection.
    return parts_.core.fail(from_error(transport::of_alert(number_of(tls::Alert::no_application_protocol)),
                                       US_QUIC_E_ALPN, "none was negotiated"));
  }
  parts_.core.is_handshake_complete = true;
  parts_.core.handshake_at = parts_.core.now();
  parts_.core.handshake_run = parts_.core.endpoint.runs;
  parts_.core.protocol = alpn() == "h3" ? ConnectionCore::Protocol::http3 : ConnectionCore::Protocol::raw;
  ++parts_.core.endpoint.stats.connections_open;
  parts_.core.http_idle.used(parts_.core.now());
  parts_.core.mark_dirty();
  if (!parts_.core.is_client) {
    ++parts_.core.endpoint.stats.connections_accepted;
    parts_.core.handle.open();
    parts_.core.events().on_connection_open(*this);
  }
  if (parts_.core.may_notify()) parts_.core.events().on_handshake(*this);
}

void LsquicConnection::goaway_received() {
  const bool is_first = !std::exchange(parts_.core.peer_is_going_away, true);
  if (is_first && parts_.core.may_notify()) parts_.core.events().on_goaway(*this);
  parts_.core.mark_dirty();  // streams that never opened end there
}

}  // namespace usquic::engine::lsquic
