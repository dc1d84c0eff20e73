// Which connections of an endpoint have something to write, and which of these wait for their socket to
// take packets again.
#pragma once

#include "base/list.h"
#include "base/time.h"
#include "engine/engine.h"
#include "engine/ngtcp2/socket_table.h"

namespace usquic::engine::ngtcp2 {

class FlushQueue {
 public:
  bool empty() const { return dirty_.empty(); }

  // It has something to write. `now`: of the running call.
  void add(QuicConnection& c, TimePoint now);
  // Each that is here once: what they or the application's callbacks add meanwhile is for the next time.
  void flush(TimePoint now, SendBatch& batch);
  // The socket takes packets again.
  void unblock(SocketState& socket);

 private:
  List<QuicConnection, FlushTag> dirty_;
};

}  // namespace usquic::engine::ngtcp2
