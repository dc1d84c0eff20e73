// How far the life of a handle has come that the application may hold: a connection's or a stream's.
#pragma once

#include <cstdint>
#include <utility>

#include "base/check.h"

namespace usquic::quic {

// The handle up to its last callback, on_close or on_stream_close:
//
//   live ---- the last callback is queued or held back ----> queued ---- dispatched ----> final
//     |                                                       |   ^                         ^
//     |                        there is no memory for an event|   | (a closed handle's is   |
//     |                                                       v   |  queued anew)           |
//     |                                                     overdue ------ dispatched ------+
//     +---- dispatched at once -------------------------------------------------------------+
//
// Beside that, the application's close() makes a handle closed at once: it gets no callback but the last one.
class HandleLife {
 public:
  bool is_closed() const { return is_closed_; }
  // The last callback was queued, or has run.
  bool has_ended() const { return phase_ != Phase::live; }
  bool is_overdue() const { return phase_ == Phase::overdue; }
  bool is_final() const { return phase_ == Phase::final; }

  void close() {
    CHECK(!is_closed_);
    is_closed_ = true;
  }
  void queue_end() {
    CHECK(!is_final());
    phase_ = Phase::queued;
  }
  void put_off_end() {
    CHECK(phase_ == Phase::queued);
    phase_ = Phase::overdue;
  }
  // true: it was overdue.
  bool finish() {
    CHECK(!is_final());
    is_closed_ = true;
    return std::exchange(phase_, Phase::final) == Phase::overdue;
  }

 private:
  enum class Phase : std::uint8_t { live, queued, overdue, final };

  Phase phase_ = Phase::live;
  bool is_closed_ = false;
};

}  // namespace usquic::quic
