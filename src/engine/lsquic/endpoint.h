// The lsquic engine's endpoint: sends datagrams to the lsquic engines they are for, and runs what waits for a time or for
// the next flush. lsquic does nearly all of its work when packets can be sent, so that is where its events come from.
#pragma once

#include "engine/engine.h"
#include "engine/lsquic/endpoint_core.h"

namespace usquic::engine::lsquic {

class LsquicEndpoint final : public engine::Endpoint {
 public:
  // Error: US_QUIC_E_INVALID, for protocols that do not go together here.
  static Result<std::unique_ptr<Endpoint>> create(const Config& config, EventHandler& events);
  ~LsquicEndpoint() override;

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
  bool has_handshakes(void* socket) const;
  void path_failed(TimePoint now, const Path& path, int error_number);
  void drop_socket(void* socket);
  bool has_unsent_close(void* socket) const;
  std::optional<std::uint8_t> worker_of(Bytes datagram) const { return core_.id_factory.worker_of(datagram); }
  bool is_new_client(const Datagram& datagram) const;
  std::size_t connection_id_bytes() const { return core_.id_factory.length(); }
  const Capabilities& capabilities() const { return capabilities_; }
  void stats(us_quic_context_stats_t& out) const;

 private:
  LsquicEndpoint(const Config& config, EventHandler& events) : core_(config, events) {}

  TimePoint begin_call(TimePoint now);
  void end_call();
  void route(const Datagram& datagram);
  void deliver(const Datagram& datagram, Peer& peer);
  void accept(const Datagram& datagram, Bytes id);
  bool apply_requests(TimePoint now);
  void process();
  void update_deadline();

  const Capabilities capabilities_{.datagrams = true, .tls = true};
  EndpointCore core_;
  TimePoint library_deadline_ = never;
  bool has_work_ = false;  // lsquic has something to do
  int running_calls_ = 0;
};

}  // namespace usquic::engine::lsquic
