// One QUIC connection over ngtcp2: what the application asks, what came in and what the time brings goes to
// its parts (connection_parts.h).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/list.h"
#include "engine/engine.h"
#include "engine/ngtcp2/connection_parts.h"
#include "engine/ngtcp2/endpoint_core.h"
#include "transport/admission.h"
#include "transport/connection_id_owner.h"

namespace usquic::engine::ngtcp2 {

class QuicConnection final : public engine::Connection,
                             public transport::ConnectionIdOwner,
                             public ListHook<EndpointTag>,
                             public ListHook<FlushTag>,
                             public ListHook<HandshakeTag>,
                             public ListHook<RetiredTag> {
 public:
  static Result<std::unique_ptr<QuicConnection>> create_client(EndpointCore& endpoint, TimePoint now,
                                                               const Path& path,
                                                               std::string_view server_name);
  static Result<std::unique_ptr<QuicConnection>> create_server(EndpointCore& endpoint, TimePoint now,
                                                               const Path& path, const ngtcp2_pkt_hd& header,
                                                               const transport::Admission& admission);
  ~QuicConnection() override;

  bool is_client() const override { return parts_.core.is_client; }
  const Path& path() const override { return parts_.core.path; }
  std::string_view alpn() const override { return parts_.tls.alpn(); }
  std::string_view server_name() const override { return parts_.tls.server_name(); }
  Bytes peer_certificate() const override { return parts_.tls.peer_certificate(); }
  bool is_authorized() const override { return parts_.tls.is_authorized(); }
  bool is_resumed() const override { return parts_.tls.is_resumed(); }
  bool has_ticket() const override { return parts_.tls.has_ticket(); }
  us_quic_tls_t tls_parameters() const override { return parts_.tls.parameters(); }
  Result<void> export_keying_material(MutableBytes to, std::string_view label, Bytes context) const override {
    return parts_.tls.export_keying_material(to, label, context);
  }
  Bytes id() const override { return parts_.registration.first_id().bytes(); }
  void stats(us_quic_stats_t& out) const override;
  Result<engine::Stream*> create_stream(Direction direction, void* stream_user,
                                        std::int64_t session_id) override {
    return parts_.streams.create(direction, stream_user, session_id);
  }
  int check_webtransport() const override;
  std::uint64_t max_streams() const override { return parts_.streams.max_new(); }
  int send_datagram(Bytes data) override;
  std::size_t max_datagram_bytes() const override;
  Result<std::uint64_t> peer_setting(std::uint64_t id) const override;
  void set_keep_alive(Duration after) override { parts_.keep_alive.set(after); }
  void shutdown() override { parts_.shutdown.begin(); }
  void close(std::uint64_t code, std::string_view reason) override { parts_.ending.close(code, reason); }
  std::optional<us_quic_close_info_t> failure() const override { return parts_.ending.failure(); }
  void detach() override { parts_.ending.detach(); }

  // For the endpoint.
  void on_datagram(TimePoint now, const Datagram& datagram);
  void on_deadline(TimePoint now) override;
  // false: the socket takes no more, and something is left to write.
  bool flush(TimePoint now, SendBatch& batch);
  void wait_for_socket(TimePoint now);
  void fail_at_flush(CloseReason reason);
  ConnectionParts& parts() { return parts_; }

  // ngtcp2 says so. 0, or what is to be returned to it.
  int handshake_completed();

 private:
  QuicConnection(EndpointCore& endpoint, const Path& path, bool is_client)
      : ConnectionIdOwner(Kind::live), parts_(*this, endpoint, path, is_client) {}

  void read(TimePoint now, const Datagram& datagram);
  void expire(TimePoint now);
  bool write(TimePoint now, SendBatch& batch);
  bool write_packets(TimePoint now, SendBatch& batch);
  void continue_shutdown(TimePoint now);
  void end_by_library(TimePoint now, int result);

  ConnectionParts parts_;
};

}  // namespace usquic::engine::ngtcp2
