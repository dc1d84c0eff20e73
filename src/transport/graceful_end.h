// How a connection ends in good order: the steps of its shutdown, and until when each of them waits.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/time.h"

namespace usquic::transport {

class GracefulEnd {
 public:
  enum class Step : std::uint8_t {
    none,
    wanted,   // by the application; a server whose handshake is not complete waits for it until deadline()
    noticed,  // a GOAWAY that forbids nothing is on its way; the one that counts follows at deadline()
    draining  // what is in flight ends, then the connection
  };

  Step step() const { return step_; }
  bool is_begun() const { return step_ != Step::none; }
  // When there is something to do, if nothing happens before.
  TimePoint deadline() const { return deadline_; }

  void want() { step_ = Step::wanted; }
  void wait_until(TimePoint time) { deadline_ = time; }
  bool is_waiting() const { return deadline_ != never; }
  void notice(TimePoint until) {
    step_ = Step::noticed;
    deadline_ = until;
  }
  void drain() {
    step_ = Step::draining;
    deadline_ = never;
  }

  // A sending part reached its final state (RFC 9000 section 3.1), and nothing from the peer shows that it
  // read the stream.
  void final_state_reached(TimePoint now) { final_state_at_ = now; }
  // What is acknowledged need not have been read: Firefox, and curl over OpenSSL's QUIC, drop what they have
  // not read when CONNECTION_CLOSE comes. So the peer has this long to read, and to close first, as GOAWAY
  // told it to.
  TimePoint read_by(Duration probe_timeout) const {
    if (!has_final_state()) return TimePoint::min();
    return final_state_at_ + std::max<Duration>(reading_time, 3 * probe_timeout);
  }

 private:
  static constexpr Duration reading_time = std::chrono::seconds(2);

  bool has_final_state() const { return final_state_at_ != TimePoint::min(); }

  Step step_ = Step::none;
  TimePoint deadline_ = never;
  TimePoint final_state_at_ = TimePoint::min();
};

}  // namespace usquic::transport
