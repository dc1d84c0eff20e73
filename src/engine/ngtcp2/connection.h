// One QUIC connection over ngtcp2: what came in and what the time brings goes to its parts, which stand in
// files of their own (stream_set.h, http3_driver.h, packet_writer.h, shutdown_driver.h,
// connection_ending.h). connection_callbacks.cpp is what ngtcp2 calls, connection_versions.cpp how a client
// begins.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/ngtcp2/close_info.h"
#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/connection_ending.h"
#include "engine/ngtcp2/connection_registration.h"
#include "engine/ngtcp2/endpoint.h"
#include "engine/ngtcp2/http3_driver.h"
#include "engine/ngtcp2/packet_writer.h"
#include "engine/ngtcp2/peer_limits.h"
#include "engine/ngtcp2/shutdown_driver.h"
#include "engine/ngtcp2/stream_set.h"
#include "engine/ngtcp2/tls_handshake.h"
#include "tls/handshake_messages.h"
#include "transport/connection_id_owner.h"
#include "transport/keep_alive.h"
#include "transport/loss_count.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection final : public engine::Connection,
                             public transport::ConnectionIdOwner,
                             public ListHook<EndpointTag>,
                             public ListHook<FlushTag>,
                             public ListHook<HandshakeTag>,
                             public ListHook<RetiredTag> {
 public:
  // What a server connection begins with.
  struct Initial {
    const ngtcp2_pkt_hd& header;
    transport::ConnectionId original_dcid;
    bool is_retried;
    bool is_validated;
  };

  static Result<std::unique_ptr<QuicConnection>> create_client(QuicEndpoint& endpoint, TimePoint now,
                                                               const Path& path,
                                                               std::string_view server_name);
  static Result<std::unique_ptr<QuicConnection>> create_server(QuicEndpoint& endpoint, TimePoint now,
                                                               const Path& path, const Initial& initial);
  ~QuicConnection() override;

  bool is_client() const override { return core_.is_client; }
  const Path& path() const override { return core_.path; }
  std::string_view alpn() const override { return alpn_; }
  std::string_view server_name() const override { return server_name_; }
  Bytes peer_certificate() const override;
  bool is_authorized() const override;
  bool is_resumed() const override;
  bool has_ticket() const override;
  Bytes id() const override { return first_id_.bytes(); }
  void stats(us_quic_stats_t& out) const override;
  Result<engine::Stream*> create_stream(Direction direction, void* stream_user) override;
  std::uint64_t max_streams() const override;
  int send_datagram(Bytes data) override;
  void set_keep_alive(Duration after) override;
  void shutdown() override;
  void close(std::uint64_t code, std::string_view reason) override { ending_.close(code, reason); }
  std::optional<us_quic_close_info_t> failure() const override { return ending_.failure(); }
  void detach() override { ending_.detach(); }

  // For the endpoint.
  void on_datagram(TimePoint now, const Datagram& datagram) override;
  void on_deadline(TimePoint now) override;
  // false: the socket takes no more, and something is left to write.
  bool flush(TimePoint now, SendBatch& batch);
  void wait_for_socket(TimePoint now);
  void fail_at_flush(CloseReason reason);
  void refuse() { ending_.refuse(); }  // a server's whose handshake is not complete
  void forget() { ending_.forget(); }  // its socket is gone
  SocketState* socket_state() const { return core_.socket_state; }
  const transport::HandshakeCounts::Key& sender() const { return sender_; }
  TlsHandshake& handshake() { return handshake_; }
  const crypto::PacketCiphers& packet_ciphers() const { return core_.endpoint.packet_ciphers(); }
  transport::FrameScan& frame_scan() const { return core_.endpoint.frame_scan(); }
  transport::EarlyResets& early_resets() const { return core_.endpoint.early_resets(); }
  bool has_early_reset() const;  // in the packet that was scanned last

 private:
  friend struct ConnectionCallbacks;

  // What a client begins with: every server that this library knows of speaks it.
  static constexpr std::uint32_t first_version = NGTCP2_PROTO_VER_V1;

  QuicConnection(QuicEndpoint& endpoint, const Path& path, bool is_client);

  // connection.cpp
  void read(TimePoint now, const Datagram& datagram);
  int read_packets(TimePoint now, const Datagram& datagram);
  void expire(TimePoint now);
  bool write(TimePoint now, SendBatch& batch);
  bool write_packets(TimePoint now, SendBatch& batch);
  void continue_shutdown(TimePoint now);
  void start_tls(std::unique_ptr<tls::Session> session);
  void update_deadline();
  int on_handshake_completed();
  void offer_token();
  void release_tls();
  void apply_keep_alive();

  // connection_versions.cpp
  int begin_as_client(TimePoint now, std::uint32_t version);
  bool begin_again(TimePoint now);

  template <class Work>
  void end_without_memory(Work work);
  void end_by_library(TimePoint now, int result);

  ConnectionCore core_;
  StreamSet streams_;
  Http3Driver http3_;
  ShutdownDriver shutdown_;
  PacketWriter writer_;
  PeerLimits limits_;
  ConnectionRegistration registration_;
  ConnectionEnding ending_;
  const DeadlinePlace deadline_place_;
  std::unique_ptr<tls::Session> session_;  // a server's goes when the handshake is complete
  TlsHandshake handshake_{*this};
  std::uint32_t offered_version_ = 0;             // by a server that does not speak the client's first one
  const transport::HandshakeCounts::Key sender_;  // where its first packet came from
  tls::TlsMessages tls_messages_;
  std::vector<std::uint8_t> peer_certificate_;  // a server's; a client asks its session, as for the next two
  bool is_authorized_ = false;
  bool is_resumed_ = false;
  transport::ConnectionId first_id_;
  std::string alpn_;
  std::string server_name_;
  transport::KeepAlive keep_alive_;
  transport::LossCount losses_;
};

}  // namespace usquic::engine::ngtcp2
