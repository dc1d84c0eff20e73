// How a connection ends in good order: GOAWAY, then what is in flight, then the close; also of one that a server's
// client uses for nothing.
#pragma once

#include "base/time.h"
#include "engine/lsquic/connection_core.h"

namespace usquic::engine::lsquic {

class ConnectionEnding;
class StreamSet;

class ShutdownDriver {
 public:
  ShutdownDriver(ConnectionCore& core, StreamSet& streams, ConnectionEnding& ending)
      : core_(core), streams_(streams), ending_(ending) {}

  // The application's.
  void begin();
  // By a flush.
  void advance(TimePoint now);
  // When there is something to do, if nothing happens before.
  TimePoint deadline() const;

 private:
  TimePoint goaway_time(TimePoint now) const;
  TimePoint unused_deadline() const;

  ConnectionCore& core_;
  StreamSet& streams_;
  ConnectionEnding& ending_;
};

}  // namespace usquic::engine::lsquic
