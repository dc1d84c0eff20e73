// What a generator keeps in the ext memory of its connections and streams.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/list.h"
#include "load/lane_queue.h"
#include "usquic/quic.h"

namespace usquic::tools::load {

class Generator;

// Stands for the reason of a lost connection until its end tells it.
inline constexpr const char* connection_lost = "connection lost";

struct Connection {
  static Connection& of(us_quic_connection_t* c) {
    return *static_cast<Connection*>(us_quic_connection_ext(c));
  }

  Generator* generator;
  us_quic_connection_t* self;
  Lane* lane;  // nullptr: another connection has taken its place, this one finishes what is in flight
  std::int64_t started_ns;
  std::int64_t done_ns = 0;  // its work, when it is to close
  std::uint64_t in_flight = 0;
  std::uint64_t launched = 0;
  std::uint64_t answered = 0;
  std::uint64_t heard = 0;  // counts up with whatever comes on its streams
  bool is_open = false;
  bool is_closing = false;  // by this side, its work done
  bool is_lost = false;     // on_close follows
  bool is_silent = false;   // lost because nothing came in time
};

struct Request : ListHook<Request> {
  static Request& of(us_quic_stream_t* s) { return *static_cast<Request*>(us_quic_stream_ext(s)); }

  Request(Connection& on, us_quic_stream_t* s, std::int64_t start, std::int64_t sent)
      : connection(&on), stream(s), start_ns(start), sent_ns(sent), heard_before(on.heard) {}

  bool is_cut() const { return expected != unknown_length && received != expected; }

  Connection* connection;
  us_quic_stream_t* stream;
  std::int64_t start_ns;  // open loop: when it was due
  std::int64_t sent_ns;
  std::uint64_t heard_before;  // what was heard on the connection when it was sent
  std::uint64_t received = 0;
  std::uint64_t expected = unknown_length;  // content-length
  std::size_t body_sent = 0;
  std::uint16_t status = 0;
  bool is_body_sent = true;
  bool is_done = false;
  bool is_timed_out = false;

  static constexpr std::uint64_t unknown_length = UINT64_MAX;
};

}  // namespace usquic::tools::load
