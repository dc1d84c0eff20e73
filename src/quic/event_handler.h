// What the engine tells, for one context: makes handles, and tells the application now or queues it.
#pragma once

#include "engine/engine.h"
#include "usquic/quic.h"

namespace usquic::quic {

class EventHandler final : public engine::EventHandler {
 public:
  explicit EventHandler(us_quic_socket_context_t& context) : context_(context) {}

  void on_connection_open(engine::Connection& c) override;
  void on_handshake(engine::Connection& c) override;
  void on_connection_close(engine::Connection& c, const us_quic_close_info_t& info) override;
  void on_goaway(engine::Connection& c) override;
  void on_peer_settings(engine::Connection& c) override;
  void on_datagram(engine::Connection& c, Bytes data) override;
  bool takes_stream_datagrams() const override;
  std::size_t payload_within_machine(const engine::Path& path) const override;

  void on_stream_open(engine::Connection& c, engine::Stream& s, bool is_local) override;
  void on_headers(engine::Stream& s, int kind, bool end_stream) override;
  void on_body(engine::Stream& s, Bytes data) override;
  void on_end(engine::Stream& s) override;
  void on_reset(engine::Stream& s, std::uint64_t code) override;
  void on_stop(engine::Stream& s, std::uint64_t code) override;
  void on_writable(engine::Stream& s) override;
  void on_stream_datagram(engine::Stream& s, Bytes data) override;
  void on_stream_close(engine::Stream& s, const us_quic_stream_close_info_t& info) override;

 private:
  us_quic_stream_t* accept_stream(us_quic_connection_t& c, const engine::Stream& s, std::uint64_t& refusal);

  us_quic_socket_context_t& context_;
};

}  // namespace usquic::quic
