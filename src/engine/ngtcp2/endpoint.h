// The ngtcp2 engine's endpoint: sends datagrams to the connections they are for, and runs what waits for a time
// or for the next flush.
#pragma once

#include "engine/engine.h"
#include "engine/ngtcp2/acceptor.h"
#include "engine/ngtcp2/endpoint_core.h"

namespace usquic::engine::ngtcp2 {

class QuicEndpoint final : public engine::Endpoint {
 public:
  QuicEndpoint(const Config& config, EventHandler& events);

  void receive(TimePoint now, std::span<const Datagram> datagrams);
  TimePoint deadline() const;
  void expire(TimePoint now);
  bool wants_flush() const;
  void flush(TimePoint now, SendBatch& batch);
  void unblocked(void* socket);
  Result<engine::Connection*> connect(TimePoint now, const Path& path, std::string_view server_name,
                                      void* user);
  void set_accepting(void* socket, bool accepting);
  void refuse_new_clients(void* socket);
  bool has_handshakes(void* socket) const { return core_.sockets.has_server_handshakes(socket); }
  void path_failed(TimePoint now, const Path& path, int error_number);
  void drop_socket(void* socket);
  bool has_unsent_close(void* socket) const { return core_.sockets.has_unsent_closes(socket); }
  std::optional<std::uint8_t> worker_of(Bytes datagram) const { return core_.id_factory.worker_of(datagram); }
  bool is_new_client(const Datagram& datagram) const;
  std::size_t connection_id_bytes() const { return core_.id_factory.length(); }
  const Capabilities& capabilities() const { return capabilities_; }
  void stats(us_quic_context_stats_t& out) const;

 private:
  TimePoint begin_call(TimePoint now);
  TimePoint advance(TimePoint now);
  void end_call();
  void route(TimePoint now, const Datagram& datagram);
  static void deliver(TimePoint now, const Datagram& datagram, transport::ConnectionIdOwner& owner);

  const Capabilities capabilities_;
  EndpointCore core_;
  Acceptor acceptor_{core_};
  int running_calls_ = 0;
};

}  // namespace usquic::engine::ngtcp2
