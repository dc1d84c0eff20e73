// The ngtcp2 engine's endpoint: sends datagrams to the connections they are for, lets new ones in, and keeps
// what waits for a time or for the next flush.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <memory>
#include <unordered_map>
#include <vector>

#include "base/block_pool.h"
#include "base/deadline_heap.h"
#include "base/list.h"
#include "crypto/packet_ciphers.h"
#include "engine/engine.h"
#include "engine/ngtcp2/closed_connection.h"
#include "engine/ngtcp2/library_memory.h"
#include "engine/ngtcp2/settings.h"
#include "engine/ngtcp2/stateless_responder.h"
#include "transport/connection_ids.h"
#include "transport/early_resets.h"
#include "transport/frame_scan.h"
#include "transport/handshake_gate.h"
#include "transport/reset_tokens.h"
#include "transport/token_store.h"
#include "transport/tokens.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection;

struct EndpointTag {};   // every connection of an endpoint
struct FlushTag {};      // has something to write
struct HandshakeTag {};  // its handshake is not complete
struct RetiredTag {};    // nobody needs it any more

enum class NewClients : std::uint8_t { ignored, accepted, refused };

// What the endpoint knows of one of the caller's sockets.
struct SocketState {
  NewClients new_clients = NewClients::ignored;
  bool blocked = false;
  std::size_t unsent_closes = 0;
  std::size_t server_handshakes = 0;
  List<QuicConnection, FlushTag> waiting;  // connections that want to write while it is blocked
};

class QuicEndpoint final : public engine::Endpoint {
 public:
  // Server handshakes in flight above which new clients must prove their address by Retry.
  static constexpr std::size_t retry_above = transport::HandshakeGate::retry_above;

  QuicEndpoint(const Config& config, EventHandler& events);
  ~QuicEndpoint() override;

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
  bool has_handshakes(void* socket) const override;
  void path_failed(TimePoint now, const Path& path, int error_number) override;
  void drop_socket(void* socket) override;
  bool has_unsent_close(void* socket) const override;
  const Capabilities& capabilities() const override { return capabilities_; }
  void stats(us_quic_context_stats_t& out) const override;

  // For connections:
  const Config& config() const { return config_; }
  const LibraryMemory& memory() const { return memory_; }
  const crypto::PacketCiphers& packet_ciphers() const { return *packet_ciphers_; }
  // Of the datagram that is being read.
  transport::FrameScan& frame_scan() { return frame_scan_; }
  transport::EarlyResets& early_resets() { return early_resets_; }
  const TransportSettings& settings() const { return settings_; }
  const ngtcp2_callbacks& callbacks() const { return callbacks_; }
  EventHandler& events() { return events_; }
  TimePoint now() const { return now_; }  // of the running call
  WallTime wall_now() const { return config_.wall_clock.now(); }
  transport::ConnectionIdTable& ids() { return ids_; }
  const transport::ConnectionIdFactory& id_factory() const { return id_factory_; }
  transport::ResetTokenTable& reset_tokens() { return reset_tokens_; }
  const transport::Tokens& tokens() const { return tokens_; }
  transport::TokenStore& token_store() { return token_store_; }
  DeadlineHeap& deadlines() { return deadlines_; }
  SocketState& socket_state(void* socket);

  void mark_dirty(QuicConnection& c);
  void handshake_ended(QuicConnection& c, bool is_complete);
  void connection_gone(QuicConnection& c);  // no longer open; the object may live on for its handle
  void retire(QuicConnection& c);           // free it when no call is running
  void keep_closed(std::unique_ptr<ClosedConnection> closed, TimePoint until);
  StatelessResponder& responder() { return responder_; }
  void count_dropped() { ++stats_.datagrams_dropped; }

 private:
  // What an Initial's token proved.
  struct Admission {
    bool is_validated = false;
    bool is_retried = false;
    transport::ConnectionId original_dcid;
  };

  TimePoint advance(TimePoint now);
  void route(TimePoint now, const Datagram& datagram);
  void accept(TimePoint now, const Datagram& datagram);
  bool admit(const Datagram& datagram, const ngtcp2_pkt_hd& header, Admission& admission);
  void open_server_connection(TimePoint now, const Datagram& datagram, const ngtcp2_pkt_hd& header,
                              const Admission& admission);
  void flush_connections(TimePoint now, SendBatch& batch);
  void collect();
  NewClients new_clients(void* socket) const;
  template <class Visit>
  void for_each_handshake(void* socket, Visit visit);

  // First, to go last.
  BlockPool pool_;
  const LibraryMemory memory_{pool_};
  const Config config_;
  transport::FrameScan frame_scan_;
  transport::EarlyResets early_resets_;
  const std::unique_ptr<crypto::PacketCiphers> packet_ciphers_;  // keys that wait for their use refer to it
  EventHandler& events_;
  const TransportSettings settings_;
  const ngtcp2_callbacks callbacks_;
  const Capabilities capabilities_;
  const transport::ConnectionIdFactory id_factory_;
  const transport::Tokens tokens_;
  transport::ConnectionIdTable ids_;
  transport::ResetTokenTable reset_tokens_;
  transport::TokenStore token_store_;
  DeadlineHeap deadlines_;
  std::unordered_map<void*, SocketState> sockets_;
  us_quic_context_stats_t stats_{};
  StatelessResponder responder_;
  transport::HandshakeGate handshake_gate_;
  int running_calls_ = 0;
  TimePoint now_{};

  List<QuicConnection, EndpointTag> connections_;
  List<QuicConnection, FlushTag> dirty_;
  List<QuicConnection, HandshakeTag> handshakes_;
  List<QuicConnection, RetiredTag> retired_;
  List<ClosedConnection, ClosedTag> closed_;
};

}  // namespace usquic::engine::ngtcp2
