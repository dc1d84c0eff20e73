// One QUIC connection over lsquic. It outlives lsquic's connection, until the application lets go of it.
#pragma once

#include <lsquic.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/list.h"
#include "crypto/exporter.h"
#include "engine/engine.h"
#include "engine/lsquic/connection_parts.h"
#include "engine/lsquic/tls_facts.h"

namespace usquic::engine::lsquic {

class LsquicConnection final : public engine::Connection,
                               public ListHook<AllTag>,
                               public ListHook<DirtyTag>,
                               public ListHook<RetiredTag> {
 public:
  // A client's, which the next flush begins.
  static std::unique_ptr<LsquicConnection> create_client(EndpointCore& endpoint, Peer& peer, const Path& path,
                                                         std::string_view server_name);
  // A server's, whose handshake lsquic has completed.
  static std::unique_ptr<LsquicConnection> create_server(EndpointCore& endpoint, Peer& peer, const Path& path,
                                                         lsquic_conn_t* library);
  ~LsquicConnection();

  bool is_client() const override { return parts_.core.is_client; }
  const Path& path() const override;
  std::string_view alpn() const override { return tls_.outcome.alpn; }
  std::string_view server_name() const override {
    return parts_.core.is_client ? std::string_view(server_name_)
                                 : std::string_view(tls_.outcome.server_name);
  }
  Bytes peer_certificate() const override { return tls_.outcome.peer_certificate; }
  bool is_authorized() const override { return tls_.outcome.is_authorized; }
  bool is_resumed() const override { return tls_.outcome.is_resumed; }
  bool has_ticket() const override { return parts_.core.is_client && tls_.has_ticket; }
  us_quic_tls_t tls_parameters() const override;
  Result<void> export_keying_material(MutableBytes to, std::string_view label, Bytes context) const override;
  Bytes id() const override { return first_id_.bytes(); }
  void stats(us_quic_stats_t& out) const override;
  Result<engine::Stream*> create_stream(Direction direction, void* stream_user,
                                        std::int64_t session_id) override {
    return parts_.streams.create(direction, stream_user, session_id);
  }
  std::uint64_t max_streams() const override { return parts_.streams.max_new(); }
  int send_datagram(Bytes data) override { return parts_.datagrams.send(data); }
  std::size_t max_datagram_bytes() const override { return parts_.datagrams.room(); }
  Result<std::uint64_t> peer_setting(std::uint64_t id) const override;
  // lsquic decides when it sends PINGs; whether it does, Config::keep_alive says.
  void set_keep_alive(Duration /*after*/) override {}
  void shutdown() override { parts_.shutdown.begin(); }
  void close(std::uint64_t code, std::string_view reason) override { parts_.ending.close(code, reason); }
  std::optional<us_quic_close_info_t> failure() const override { return parts_.ending.failure(); }
  void detach() override { parts_.ending.detach(); }

  // For the endpoint.
  void flush(TimePoint now);
  void on_deadline(TimePoint now);
  void datagram_received(std::size_t bytes);
  // lsquic has ended the connection, or is about to.
  bool is_ending_in_library() const;

  // lsquic's callbacks.
  void handshake_completed();
  void goaway_received();
  void ticket_came() { tls_.has_ticket = true; }

  ConnectionParts& parts() { return parts_; }

 private:
  LsquicConnection(EndpointCore& endpoint, Peer& peer, const Path& path, bool is_client,
                   std::string_view server_name);
  void start();

  ConnectionParts parts_;
  const std::string server_name_;  // that a client connects to
  transport::ConnectionId first_id_;
  TlsFacts tls_;  // since the handshake is complete
  crypto::Exporter exporter_;
};

}  // namespace usquic::engine::lsquic
