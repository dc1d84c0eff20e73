// What carries the load: HTTP/3, or HTTP/2 and HTTP/1.1 over TCP.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

#include "failure.h"
#include "key_log.h"
#include "load/board.h"
#include "load/load_thread.h"
#include "load/plan.h"

namespace usquic::tools::load {

class Carrier {
 public:
  virtual ~Carrier() = default;
  // Connects to the target by name (all addresses of the host are tried) and sets target.address to the one that
  // answered; requests nothing. Blocks, for the plan's timeout at most. Failure: as usquic get would tell it.
  virtual std::optional<Failure> probe(const Plan& plan, Target& target) = 0;
  // index: of plan.threads. What is borrowed, the carrier too, outlives it.
  virtual std::unique_ptr<LoadThread> make_thread(const Plan& plan, const Target& target, std::uint64_t index,
                                                  Board& board) = 0;
};

// As plan.version says. Failure: this build is without it.
std::variant<std::unique_ptr<Carrier>, Failure> make_carrier(const Plan& plan);

}  // namespace usquic::tools::load
