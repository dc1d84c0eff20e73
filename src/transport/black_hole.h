// Notices a path that has come to swallow large packets, which its MTU once allowed (RFC 8899 section 4.3): a
// link on the way changed, or this machine's own. ngtcp2 finds out once what a path carries, and keeps to it.
#pragma once

#include <chrono>
#include <cstddef>

#include "base/time.h"

namespace usquic::transport {

class BlackHole {
 public:
  // What every path carries (RFC 9000 section 14).
  static constexpr std::size_t safe_bytes = 1200;
  // Probe timeouts in which nothing is acknowledged.
  static constexpr int patience = 4;
  // PMTU_RAISE_TIMER (RFC 8899 section 5.1.1): then it may be over.
  static constexpr Duration rest = std::chrono::minutes(10);

  // Bytes of the largest packet to write now, where there would be `usual`.
  std::size_t limit(TimePoint now, std::size_t usual) const {
    return now < small_until_ && usual > safe_bytes ? safe_bytes : usual;
  }

  void sent(TimePoint now, std::size_t bytes) {
    if (bytes > safe_bytes && waiting_since_ == never) waiting_since_ = now;
  }
  void acknowledged() { waiting_since_ = never; }
  void check(TimePoint now, Duration probe_timeout) {
    if (waiting_since_ == never || now - waiting_since_ < patience * probe_timeout) return;
    small_until_ = now + rest;
    waiting_since_ = never;
  }
  void path_changed() { *this = {}; }

 private:
  TimePoint waiting_since_ = never;
  TimePoint small_until_{};
};

}  // namespace usquic::transport
