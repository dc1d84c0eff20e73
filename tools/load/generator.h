// One thread's share of the load: a loop, its connections and their requests. What it needs to know
// of a connection or a request stands in its ext memory; nothing is allocated for a request but what
// the library does.
#pragma once

#include <cstdint>
#include <mutex>

#include "load/board.h"
#include "load/client_context.h"
#include "load/connection_set.h"
#include "load/measurement.h"
#include "load/plan.h"
#include "load/request_flow.h"

namespace usquic::tools::load {

class Generator : private Measurement::Delegate, private ConnectionSet::Delegate {
 public:
  // index: of plan.threads generators. What is borrowed outlives it.
  Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board, KeyLog* key_log);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator() override = default;

  // Follows the board's phases until Stopping, on the calling thread.
  void run();
  // After the board's phase changed. Any thread.
  void wake();

  const LiveCounts& live() const { return measurement_.live(); }
  // After run returned.
  const Measurement& measurement() const { return measurement_; }

 private:
  bool create(Failure& failure);
  us_quic_socket_context_t* make_context(us_loop_t* loop, Failure& failure);
  void run_paced(us_loop_t* loop);
  void follow();  // the board's phase
  void begin_load();
  void stop();
  void on_tick();
  void after_request(Connection& connection, std::int64_t now);

  Traffic traffic() const override { return connections_.traffic(); }
  void on_measuring_began(std::int64_t now) override;
  void on_measuring_ended(std::int64_t now) override { requests_.on_measuring_ended(now); }
  void on_finished() override { board_.note_finished(); }
  us_quic_socket_context_t* create_context(Failure& failure) override { return make_context(loop_, failure); }
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

  const Plan& plan_;
  Board& board_;
  ContextLogs logs_;
  Measurement measurement_;
  ConnectionSet connections_;
  RequestFlow requests_;
  std::mutex loop_mutex_;  // wake() against the loop's end
  us_loop_t* loop_ = nullptr;
};

}  // namespace usquic::tools::load
