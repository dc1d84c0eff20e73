// What was counted while a target was measured.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "failure.h"
#include "load/histogram.h"
#include "load/traffic.h"

namespace usquic::tools::load {

// What a request, or a connection, failed of.
enum class FailureKind : unsigned {
  Connect,         // no connection: refused, unreachable, handshake failed or timed out
  Timeout,         // no complete answer in --timeout
  Reset,           // RESET_STREAM, or the request refused
  ConnectionLost,  // closed, reset or idle under the request
  BodyLength,      // other than content-length says
  Status,          // 400 and above
  Other
};
inline constexpr std::size_t failure_kind_count = 7;
// As in the JSON.
const char* failure_kind_name(FailureKind kind);

struct Tally {
  void fail(FailureKind kind, const Failure& failure, std::uint64_t times = 1);
  void merge(const Tally& other);
  std::uint64_t failures() const;

  std::uint64_t requests = 0;    // answered in full, with any status
  std::uint64_t in_time = 0;     // of requests: before the time was up
  std::uint64_t connects = 0;    // handshakes finished
  std::uint64_t resumed = 0;     // of connects: by a session ticket
  std::uint64_t reconnects = 0;  // connections that took the place of one that was lost
  std::uint64_t goaways = 0;     // connections that the server sent GOAWAY on
  std::uint64_t retried = 0;     // requests sent again after a GOAWAY that left them out
  std::uint64_t waited = 0;      // open loop: requests that no connection had a stream for when they were due
  std::uint64_t unfinished = 0;  // closed loop: under way when the time was up
  std::uint64_t body_received = 0;
  std::uint64_t body_sent = 0;
  std::array<std::uint64_t, 1000> statuses = {};
  std::array<std::uint64_t, failure_kind_count> failed = {};
  Failure first_failure = {ExitCode::Ok, ""};

  Traffic traffic;

  Histogram latency;     // nanoseconds, of requests
  Histogram first_byte;  // until the response's header section
  Histogram connect;     // until the handshake is done

  std::uint64_t max_streams =
      0;  // least that a server allowed at once on a new connection; 0 = no connection
};

}  // namespace usquic::tools::load
