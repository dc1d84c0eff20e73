#include "engine/ngtcp2/endpoint.h"

#include <algorithm>
#include <new>
#include <utility>

#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/connection.h"
#include "http3/settings.h"

namespace usquic::engine {

Result<std::unique_ptr<Endpoint>> create_endpoint(const Config& config, EventHandler& events) {
  if (config.tls == nullptr ||
      config.server_id.size() > transport::ConnectionIdFactory::max_server_id_bytes) {
    return Error{US_QUIC_E_INVALID};
  }
  if (!http3::may_be_added(config.settings, config.webtransport_sessions > 0)) {
    config.log.log(LogLevel::error, "option settings has one that the application may not announce");
    return Error{US_QUIC_E_INVALID};
  }
  return std::unique_ptr<Endpoint>(std::make_unique<ngtcp2::QuicEndpoint>(config, events));
}

using OwnEndpoint = ngtcp2::QuicEndpoint;

}  // namespace usquic::engine

#include "engine/endpoint_definition.inc"

namespace usquic::engine::ngtcp2 {

QuicEndpoint::QuicEndpoint(const Config& config, EventHandler& events)
    : capabilities_{.local_unidirectional_streams = true,
                    .virtual_time = true,
                    .datagrams = true,
                    .prepared_responses = true,
                    .tls = true,
                    .webtransport = true,
                    .stateless_resets = true,
                    .error_codes = true,
                    .peer_settings = true,
                    .stream_datagrams = true,
                    .handshake_refusals = true,
                    .address_validation = true,
                    .keep_alive = true,
                    .long_fields = true,
                    .immediate_mtu_discovery = true,
                    .any_hello_pieces = true,
                    .any_credit = true,
                    .frame_limits = true},
      core_(config, events) {}

TimePoint QuicEndpoint::begin_call(TimePoint now) {
  ++running_calls_;
  return advance(now);
}

// ngtcp2 insists on time that never goes back.
TimePoint QuicEndpoint::advance(TimePoint now) {
  core_.now = std::max(core_.now, now);
  return core_.now;
}

void QuicEndpoint::end_call() {
  --running_calls_;
  core_.connections.collect();
}

void QuicEndpoint::receive(TimePoint now, std::span<const Datagram> datagrams) {
  now = begin_call(now);
  for (const Datagram& datagram : datagrams) {
    try {
      route(now, datagram);
    } catch (const std::bad_alloc&) {
      core_.count_dropped();  // as datagrams are
    }
  }
  end_call();
}

void QuicEndpoint::route(TimePoint now, const Datagram& datagram) {
  ++core_.stats.datagrams_received;
  if (datagram.bytes.empty() || !datagram.path->remote.is_specified()) return core_.count_dropped();
  ngtcp2_version_cid header;
  const int result = ngtcp2_pkt_decode_version_cid(&header, datagram.bytes.data(), datagram.bytes.size(),
                                                   core_.id_factory.length());
  const bool is_unknown_version = result == NGTCP2_ERR_VERSION_NEGOTIATION;
  if (is_unknown_version && core_.sockets.new_clients(datagram.path->socket) != NewClients::ignored) {
    return core_.responder.negotiate_version(datagram, header);
  }
  if (result != 0) return core_.count_dropped();
  if (transport::ConnectionIdOwner* owner = core_.ids.find({header.dcid, header.dcidlen})) {
    return deliver(now, datagram, *owner);
  }
  const bool is_long_header = (datagram.bytes[0] & 0x80) != 0;
  if (is_long_header) return acceptor_.accept(now, datagram);
  if (transport::ConnectionIdOwner* owner = core_.reset_tokens.find(datagram.bytes)) {
    return deliver(now, datagram, *owner);
  }
  core_.responder.reset(now, datagram, header);
}

bool QuicEndpoint::is_new_client(const Datagram& datagram) const {
  if (datagram.bytes.empty() || (datagram.bytes[0] & 0x80) == 0) return false;
  ngtcp2_version_cid header;
  const int result = ngtcp2_pkt_decode_version_cid(&header, datagram.bytes.data(), datagram.bytes.size(),
                                                   core_.id_factory.length());
  if (result != 0 || core_.ids.find({header.dcid, header.dcidlen}) != nullptr) return false;
  return acceptor_.is_first_packet(datagram);
}

void QuicEndpoint::deliver(TimePoint now, const Datagram& datagram, transport::ConnectionIdOwner& owner) {
  if (owner.kind() == transport::ConnectionIdOwner::Kind::live) {
    static_cast<QuicConnection&>(owner).on_datagram(now, datagram);
  } else {
    static_cast<ClosedConnection&>(owner).on_datagram(datagram);
  }
}

TimePoint QuicEndpoint::deadline() const {
  return core_.deadlines.earliest();
}

void QuicEndpoint::expire(TimePoint now) {
  now = begin_call(now);
  while (DeadlineEntry* due = core_.deadlines.pop_due(now)) {
    static_cast<transport::ConnectionIdOwner*>(due)->on_deadline(now);
  }
  end_call();
}

bool QuicEndpoint::wants_flush() const {
  return !core_.flush_queue.empty() || core_.connections.has_retired() || !core_.responder.empty();
}

void QuicEndpoint::flush(TimePoint now, SendBatch& batch) {
  now = begin_call(now);
  core_.responder.flush(batch);
  core_.flush_queue.flush(now, batch);
  end_call();
}

void QuicEndpoint::unblocked(void* socket) {
  if (SocketState* state = core_.sockets.find(socket)) core_.flush_queue.unblock(*state);
}

Result<engine::Connection*> QuicEndpoint::connect(TimePoint now, const Path& path,
                                                  std::string_view server_name, void* user) {
  now = advance(now);
  if (!path.remote.is_specified()) return Error{US_QUIC_E_INVALID};
  auto made = QuicConnection::create_client(core_, now, path, server_name);
  if (!made) return Error{made.error()};
  QuicConnection& c = core_.connections.add(std::move(*made));
  c.user = user;
  core_.flush_queue.add(c, now);
  return &c;
}

void QuicEndpoint::set_accepting(void* socket, bool accepting) {
  if (!accepting && core_.sockets.new_clients(socket) == NewClients::ignored) return;
  core_.sockets.add(socket).new_clients = accepting ? NewClients::accepted : NewClients::ignored;
  if (accepting) return;
  core_.connections.for_each_handshake([socket](QuicConnection& c) {
    if (!c.is_client() && c.path().socket == socket) c.parts().ending.refuse();
  });
}

void QuicEndpoint::refuse_new_clients(void* socket) {
  if (core_.sockets.new_clients(socket) != NewClients::accepted) return;
  core_.sockets.add(socket).new_clients = NewClients::refused;
  core_.connections.for_each_handshake([socket](QuicConnection& c) {
    if (!c.is_client() && c.path().socket == socket) c.shutdown();
  });
}

void QuicEndpoint::path_failed(TimePoint /*now*/, const Path& path, int error_number) {
  core_.connections.for_each_handshake([&](QuicConnection& c) {
    const bool is_its = c.path().socket == path.socket && c.path().remote == path.remote;
    if (is_its) c.fail_at_flush(from_icmp(error_number));
  });
}

void QuicEndpoint::drop_socket(void* socket) {
  core_.connections.drop(socket);
  core_.responder.forget(socket);
  core_.sockets.remove(socket);
  if (running_calls_ == 0) core_.connections.collect();
}

void QuicEndpoint::stats(us_quic_context_stats_t& out) const {
  out = core_.stats;
  out.handshakes_open = core_.handshake_gate.open();
}

}  // namespace usquic::engine::ngtcp2
