#include "engine/lsquic/endpoint.h"

#include <lsquic.h>

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "crypto/quic_versions.h"
#include "engine/lsquic/addresses.h"
#include "engine/lsquic/connection.h"
#include "engine/lsquic/library_engine.h"
#include "engine/lsquic/tls_driver.h"
#include "http/field_rules.h"
#include "http3/settings.h"
#include "tls/context.h"
#include "tls/host_name.h"

namespace usquic::engine {

Result<std::unique_ptr<Endpoint>> create_endpoint(const Config& config, EventHandler& events) {
  return lsquic::LsquicEndpoint::create(config, events);
}

// lsquic makes the frames of a response itself: there is nothing to prepare but the check.
Result<PreparedResponse> prepare_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (http::check_section(http::SectionKind::response, fields) != 0) return Error{US_QUIC_E_HEADERS};
  try {
    PreparedResponse frames;
    frames.bytes.assign(body.begin(), body.end());
    frames.body_length = body.size();
    return frames;
  } catch (const std::bad_alloc&) {
    return Error{US_QUIC_E_NOMEM};
  }
}

using OwnEndpoint = lsquic::LsquicEndpoint;

}  // namespace usquic::engine

#include "engine/endpoint_definition.inc"

namespace usquic::engine::lsquic {
namespace {

// What a callback asks for is done in the same flush, but not for ever: the loop has other things to do.
constexpr int most_rounds = 4;

// lsquic acts on what is due before its time, not at it.
constexpr Duration after_announced_time = std::chrono::microseconds(1);

constexpr std::uint8_t long_header = 0x80;

// RFC 9000 section 17.2.2 and RFC 9369 section 3.2.
bool is_initial(Bytes packet) {
  constexpr std::size_t shortest = 7;
  if (packet.size() < shortest || (packet[0] & long_header) == 0) return false;
  const std::uint32_t version = std::uint32_t{packet[1]} << 24 | std::uint32_t{packet[2]} << 16 |
                                std::uint32_t{packet[3]} << 8 | std::uint32_t{packet[4]};
  const int type = (packet[0] & 0x30) >> 4;
  return version != 0 && type == (version == crypto::quic_version_2 ? 1 : 0);
}

// The destination connection ID; nothing: the packet is none.
std::optional<Bytes> destination_of(Bytes packet, std::size_t own_length) {
  if (packet.empty()) return std::nullopt;
  std::uint8_t length = 0;
  const int at =
      lsquic_dcid_from_packet(packet.data(), packet.size(), static_cast<unsigned>(own_length), &length);
  if (at < 0 || static_cast<std::size_t>(at) + length > packet.size()) return std::nullopt;
  return packet.subspan(static_cast<std::size_t>(at), length);
}

}  // namespace

Result<std::unique_ptr<Endpoint>> LsquicEndpoint::create(const Config& config, EventHandler& events) {
  if (config.tls == nullptr ||
      config.server_id.size() > transport::ConnectionIdFactory::max_server_id_bytes) {
    return Error{US_QUIC_E_INVALID};
  }
  if (!http3::may_be_added(config.settings, config.webtransport_sessions > 0)) {
    config.log.log(LogLevel::error, "option settings has one that the application may not announce");
    return Error{US_QUIC_E_INVALID};
  }
  if (!config.settings.empty()) {
    config.log.log(LogLevel::error, "option settings: lsquic announces none but its own");
    return Error{US_QUIC_E_UNSUPPORTED};
  }
  std::unique_ptr<LsquicEndpoint> made(new LsquicEndpoint(config, events));
  if (Result<void> checked = made->core_.tls->check_protocols(); !checked) {
    config.log.log(LogLevel::error, "option alpn: lsquic speaks HTTP/3 or other protocols, not both");
    return Error{checked.error()};
  }
  return std::unique_ptr<Endpoint>(std::move(made));
}

LsquicEndpoint::~LsquicEndpoint() = default;

TimePoint LsquicEndpoint::begin_call(TimePoint now) {
  ++running_calls_;
  core_.now = std::max(core_.now, now);
  return core_.now;
}

void LsquicEndpoint::end_call() {
  if (--running_calls_ > 0) return;
  core_.collect();
  update_deadline();
}

void LsquicEndpoint::update_deadline() {
  library_deadline_ = never;
  for (const auto& engine : core_.engines) {
    int microseconds = 0;
    if (engine == nullptr || lsquic_engine_earliest_adv_tick(engine->get(), &microseconds) == 0) continue;
    const Duration until = std::chrono::microseconds(std::max(microseconds, 0)) + after_announced_time;
    library_deadline_ = std::min(library_deadline_, core_.now + until);
  }
}

void LsquicEndpoint::receive(TimePoint now, std::span<const Datagram> datagrams) {
  begin_call(now);
  for (const Datagram& datagram : datagrams) {
    try {
      route(datagram);
    } catch (const std::bad_alloc&) {
      core_.count_dropped();
    }
  }
  has_work_ = true;
  end_call();
}

void LsquicEndpoint::route(const Datagram& datagram) {
  ++core_.stats.datagrams_received;
  const auto id = destination_of(datagram.bytes, core_.id_factory.length());
  if (!id || !datagram.path->remote.is_specified()) return core_.count_dropped();
  if (Peer* peer = core_.peers.find(*id)) return deliver(datagram, *peer);
  if ((datagram.bytes[0] & long_header) != 0) return accept(datagram, *id);
  // A stateless reset has any ID: its token is lsquic's affair.
  const Address local = specified_like(datagram.path->local, datagram.path->remote);
  for (const auto& engine : core_.engines) {
    if (engine == nullptr) continue;
    PeerContext nobody{&core_, engine->role(), 0, 0};
    lsquic_engine_packet_in(engine->get(), datagram.bytes.data(), datagram.bytes.size(), local.get(),
                            datagram.path->remote.get(), &nobody, datagram.ecn);
  }
  core_.count_dropped();
}

void LsquicEndpoint::deliver(const Datagram& datagram, Peer& peer) {
  const Path& path = *datagram.path;
  LibraryEngine* engine = core_.engines[index_of(peer.role)].get();
  const bool is_its = peer.socket != nullptr && peer.socket->socket == path.socket && !peer.is_muted;
  if (engine == nullptr || !is_its) return core_.count_dropped();
  peer.local = path.local;
  peer.remote = path.remote;
  if (peer.connection != nullptr) peer.connection->datagram_received(datagram.bytes.size());
  const std::uint32_t number = peer.number;
  const Address local = specified_like(path.local, path.remote);
  const int result =
      lsquic_engine_packet_in(engine->get(), datagram.bytes.data(), datagram.bytes.size(), local.get(),
                              path.remote.get(), peer.context.get(), datagram.ecn);
  // Callbacks may have ended it.
  Peer* left = core_.peers.find(number);
  if (result == 0 || left == nullptr) return;
  core_.count_dropped();
}

// A new client's first packet, if it may begin a handshake.
void LsquicEndpoint::accept(const Datagram& datagram, Bytes id) {
  SocketState* socket = core_.sockets.find(datagram.path->socket);
  const bool is_wanted = socket != nullptr && socket->new_clients == NewClients::accepted &&
                         core_.config.tls->can_serve() && id.size() <= transport::ConnectionId::max_bytes;
  if (!is_wanted) return core_.count_dropped();
  const auto sender = transport::HandshakeCounts::key_of(datagram.path->remote);
  if (core_.handshake_gate.judge(core_.config, sender, true) != transport::HandshakeGate::Verdict::admit) {
    return core_.count_dropped();
  }
  const Role role = core_.tls->is_http() ? Role::http_server : Role::raw_server;
  Result<LibraryEngine*> engine = core_.engine_of(role);
  if (!engine) {
    core_.config.log.log(LogLevel::warning, "lsquic's server could not be made (error %d)", engine.error());
    return core_.count_dropped();
  }
  Peer& peer = core_.peers.add(role, *socket);
  peer.local = datagram.path->local;
  peer.remote = datagram.path->remote;
  core_.peers.add_id(peer, transport::ConnectionId(id));
  core_.begin_handshake(peer);
  const std::uint32_t number = peer.number;
  const Address local = specified_like(peer.local, peer.remote);
  const int result =
      lsquic_engine_packet_in((*engine)->get(), datagram.bytes.data(), datagram.bytes.size(), local.get(),
                              peer.remote.get(), peer.context.get(), datagram.ecn);
  if (result == 0) return;
  core_.count_dropped();
  if (Peer* left = core_.peers.find(number)) core_.forget(*left);
}

bool LsquicEndpoint::is_new_client(const Datagram& datagram) const {
  const auto id = destination_of(datagram.bytes, core_.id_factory.length());
  return id && core_.peers.find(*id) == nullptr && is_initial(datagram.bytes) &&
         core_.sockets.new_clients(datagram.path->socket) == NewClients::accepted;
}

TimePoint LsquicEndpoint::deadline() const {
  return std::min(library_deadline_, core_.deadlines.earliest());
}

void LsquicEndpoint::expire(TimePoint now) {
  now = begin_call(now);
  while (DeadlineEntry* due = core_.deadlines.pop_due(now)) {
    static_cast<transport::ConnectionIdOwner*>(due)->on_deadline(now);
  }
  has_work_ = true;
  end_call();
}

bool LsquicEndpoint::wants_flush() const {
  return has_work_ || !core_.dirty.empty() || !core_.retired.empty() || core_.outbox.has_ready();
}

void LsquicEndpoint::flush(TimePoint now, SendBatch& batch) {
  now = begin_call(now);
  has_work_ = false;
  core_.outbox.begin(batch);
  for (int round = 0; round < most_rounds; ++round) {
    const bool had_requests = apply_requests(now);
    if (round > 0 && !had_requests) break;
    process();
  }
  core_.outbox.end();
  end_call();
}

bool LsquicEndpoint::apply_requests(TimePoint now) {
  List<LsquicConnection, DirtyTag> round;
  round.take_all(core_.dirty);
  const bool had_requests = !round.empty();
  while (LsquicConnection* c = round.pop_front()) {
    try {
      c->flush(now);
    } catch (const std::bad_alloc&) {
      c->parts().core.fail(from_error(transport::TransportError::internal_error, US_QUIC_E_NOMEM, {}));
    }
  }
  return had_requests;
}

void LsquicEndpoint::process() {
  const bool resumes = core_.outbox.take_resumption();
  for (const auto& engine : core_.engines) {
    if (engine == nullptr) continue;
    if (resumes) lsquic_engine_send_unsent_packets(engine->get());
    ++core_.runs;
    lsquic_engine_process_conns(engine->get());
  }
}

void LsquicEndpoint::unblocked(void* socket) {
  if (SocketState* state = core_.sockets.find(socket)) core_.outbox.unblock(*state);
}

Result<engine::Connection*> LsquicEndpoint::connect(TimePoint now, const Path& path,
                                                    std::string_view server_name, void* user) {
  core_.now = std::max(core_.now, now);
  if (!path.remote.is_specified()) return Error{US_QUIC_E_INVALID};
  std::string name(tls::without_zone(server_name));
  if (!name.empty() && !tls::is_ip_address(name)) {
    std::optional<std::string> normalized = tls::normalize_host_name(name);
    if (!normalized) return Error{US_QUIC_E_INVALID};
    name = *std::move(normalized);
  }
  const Role role = core_.tls->is_http() ? Role::http_client : Role::raw_client;
  // What is wrong with the trusted roots is told at once.
  if (Result<void> prepared = core_.tls->prepare(role); !prepared) return Error{prepared.error()};
  Peer& peer = core_.peers.add(role, core_.sockets.add(path.socket));
  peer.local = path.local;
  peer.remote = path.remote;
  std::unique_ptr<LsquicConnection> made = LsquicConnection::create_client(core_, peer, path, name);
  LsquicConnection& c = *made;
  core_.add(std::move(made));
  c.user = user;
  return &c;
}

void LsquicEndpoint::set_accepting(void* socket, bool accepting) {
  if (!accepting && core_.sockets.new_clients(socket) == NewClients::ignored) return;
  core_.sockets.add(socket).new_clients = accepting ? NewClients::accepted : NewClients::ignored;
  if (accepting) return;
  // lsquic gives a handshake up by its own time alone: it hears no more of them until then.
  std::vector<Peer*> handshakes;
  core_.peers.for_each([&](Peer& peer) {
    const bool is_its = peer.socket != nullptr && peer.socket->socket == socket;
    if (is_its && peer.sender) handshakes.push_back(&peer);
  });
  for (Peer* peer : handshakes) {
    peer->context->socket_number = 0;
    core_.handshake_failed(*peer);
  }
}

void LsquicEndpoint::refuse_new_clients(void* socket) {
  if (core_.sockets.new_clients(socket) != NewClients::accepted) return;
  core_.sockets.add(socket).new_clients = NewClients::refused;
}

bool LsquicEndpoint::has_handshakes(void* socket) const {
  const SocketState* state = core_.sockets.find(socket);
  return state != nullptr && state->server_handshakes > 0;
}

void LsquicEndpoint::path_failed(TimePoint /*now*/, const Path& path, int error_number) {
  for (LsquicConnection* c = core_.connections.front(); c != nullptr; c = core_.connections.next(c)) {
    ConnectionCore& core = c->parts().core;
    const bool is_its = core.path.socket == path.socket && core.path.remote == path.remote;
    if (is_its && core.is_active() && !core.is_handshake_complete) core.fail(from_icmp(error_number));
  }
}

void LsquicEndpoint::drop_socket(void* socket) {
  for (LsquicConnection* c = core_.connections.front(); c != nullptr; c = core_.connections.next(c)) {
    if (c->parts().core.path.socket == socket) c->parts().ending.forget();
  }
  std::vector<Peer*> left;
  core_.peers.for_each([&](Peer& peer) {
    if (peer.socket != nullptr && peer.socket->socket == socket) left.push_back(&peer);
  });
  for (Peer* peer : left) {
    peer->context->socket_number = 0;
    core_.forget(*peer);
  }
  core_.sockets.remove(socket);
  if (running_calls_ == 0) core_.collect();
}

bool LsquicEndpoint::has_unsent_close(void* socket) const {
  const SocketState* state = core_.sockets.find(socket);
  return state != nullptr && state->unsent_closes > 0;
}

void LsquicEndpoint::stats(us_quic_context_stats_t& out) const {
  out = core_.stats;
  out.handshakes_open = core_.handshake_gate.open();
}

}  // namespace usquic::engine::lsquic
