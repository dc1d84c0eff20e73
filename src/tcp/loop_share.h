// What the TCP sockets of one loop have in common: memory to receive into, deadlines, and what is to be done at the end of an
// iteration.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/deadline_heap.h"
#include "base/list.h"
#include "loop/loop.h"
#include "tcp/connection.h"
#include "tcp/listener.h"
#include "tcp/output_memory.h"

namespace usquic::tcp {

// Lives as long as the loop or any of its sockets, whichever is longer.
struct LoopShare {
  static constexpr std::size_t received_bytes = 64 << 10;  // of a connection in one turn

  // Made on first use. Throws std::bad_alloc.
  static std::shared_ptr<LoopShare> of(us_loop_t* loop);

  explicit LoopShare(us_loop_t* its_loop) : loop(its_loop) {}
  bool has_work() { return !to_flush.empty() || !closed.empty(); }
  void expire(TimePoint now);
  void flush();
  // Tells handlers of what was closed, and frees it.
  void sweep();
  void close_all();

  us_loop_t* const loop;
  std::array<std::uint8_t, received_bytes> received;
  std::vector<std::uint8_t> plain;  // what TLS made of it; kept for its capacity
  OutputMemory output_memory;
  DeadlineHeap deadlines;
  DeadlineHeap accept_deadlines;
  List<Connection, OfLoop> open;
  List<Connection, OfLoop> closed;
  List<Connection, ToFlush> to_flush;
  List<Listener> listeners;
};

}  // namespace usquic::tcp
