// The time limits of one request (Timeouts).
#pragma once

#include <cstdint>
#include <optional>

#include "usquic/http/client.h"

namespace usquic::client {

enum class Limit { connect, first_byte, idle, total };

class RequestClock {
 public:
  class Listener {
   public:
    virtual void on_limit(Limit limit, int after_ms) = 0;
    // Called when time may be up: did anything move that activity() was not told of?
    virtual bool has_moved() = 0;

   protected:
    ~Listener() = default;
  };

  // Starts the total limit.
  RequestClock(us_loop_t* loop, Listener& listener, const Timeouts& timeouts);
  ~RequestClock();
  RequestClock(const RequestClock&) = delete;
  RequestClock& operator=(const RequestClock&) = delete;

  void wait_for_connection();
  void sent();  // to the server, also again
  void head_received();
  void activity() { last_activity_ms_ = now_ms(); }
  // The application reads nothing for now: that is not idleness of the peer.
  void hold_idle(bool is_held);
  void stop();

 private:
  enum class Phase { connecting, waiting, receiving };
  struct Due {
    Limit limit;
    std::int64_t at_ms;
    int after_ms;
  };

  static std::int64_t now_ms();
  std::optional<Due> next_due() const;
  void arm();
  void fire();

  Listener& listener_;
  Timeouts timeouts_;
  us_timer_t* timer_ = nullptr;
  Phase phase_ = Phase::connecting;
  bool is_held_ = false;
  std::int64_t began_ms_;
  std::int64_t phase_began_ms_;
  std::int64_t last_activity_ms_;
};

}  // namespace usquic::client
