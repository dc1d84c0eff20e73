// A generator's requests: sent over its connections, answered, failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/list.h"
#include "load/due_requests.h"
#include "load/generator_memory.h"
#include "load/lane_queue.h"
#include "load/measurement.h"
#include "load/plan.h"

namespace usquic::tools::load {

class RequestFlow {
 public:
  // due: of an open loop. lanes: how many connections there can be.
  RequestFlow(const Plan& plan, const Target& target, std::size_t lanes, const std::optional<Arrivals>& due,
              Measurement& measurement);

  bool is_open_loop() const { return due_.has_value(); }
  // Open loop: requests are due from now on.
  void start(std::int64_t now);
  // Sends over the connection, now or when a request is due, as many as it has room for.
  void use(Connection& connection, std::int64_t now);
  // The same after one of its requests ended.
  void use_again(Connection& connection, std::int64_t now);
  // Open loop: sends what is due, to one connection after another.
  void dispatch(std::int64_t now);
  // Open loop: nanoseconds until a request is due, or -1 where something else must happen first.
  std::int64_t wait_ns() const;

  // What comes on a request's stream, and what becomes of it.
  void take_head(Request& request, us_quic_stream_t* s);
  void take_body(Request& request, std::size_t length);
  void send_body(Request& request, us_quic_stream_t* s);
  void answered(Request& request, us_quic_stream_t* s, std::int64_t now);
  void failed(Request& request, const us_quic_stream_close_info_t& info);

  // The connection has carried as many requests as it may.
  bool is_used_up(const Connection& connection) const;
  // Those that took too long fail.
  void expire(std::int64_t now);
  bool is_drained(std::int64_t now) const;

  void on_measuring_began();
  void on_measuring_ended(std::int64_t now);

 private:
  bool may_launch() const { return measurement_.may_begin(launched_); }
  bool has_room(const Connection& connection) const;
  void list_ready(Lane& lane);
  bool launch(Connection& connection, std::int64_t start_ns, std::int64_t now);
  void release(Request& request);
  void count_answer(const Request& request, std::int64_t now);
  void count_reason(const Request& request, const us_quic_stream_close_info_t& info);
  void give_up(Connection& connection);
  void expire_overdue(std::int64_t now);

  const Plan& plan_;
  const Target& target_;
  Measurement& measurement_;
  LaneQueue ready_;  // open loop: those with a free stream
  std::optional<DueRequests> due_;
  List<Request> under_way_;  // oldest first
  std::uint64_t in_flight_ = 0;
  std::uint64_t launched_ = 0;
};

}  // namespace usquic::tools::load
