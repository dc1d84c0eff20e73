// An endpoint with a small application for tests on the simulated network: on a raw stream the client sends a
// patterned body, the server checks it and sends one back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "support/certificates.h"
#include "support/sim_network.h"
#include "tls/context.h"

namespace usquic::test {

// Byte `offset` of the body that the given side sends.
std::uint8_t pattern_byte(bool from_client, std::uint64_t offset);

struct NodeOptions {
  std::uint64_t body_bytes = 1 << 20;
  std::uint64_t max_bytes_per_write = UINT64_MAX;  // then the test calls send_more() for the next
  bool is_server = false;
  bool gives_tickets = true;  // OpenSSL's differ in length from one run to the next
  std::size_t max_udp_payload = 1452;
  engine::AddressValidation address_validation = engine::AddressValidation::never;
  Duration idle_timeout = std::chrono::seconds(60);
  Duration handshake_timeout = std::chrono::seconds(30);
};

// One authority and one Ed25519 server identity for all nodes of a process: signatures of one length.
struct SimIdentity {
  std::string root;
  Identity server;
  static SimIdentity make();
};

class TransferNode final : public engine::EventHandler {
 public:
  TransferNode(SimNetwork& network, const SimIdentity& identity, const Address& address,
               const NodeOptions& options);
  ~TransferNode();

  // Client: starts the connection and its one transfer.
  void start(const Address& server);

  // The body's next bytes, as far as they are accepted and may go at once.
  void send_more();

  bool is_done() const { return sent_fin_ && received_fin_; }
  bool is_closed() const { return close_info_.has_value(); }
  std::uint64_t received() const { return received_; }
  bool content_is_right() const { return content_is_right_; }
  int close_error() const { return close_info_ ? *close_info_ : 0; }
  engine::Endpoint& endpoint() { return *endpoint_; }
  engine::Connection* connection() { return connection_; }
  const Address& address() const { return address_; }
  // Packet numbers and frame types as the engine logs them, in order.
  const std::vector<std::string>& packet_log() const { return packet_log_; }

  void on_connection_open(engine::Connection& c) override;
  void on_handshake(engine::Connection& c) override;
  void on_connection_close(engine::Connection& c, const us_quic_close_info_t& info) override;
  void on_goaway(engine::Connection&) override {}
  void on_datagram(engine::Connection&, Bytes) override {}
  void on_stream_open(engine::Connection& c, engine::Stream& s, bool is_local) override;
  void on_headers(engine::Stream&, int, bool) override {}
  void on_body(engine::Stream& s, Bytes data) override;
  void on_end(engine::Stream& s) override;
  void on_reset(engine::Stream&, std::uint64_t) override {}
  void on_stop(engine::Stream&, std::uint64_t) override {}
  void on_writable(engine::Stream& s) override;
  void on_stream_datagram(engine::Stream&, Bytes) override {}
  void on_stream_close(engine::Stream& s, const us_quic_stream_close_info_t& info) override;

 private:
  SimNetwork& network_;
  const Address address_;
  const NodeOptions options_;
  std::unique_ptr<tls::Context> tls_;
  std::unique_ptr<engine::Endpoint> endpoint_;
  engine::Connection* connection_ = nullptr;
  engine::Stream* stream_ = nullptr;
  std::uint64_t written_ = 0;
  std::uint64_t received_ = 0;
  bool sent_fin_ = false;
  bool received_fin_ = false;
  bool content_is_right_ = true;
  std::optional<int> close_info_;
  std::vector<std::string> packet_log_;
};

}  // namespace usquic::test
