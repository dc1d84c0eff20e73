// How a connection ends in good order: GOAWAY in two steps (RFC 9114 section 5.2), then the streams in
// flight, then the connection.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "engine/ngtcp2/stream_set.h"

namespace usquic::engine::ngtcp2 {

class ShutdownDriver {
 public:
  // What is left for the connection to do.
  enum class Next : std::uint8_t {
    wait,    // nothing before deadline()
    refuse,  // a server: the handshake does not complete in time
    close    // all is done
  };

  explicit ShutdownDriver(StreamSet& streams) : streams_(streams), core_(streams.core()) {}

  // The application wants it; advance() begins with it.
  void begin();
  Next advance(TimePoint now);
  TimePoint deadline() const;

 private:
  TimePoint unused_deadline() const;
  Next wait_for_handshake(TimePoint now);
  Next wait_for_streams(TimePoint now);
  bool is_drained() const;

  StreamSet& streams_;
  ConnectionCore& core_;
};

}  // namespace usquic::engine::ngtcp2
