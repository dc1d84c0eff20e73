// Has ngtcp2 send the PINGs that keep a connection open.
#pragma once

#include "engine/ngtcp2/connection_core.h"
#include "transport/keep_alive.h"

namespace usquic::engine::ngtcp2 {

class KeepAliveTimer {
 public:
  // As Config::keep_alive says.
  explicit KeepAliveTimer(ConnectionCore& core) : core_(core), keep_alive_(core.config().keep_alive) {}

  // As the application wishes from now on: see Connection::set_keep_alive().
  void set(Duration after);
  // Tells ngtcp2, with the idle timeouts that are known: both once the handshake is complete.
  void apply();

 private:
  ConnectionCore& core_;
  transport::KeepAlive keep_alive_;
};

}  // namespace usquic::engine::ngtcp2
