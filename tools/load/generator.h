// One thread's share of the load: a loop, its connections and their requests. What it needs to know of a
// connection or a request stands in its ext memory; nothing is allocated for a request but what the library
// does.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "load/arrivals.h"
#include "load/board.h"
#include "load/client_context.h"
#include "load/lane_queue.h"
#include "load/plan.h"
#include "load/tally.h"
#include "load/ticket_wait.h"

namespace usquic::tools::load {

// What a live view shows.
struct LiveCounts {
  LiveCount requests;
  LiveCount failures;
  LiveCount body_received;
  LiveCount connects;
  LiveCount open;  // connections now
};

class Generator {
 public:
  // index: of plan.threads generators. What is borrowed outlives it.
  Generator(const Plan& plan, const Target& target, std::uint64_t index, Board& board, KeyLog* key_log);
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;
  ~Generator() = default;

  // Follows the board's phases until Stopping, on the calling thread.
  void run();
  // After the board's phase changed. Any thread.
  void wake();

  const LiveCounts& live() const { return live_; }

  // After run returned.
  const Tally& tally() const { return tally_; }
  std::int64_t measured_ns() const { return begin_ns_ < end_ns_ ? end_ns_ - begin_ns_ : 0; }
  std::int64_t cpu_ns() const { return cpu_ns_; }  // of the thread, while it measured

 private:
  struct Connection;
  struct Request;
  struct RequestLink {
    RequestLink* previous = nullptr;
    RequestLink* next = nullptr;
  };
  struct Traffic {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    std::uint64_t lost = 0;
    void add(us_quic_connection_t* c);
  };

  // ---- Its life: generator.cpp ----
  bool create(Failure& failure);
  us_quic_socket_context_t* create_context(us_loop_t* loop, Failure& failure);
  // Frees what was made for one connection only.
  void release_context(us_quic_socket_context_t* context);
  void run_paced(us_loop_t* loop);
  void follow();  // the board's phase
  void begin_load();
  void begin_measuring();
  void end_measuring();
  void finish();
  void stop();
  void on_tick();
  void on_iteration_end();
  bool is_open_loop() const { return plan_.rate > 0; }
  Traffic traffic() const;

  // ---- Connections: generator_connections.cpp ----
  static void on_open(us_quic_connection_t* c, int is_client);
  static void on_close(us_quic_connection_t* c, const us_quic_close_info_t* info);
  static void on_goaway(us_quic_connection_t* c);
  void start_connections();
  void connect(Lane& lane);
  void opened(Connection& connection);
  void closed(Connection& connection, const us_quic_close_info_t& info);
  void connect_failed(Lane& lane, const Failure& failure);
  void was_tried(Lane& lane);
  void retire(Connection& connection);
  void close_when_sent(Connection& connection);
  void give_up_without_connection();
  bool may_connect() const;

  // ---- Requests: generator_requests.cpp ----
  static void on_stream_headers(us_quic_stream_t* s, int kind, int end_stream);
  static void on_stream_data(us_quic_stream_t* s, const void* data, size_t length);
  static void on_stream_end(us_quic_stream_t* s);
  static void on_stream_stop(us_quic_stream_t* s, std::uint64_t code);
  static void on_stream_writable(us_quic_stream_t* s);
  static void on_stream_close(us_quic_stream_t* s, const us_quic_stream_close_info_t* info);
  void fill(Connection& connection, std::int64_t now);
  void dispatch(std::int64_t now);
  void list_ready(Lane& lane);
  bool launch(Connection& connection, std::int64_t start_ns, std::int64_t now);
  bool may_launch() const;
  bool has_room(const Connection& connection) const;
  void send_body(Request& request, us_quic_stream_t* s);
  void answered(Request& request, us_quic_stream_t* s);
  void count_reason(const Request& request, const us_quic_stream_close_info_t& info);
  void failed(Request& request, const us_quic_stream_close_info_t& info);
  void release(Request& request);
  void after_request(Connection& connection, std::int64_t now);
  void count_done();
  bool is_counted(const Request& request) const;
  void count_failure(FailureKind kind, const Failure& failure);
  void expire(std::int64_t now);
  void give_up(Connection& connection);
  void expire_backlog(std::int64_t now);

  const Plan& plan_;
  const Target& target_;
  Board& board_;
  ContextLogs logs_;
  const std::uint64_t goal_;  // requests, or with handshakes only connections; 0 = none

  std::mutex loop_mutex_;  // wake() against the loop's end
  us_loop_t* loop_ = nullptr;
  us_quic_socket_context_t* context_ = nullptr;  // nullptr: each connection has its own
  Phase phase_ = Phase::Connecting;
  bool is_measuring_ = false;
  bool is_finished_ = false;

  std::vector<Lane> lanes_;
  LaneQueue to_connect_;
  LaneQueue ready_;  // open loop: those with a free stream
  std::vector<Connection*> to_close_;
  TicketWait ticket_wait_;
  std::uint64_t connecting_ = 0;
  std::uint64_t tried_ = 0;
  std::uint64_t started_connects_ = 0;
  std::int64_t last_open_ns_ = 0;

  RequestLink under_way_;  // ring, oldest first
  std::uint64_t in_flight_ = 0;
  std::uint64_t launched_ = 0;
  std::uint64_t done_ = 0;
  Arrivals arrivals_;
  std::vector<std::int64_t> owed_;  // open loop: due requests that a GOAWAY left out
  std::int64_t last_shortage_ns_ = 0;

  std::int64_t begin_ns_ = INT64_MAX;
  std::int64_t end_ns_ = INT64_MAX;
  std::int64_t cpu_ns_ = 0;
  Traffic traffic_base_;
  Traffic traffic_closed_;
  Tally tally_;
  LiveCounts live_;
};

}  // namespace usquic::tools::load
