// How a fetch ends: decided once, reported once.
#pragma once

#include <string>

#include "client/fetch_handlers.h"

namespace usquic::client {

// pending -> decided -> reported. The time between is the rest of the callback in which it was decided.
class Outcome {
 public:
  // Returns: whether this is the outcome; the first one counts. error: US_QUIC_OK, or a US_QUIC_E_*.
  bool decide(int error, std::string text);
  bool is_decided() const { return phase_ != Phase::pending; }
  // Runs the end or the error handler.
  void report(FetchHandlers& handlers);

 private:
  enum class Phase { pending, decided, reported };

  Phase phase_ = Phase::pending;
  int error_ = US_QUIC_OK;
  std::string text_;
};

}  // namespace usquic::client
