// One thread's share of the load over HTTP/3: its connections and their requests. What it needs to know
// of a connection or a request stands in its ext memory; nothing is allocated for a request but what
// the library does.
#pragma once

#include <cstdint>

#include "load/client_context.h"
#include "load/connection_set.h"
#include "load/load_thread.h"
#include "load/request_flow.h"

namespace usquic::tools::load {

class Generator final : public LoadThread, private ConnectionSet::Delegate {
 public:
  // index: of plan.threads generators. What is borrowed outlives it.
  Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board, KeyLog* key_log);

 private:
  bool prepare(us_loop_t* loop, Failure& failure) override;
  us_quic_socket_context_t* make_context(us_loop_t* loop, Failure& failure);
  void begin_load() override;
  void on_tick(std::int64_t now) override;
  void send_due(std::int64_t now) override { requests_.dispatch(now); }
  std::int64_t wait_ns() const override { return requests_.wait_ns(); }
  void after_iteration() override { connections_.close_sent(); }
  void after_request(Connection& connection, std::int64_t now);

  Traffic traffic() const override { return connections_.traffic(); }
  void on_measuring_began(std::int64_t now) override;
  void on_measuring_ended(std::int64_t now) override { requests_.on_measuring_ended(now); }
  us_quic_socket_context_t* create_context(Failure& failure) override {
    return make_context(loop(), failure);
  }
  void on_all_tried() override;

  static void on_open(us_quic_connection_t* c, int is_client);
  static void on_close(us_quic_connection_t* c, const us_quic_close_info_t* info);
  static void on_goaway(us_quic_connection_t* c);
  static void on_stream_headers(us_quic_stream_t* s, int kind, int end_stream);
  static void on_stream_data(us_quic_stream_t* s, const void* data, size_t length);
  static void on_stream_end(us_quic_stream_t* s);
  static void on_stream_stop(us_quic_stream_t* s, std::uint64_t code);
  static void on_stream_writable(us_quic_stream_t* s);
  static void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info);

  ContextLogs logs_;
  ConnectionSet connections_;
  RequestFlow requests_;
};

}  // namespace usquic::tools::load
