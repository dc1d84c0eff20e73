// What a connection ID leads to: a live connection, or what is left of a closed one.
#pragma once

#include "base/deadline_heap.h"
#include "base/time.h"
#include "engine/engine.h"

namespace usquic::transport {

class ConnectionIdOwner : public DeadlineEntry {
 public:
  virtual ~ConnectionIdOwner() = default;
  virtual void on_datagram(TimePoint now, const engine::Datagram& datagram) = 0;
  virtual void on_deadline(TimePoint now) = 0;
};

}  // namespace usquic::transport
