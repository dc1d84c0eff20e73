// What a generator keeps in the ext memory of its connections and streams.
#pragma once

#include <cstdint>
#include <new>

#include "load/generator.h"

namespace usquic::tools::load {

// Stands for the reason of a lost connection until its end tells it.
inline constexpr const char* connection_lost = "connection lost";

struct Generator::Connection {
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

struct Generator::Request : RequestLink {
  static Request& of(us_quic_stream_t* s) { return *static_cast<Request*>(us_quic_stream_ext(s)); }

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
