// How a fetch ends: decided once, reported once.
#pragma once

#include <optional>

#include "client/failure.h"
#include "client/fetch_handlers.h"

namespace usquic::client {

// pending -> decided -> reported. The time between is the rest of the callback in which it was decided.
class Outcome {
 public:
  // failure: nothing for a success. Returns: whether this is the outcome; the first one counts.
  bool decide(std::optional<Failure> failure);
  bool is_decided() const { return phase_ != Phase::pending; }
  // Runs the end or the error handler.
  void report(FetchHandlers& handlers);

 private:
  enum class Phase { pending, decided, reported };

  Phase phase_ = Phase::pending;
  std::optional<Failure> failure_;
};

}  // namespace usquic::client
