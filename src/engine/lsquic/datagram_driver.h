// Datagrams of a raw connection (RFC 9221): those that wait for lsquic to ask for them, and those that came.
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "base/bytes.h"
#include "engine/lsquic/connection_core.h"

namespace usquic::engine::lsquic {

class DatagramDriver {
 public:
  explicit DatagramDriver(ConnectionCore& core) : core_(core) {}

  // The application's.
  int send(Bytes data);
  std::size_t room() const;

  // By a flush: lsquic asks for what waits.
  void offer();
  // What goes into a DATAGRAM frame: bytes written, or -1.
  ssize_t write(MutableBytes to);
  void arrived(Bytes data);

 private:
  ConnectionCore& core_;
};

}  // namespace usquic::engine::lsquic
