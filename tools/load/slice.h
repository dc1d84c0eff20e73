// One target under load for one round.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "load/board.h"
#include "load/carrier.h"
#include "load/plan.h"
#include "load/process_cpu.h"

namespace usquic::tools::load {

struct SliceResult {
  Tally tally;
  double seconds = 0;  // measured
  // This program: the whole process, and the busiest of the threads that make the load.
  std::int64_t client_user_ns = 0;
  std::int64_t client_system_ns = 0;
  double busiest_generator = 0;  // share of the time, 0 to 1
  // The server's process, where it was told.
  std::optional<CpuUse> server;
  unsigned server_cores = 1;
  bool is_interrupted = false;
};

// What there is to see while a slice runs; told once a second.
struct SliceView {
  Phase phase;
  double seconds;  // since the slice began
  std::uint64_t requests;
  std::uint64_t connects;
  std::uint64_t failures;
  std::uint64_t body_received;
  std::uint64_t open;
};

// Blocks until it is over. The board is new, and may be interrupted from any thread; on_second may be empty.
SliceResult run_slice(const Plan& plan, const Target& target, pid_t server, Board& board, Carrier& carrier,
                      const std::function<void(const SliceView&)>& on_second);

}  // namespace usquic::tools::load
