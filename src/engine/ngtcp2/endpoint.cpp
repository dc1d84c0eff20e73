#include "engine/ngtcp2/endpoint.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/connection.h"
#include "engine/ngtcp2/connection_callbacks.h"

namespace usquic::engine {

Result<std::unique_ptr<Endpoint>> create_endpoint(const Config& config, EventHandler& events) {
  if (config.tls == nullptr ||
      config.server_id.size() > transport::ConnectionIdFactory::max_server_id_bytes) {
    return Error{US_QUIC_E_INVALID};
  }
  return std::unique_ptr<Endpoint>(std::make_unique<ngtcp2::QuicEndpoint>(config, events));
}

}  // namespace usquic::engine

namespace usquic::engine::ngtcp2 {

QuicEndpoint::QuicEndpoint(const Config& config, EventHandler& events)
    : config_(config),
      packet_ciphers_(crypto::make_packet_ciphers(config_.cipher_source)),
      events_(events),
      settings_(config_, config_.random),
      callbacks_(connection_callbacks()),
      capabilities_{.local_unidirectional_streams = true,
                    .virtual_time = true,
                    .datagrams = true,
                    .prepared_responses = true,
                    .tls = true,
                    .stateless_resets = true},
      id_factory_(config_.server_id, {config_.worker_index, config_.worker_count}, config_.random),
      tokens_(config_.secret),
      ids_(config_.random),
      reset_tokens_(config_.random),
      responder_(config_, id_factory_, tokens_, stats_),
      handshake_gate_(config_.random) {}

QuicEndpoint::~QuicEndpoint() {
  while (QuicConnection* c = connections_.front()) delete c;
  while (ClosedConnection* c = closed_.front()) delete c;
}

// ngtcp2 insists on time that never goes back.
TimePoint QuicEndpoint::advance(TimePoint now) {
  now_ = std::max(now_, now);
  return now_;
}

void QuicEndpoint::receive(TimePoint now, std::span<const Datagram> datagrams) {
  now = advance(now);
  ++running_calls_;
  for (const Datagram& datagram : datagrams) {
    try {
      route(now, datagram);
    } catch (const std::bad_alloc&) {
      count_dropped();  // as datagrams are
    }
  }
  --running_calls_;
  collect();
}

void QuicEndpoint::route(TimePoint now, const Datagram& datagram) {
  ++stats_.datagrams_received;
  if (datagram.bytes.empty() || !datagram.path->remote.is_specified()) return count_dropped();
  ngtcp2_version_cid header;
  const int result = ngtcp2_pkt_decode_version_cid(&header, datagram.bytes.data(), datagram.bytes.size(),
                                                   id_factory_.length());
  const bool is_unknown_version = result == NGTCP2_ERR_VERSION_NEGOTIATION;
  if (is_unknown_version && new_clients(datagram.path->socket) != NewClients::ignored) {
    return responder_.negotiate_version(datagram, header);
  }
  if (result != 0) return count_dropped();
  if (transport::ConnectionIdOwner* owner = ids_.find({header.dcid, header.dcidlen}))
    return owner->on_datagram(now, datagram);
  const bool is_long_header = (datagram.bytes[0] & 0x80) != 0;
  if (is_long_header) return accept(now, datagram);
  if (transport::ConnectionIdOwner* owner = reset_tokens_.find(datagram.bytes)) {
    return owner->on_datagram(now, datagram);
  }
  responder_.reset(now, datagram, header);
}

TimePoint QuicEndpoint::deadline() const {
  return deadlines_.earliest();
}

void QuicEndpoint::expire(TimePoint now) {
  now = advance(now);
  ++running_calls_;
  while (DeadlineEntry* due = deadlines_.pop_due(now)) {
    static_cast<transport::ConnectionIdOwner*>(due)->on_deadline(now);
  }
  --running_calls_;
  collect();
}

bool QuicEndpoint::wants_flush() const {
  return !dirty_.empty() || !retired_.empty() || !responder_.empty();
}

void QuicEndpoint::flush(TimePoint now, SendBatch& batch) {
  now = advance(now);
  ++running_calls_;
  responder_.flush(batch);
  flush_connections(now, batch);
  --running_calls_;
  collect();
}

// Each dirty connection once: what they or the application's callbacks mark dirty meanwhile is for the next
// time.
void QuicEndpoint::flush_connections(TimePoint now, SendBatch& batch) {
  List<QuicConnection, FlushTag> round;
  round.take_all(dirty_);
  while (QuicConnection* c = round.pop_front()) {
    SocketState* socket = c->core().socket_state;
    if (socket == nullptr || (!socket->blocked && c->flush(now, batch))) continue;
    socket = c->core().socket_state;  // a callback may have dropped it
    if (socket == nullptr) continue;
    // Its socket takes no more: it waits for unblocked(), out of the way of the others. What was marked dirty
    // before the socket blocked comes here too when its turn comes.
    socket->blocked = true;
    c->ListHook<FlushTag>::unlink();
    socket->waiting.push_back(c);
    c->wait_for_socket(now);
  }
}

void QuicEndpoint::unblocked(void* socket) {
  const auto found = sockets_.find(socket);
  if (found == sockets_.end()) return;
  found->second.blocked = false;
  dirty_.take_all(found->second.waiting);
}

Result<engine::Connection*> QuicEndpoint::connect(TimePoint now, const Path& path,
                                                  std::string_view server_name, void* user) {
  now = advance(now);
  if (!path.remote.is_specified()) return Error{US_QUIC_E_INVALID};
  auto made = QuicConnection::create_client(*this, now, path, server_name);
  if (!made) return Error{made.error()};
  QuicConnection* c = (*made).release();
  c->user = user;
  connections_.push_back(c);
  handshakes_.push_back(c);
  mark_dirty(*c);
  return c;
}

// Of servers' handshakes that are under way on this socket.
template <class Visit>
void QuicEndpoint::for_each_handshake(void* socket, Visit visit) {
  QuicConnection* next = nullptr;
  for (QuicConnection* c = handshakes_.front(); c != nullptr; c = next) {
    next = handshakes_.next(c);
    if (!c->is_client() && c->path().socket == socket) visit(*c);
  }
}

void QuicEndpoint::set_accepting(void* socket, bool accepting) {
  if (!accepting && new_clients(socket) == NewClients::ignored) return;
  socket_state(socket).new_clients = accepting ? NewClients::accepted : NewClients::ignored;
  if (accepting) return;
  for_each_handshake(socket, [](QuicConnection& c) { c.ending().refuse(); });
}

void QuicEndpoint::refuse_new_clients(void* socket) {
  if (new_clients(socket) != NewClients::accepted) return;
  socket_state(socket).new_clients = NewClients::refused;
  for_each_handshake(socket, [](QuicConnection& c) { c.shutdown(); });
}

bool QuicEndpoint::has_handshakes(void* socket) const {
  const auto found = sockets_.find(socket);
  return found != sockets_.end() && found->second.server_handshakes > 0;
}

SocketState& QuicEndpoint::socket_state(void* socket) {
  return sockets_[socket];
}

NewClients QuicEndpoint::new_clients(void* socket) const {
  const auto found = sockets_.find(socket);
  return found == sockets_.end() ? NewClients::ignored : found->second.new_clients;
}

void QuicEndpoint::path_failed(TimePoint /*now*/, const Path& path, int error_number) {
  for (QuicConnection* c = handshakes_.front(); c != nullptr; c = handshakes_.next(c)) {
    if (c->path().socket == path.socket && c->path().remote == path.remote) {
      c->fail_at_flush(from_icmp(error_number));
    }
  }
}

void QuicEndpoint::drop_socket(void* socket) {
  for (QuicConnection* c = connections_.front(); c != nullptr;) {
    QuicConnection* next = connections_.next(c);
    if (c->path().socket == socket) c->ending().forget();
    c = next;
  }
  for (ClosedConnection* c = closed_.front(); c != nullptr;) {
    ClosedConnection* next = closed_.next(c);
    if (c->path().socket == socket) delete c;
    c = next;
  }
  responder_.forget(socket);
  sockets_.erase(socket);
  if (running_calls_ == 0) collect();
}

bool QuicEndpoint::has_unsent_close(void* socket) const {
  const auto found = sockets_.find(socket);
  return found != sockets_.end() && found->second.unsent_closes > 0;
}

void QuicEndpoint::stats(us_quic_context_stats_t& out) const {
  out = stats_;
  out.handshakes_open = handshake_gate_.open();
}

void QuicEndpoint::mark_dirty(QuicConnection& c) {
  SocketState* socket = c.core().socket_state;
  if (socket == nullptr || c.ListHook<FlushTag>::is_linked()) return;
  (socket->blocked ? socket->waiting : dirty_).push_back(&c);
  // No flush sets a new connection's first deadline before the socket takes packets.
  if (socket->blocked && !c.is_waiting()) c.wait_for_socket(now_);
}

void QuicEndpoint::handshake_ended(QuicConnection& c, bool is_complete) {
  if (!c.ListHook<HandshakeTag>::is_linked()) return;
  c.ListHook<HandshakeTag>::unlink();
  if (is_complete) ++stats_.connections_open;
  if (c.is_client()) return;
  --c.core().socket_state->server_handshakes;
  handshake_gate_.end(c.core().sender);
  ++(is_complete ? stats_.connections_accepted : stats_.handshakes_failed);
}

void QuicEndpoint::connection_gone(QuicConnection& c) {
  if (c.ListHook<HandshakeTag>::is_linked()) {
    handshake_ended(c, false);
  } else {
    --stats_.connections_open;
  }
}

void QuicEndpoint::retire(QuicConnection& c) {
  if (!c.ListHook<RetiredTag>::is_linked()) retired_.push_back(&c);
}

void QuicEndpoint::collect() {
  while (QuicConnection* c = retired_.pop_front()) delete c;
}

void QuicEndpoint::keep_closed(std::unique_ptr<ClosedConnection> closed, TimePoint until) {
  ClosedConnection* c = closed.release();
  closed_.push_back(c);
  deadlines_.set(*c, until);
}

}  // namespace usquic::engine::ngtcp2
