#include "engine/lsquic/connection.h"

#include <algorithm>
#include <utility>

#include "engine/lsquic/addresses.h"
#include "engine/lsquic/library_engine.h"
#include "engine/lsquic/tls_driver.h"
#include "tls/host_name.h"

namespace usquic::engine::lsquic {
namespace {

// What a 1-RTT packet has beside a datagram: header, number, frame and tag, at most.
constexpr std::size_t packet_overhead = 64;

using Step = transport::GracefulEnd::Step;

lsquic_conn_info info_of(lsquic_conn_t* library) {
  lsquic_conn_info info{};
  lsquic_conn_get_info(library, &info);
  return info;
}

Duration probe_timeout(const lsquic_conn_info& info) {
  return std::chrono::microseconds(info.lci_rtt + 4 * std::uint64_t{info.lci_rttvar});
}

}  // namespace

ConnectionCore::ConnectionCore(LsquicConnection& its_connection, EndpointCore& its_endpoint, Peer& its_peer,
                               const Path& its_path, bool client)
    : connection(its_connection),
      endpoint(its_endpoint),
      peer(&its_peer),
      path(its_path),
      is_client(client),
      http_idle(endpoint.config.http_idle_timeout) {}

void ConnectionCore::mark_dirty() {
  if (life.is_gone() || connection.ListHook<DirtyTag>::is_linked()) return;
  endpoint.dirty.push_back(&connection);
}

LsquicConnection::LsquicConnection(EndpointCore& endpoint, Peer& peer, const Path& path, bool is_client,
                                   std::string_view server_name)
    : core_(*this, endpoint, peer, path, is_client), server_name_(server_name) {
  peer.connection = this;
}

LsquicConnection::~LsquicConnection() = default;

std::unique_ptr<LsquicConnection> LsquicConnection::create_client(EndpointCore& endpoint, Peer& peer,
                                                                  const Path& path,
                                                                  std::string_view server_name) {
  std::unique_ptr<LsquicConnection> c(new LsquicConnection(endpoint, peer, path, true, server_name));
  c->first_id_ = endpoint.id_factory.make();
  endpoint.peers.add_id(peer, c->first_id_);
  c->core_.handle.open();
  c->core_.mark_dirty();
  return c;
}

std::unique_ptr<LsquicConnection> LsquicConnection::create_server(EndpointCore& endpoint, Peer& peer,
                                                                  const Path& path, lsquic_conn_t* library) {
  std::unique_ptr<LsquicConnection> c(new LsquicConnection(endpoint, peer, path, false, {}));
  c->core_.library = library;
  const lsquic_cid_t& id = *lsquic_conn_id(library);
  c->first_id_ = transport::ConnectionId(Bytes(id.buf, id.len));
  return c;
}

void LsquicConnection::start() {
  Result<LibraryEngine*> engine =
      core_.endpoint.engine_of(core_.endpoint.tls->is_http() ? Role::http_client : Role::raw_client);
  if (!engine) {
    return ending_.end_silently(from_error(transport::TransportError::internal_error, engine.error(), {}));
  }
  EndpointCore& endpoint = core_.endpoint;
  const Address local = specified_like(core_.path.local, core_.path.remote);
  const std::string ticket = endpoint.tls->take_ticket(*core_.peer, server_name_, core_.path.remote.port());
  const bool is_name = !server_name_.empty() && !tls::is_ip_address(server_name_);
  endpoint.next_id = first_id_;
  lsquic_conn_t* made = lsquic_engine_connect(
      (*engine)->get(), LSQVER_I001, local.get(), core_.path.remote.get(), core_.peer->context.get(),
      reinterpret_cast<lsquic_conn_ctx_t*>(this), is_name ? server_name_.c_str() : nullptr, 0,
      reinterpret_cast<const unsigned char*>(ticket.data()), ticket.size(), nullptr, 0);
  endpoint.next_id.reset();
  if (made != nullptr) {
    core_.library = made;
    return;
  }
  ending_.end_silently(from_error(transport::TransportError::internal_error, US_QUIC_E_INTERNAL,
                                  "lsquic makes no connection"));
}

void LsquicConnection::flush(TimePoint now) {
  if (core_.is_active() && core_.failure) {
    const CloseReason reason = *std::exchange(core_.failure, std::nullopt);
    if (core_.is_handshake_complete) {
      ending_.end(reason);
    } else {
      ending_.end_silently(reason);
    }
  }
  if (core_.is_active() && core_.is_client && core_.library == nullptr) start();
  if (core_.is_active()) {
    streams_.open_pending();
    streams_.apply_touched();
    if (!core_.datagrams.empty()) {
      lsquic_conn_set_min_datagram_size(core_.library, core_.datagrams.front().size());
      lsquic_conn_want_datagram_write(core_.library, 1);
    }
    continue_shutdown(now);
  }
  ending_.close_in_library();
  if (core_.is_active()) set_deadline();
}

void LsquicConnection::on_deadline(TimePoint now) {
  streams_.end_late_headers(now);
  core_.mark_dirty();
}

void LsquicConnection::set_deadline() {
  core_.endpoint.deadlines.set(
      *core_.peer, std::min({streams_.headers_deadline(), core_.graceful_end.deadline(), unused_deadline()}));
}

TimePoint LsquicConnection::unused_deadline() const {
  if (!core_.is_http3() || core_.is_client || core_.graceful_end.is_begun()) return never;
  return core_.http_idle.deadline(streams_.open_count());
}

void LsquicConnection::datagram_received(std::size_t bytes) {
  core_.traffic.datagram_received(bytes);
  if (streams_.has_pending()) core_.mark_dirty();  // there may be credit
}

bool LsquicConnection::is_ending_in_library() const {
  if (!core_.is_active() || core_.library == nullptr) return true;
  switch (lsquic_conn_status(core_.library, nullptr, 0)) {
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
  if (core_.library == nullptr || lsquic_conn_get_sockaddr(core_.library, &local, &remote) != 0)
    return core_.path;
  Path& path = const_cast<LsquicConnection*>(this)->core_.path;
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
  core_.traffic.write_to(out);
  out.streams_open = static_cast<std::uint32_t>(streams_.open_count());
  if (core_.library == nullptr) return;
  const lsquic_conn_info info = info_of(core_.library);
  out.packets_lost = info.lci_pkts_lost;
  out.smoothed_rtt_us = info.lci_rtt;
  out.min_rtt_us = info.lci_rtt_min;
  out.congestion_window = info.lci_cwnd;
  out.max_udp_payload = info.lci_pmtu;
}

int LsquicConnection::send_datagram(Bytes data) {
  if (!core_.handle.is_held() || !core_.is_active()) return US_QUIC_E_CLOSED;
  if (core_.is_http3() || !core_.is_handshake_complete) return US_QUIC_E_STATE;
  const std::size_t most = max_datagram_bytes();
  if (most == 0) return US_QUIC_E_UNSUPPORTED;
  if (data.size() > most) return US_QUIC_E_TOO_LARGE;
  if (!core_.datagrams.push({}, data)) return US_QUIC_E_AGAIN;
  core_.mark_dirty();
  return 0;
}

// The peer's bound is known by what lsquic lets be set.
std::size_t LsquicConnection::max_datagram_bytes() const {
  if (!core_.is_active() || core_.library == nullptr || !core_.is_raw()) return 0;
  const std::size_t payload = info_of(core_.library).lci_pmtu;
  const std::size_t kept = lsquic_conn_get_min_datagram_size(core_.library);
  std::size_t most = payload > packet_overhead ? payload - packet_overhead : 0;
  while (most > 0 && lsquic_conn_set_min_datagram_size(core_.library, most) != 0) most /= 2;
  lsquic_conn_set_min_datagram_size(core_.library, kept);
  return most;
}

ssize_t LsquicConnection::write_datagram(MutableBytes to) {
  if (core_.datagrams.empty() || core_.datagrams.front().size() > to.size()) {
    lsquic_conn_want_datagram_write(core_.library, 0);
    return -1;
  }
  const std::vector<std::uint8_t>& next = core_.datagrams.front();
  const std::size_t length = next.size();
  std::copy(next.begin(), next.end(), to.begin());
  core_.datagrams.pop_front();
  if (core_.datagrams.empty()) {
    lsquic_conn_want_datagram_write(core_.library, 0);
  } else {
    lsquic_conn_set_min_datagram_size(core_.library, core_.datagrams.front().size());
  }
  return static_cast<ssize_t>(length);
}

void LsquicConnection::datagram_arrived(Bytes data) {
  if (core_.may_notify() && core_.is_raw()) core_.events().on_datagram(*this, data);
}

// lsquic keeps the peer's SETTINGS to itself.
Result<std::uint64_t> LsquicConnection::peer_setting(std::uint64_t /*id*/) const {
  if (core_.is_raw()) return Error{US_QUIC_E_STATE};
  return Error{US_QUIC_E_UNSUPPORTED};
}

void LsquicConnection::shutdown() {
  if (!core_.is_active() || core_.graceful_end.is_begun()) return;
  core_.graceful_end.want();
  core_.mark_dirty();
}

// lsquic's server ends the connection by itself once its GOAWAY is out and the last answer is there.
void LsquicConnection::continue_shutdown(TimePoint now) {
  transport::GracefulEnd& end = core_.graceful_end;
  if (unused_deadline() <= now) end.want();
  if (!end.is_begun() || !core_.is_handshake_complete) return;
  if (end.step() == Step::wanted) {
    if (core_.is_http3()) lsquic_conn_going_away(core_.library);
    end.drain();
  }
  if (core_.is_http3() && !core_.is_client) return;
  if (!streams_.empty()) return end.wait_until(never);
  const TimePoint read_by = end.read_by(probe_timeout(info_of(core_.library)));
  if (now < read_by) return end.wait_until(read_by);
  CloseReason reason;
  reason.is_application = core_.is_http3();
  reason.code = core_.no_error();
  ending_.end(std::move(reason));
}

// Finds out which protocol is spoken, and says that the handshake is done.
void LsquicConnection::handshake_completed() {
  if (!core_.is_active()) return;
  tls_ = core_.peer->tls;
  exporter_.set_secret(tls_.outcome.exporter_secret);
  if (alpn().empty()) {
    // RFC 9001 section 8.1: without an agreed protocol there is no connection.
    return core_.fail(from_error(transport::of_alert(number_of(tls::Alert::no_application_protocol)),
                                 US_QUIC_E_ALPN, "none was negotiated"));
  }
  core_.is_handshake_complete = true;
  core_.protocol = alpn() == "h3" ? ConnectionCore::Protocol::http3 : ConnectionCore::Protocol::raw;
  ++core_.endpoint.stats.connections_open;
  core_.http_idle.used(core_.now());
  core_.mark_dirty();
  if (!core_.is_client) {
    ++core_.endpoint.stats.connections_accepted;
    core_.handle.open();
    core_.events().on_connection_open(*this);
  }
  if (core_.may_notify()) core_.events().on_handshake(*this);
}

void LsquicConnection::goaway_received() {
  const bool is_first = !std::exchange(core_.peer_is_going_away, true);
  if (is_first && core_.may_notify()) core_.events().on_goaway(*this);
  core_.mark_dirty();  // streams that never opened end there
}

}  // namespace usquic::engine::lsquic
