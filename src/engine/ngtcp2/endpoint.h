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

  void receive(TimePoint now, std::span<const Datagram> datagrams) override;
  TimePoint deadline() const override;
  void expire(TimePoint now) override;
  bool wants_flush() const override;
  void flush(TimePoint now, SendBatch& batch) override;
  void unblocked(void* socket) override;
  Result<engine::Connection*> connect(TimePoint now, const Path& path, std::string_view server_name,
                                      void* user) override;
  void set_accepting(void* socket, bool accepting) override;
  void refuse_new_clients(void* socket) override;
  bool has_handshakes(void* socket) const override { return core_.sockets.has_server_handshakes(socket); }
  void path_failed(TimePoint now, const Path& path, int error_number) override;
  void drop_socket(void* socket) override;
  bool has_unsent_close(void* socket) const override { return core_.sockets.has_unsent_closes(socket); }
  const Capabilities& capabilities() const override { return capabilities_; }
  void stats(us_quic_context_stats_t& out) const override;

 private:
  TimePoint begin_call(TimePoint now);
  void end_call();
  void route(TimePoint now, const Datagram& datagram);

  const Capabilities capabilities_;
  EndpointCore core_;
  Acceptor acceptor_{core_};
  int running_calls_ = 0;
};

}  // namespace usquic::engine::ngtcp2
