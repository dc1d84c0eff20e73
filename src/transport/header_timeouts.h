// Requests whose header section is not complete yet, and what becomes of those that take too
// long (option header_timeout).
#pragma once

#include <cstdint>

#include "base/list.h"
#include "base/time.h"
#include "usquic/http3_codes.h"

namespace usquic::transport {

// Base class of what waits for its header section.
class HeaderWait : public ListHook<HeaderWait> {
 private:
  friend class HeaderTimeouts;
  TimePoint due_{};
};

class HeaderTimeouts {
 public:
  // What a late request is stopped and reset with. The client may ask again: the application has not seen the
  // request (RFC 9114 section 8.1).
  static constexpr std::uint64_t late_code = US_QUIC_H3_REQUEST_REJECTED;

  // 0: the client may take its time.
  explicit HeaderTimeouts(Duration timeout) : timeout_(timeout) {}

  // A request began.
  void begin(HeaderWait& request, TimePoint now) {
    if (timeout_.count() <= 0) return;
    request.due_ = now + timeout_;
    waiting_.push_back(&request);
  }
  // Its header section is complete, or nobody wants it any more.
  static void end(HeaderWait& request) { request.unlink(); }

  // When the earliest has had its time.
  TimePoint deadline() {
    const HeaderWait* first = waiting_.front();
    return first != nullptr ? first->due_ : never;
  }
  // One that is late, which waits no more; nullptr: there is none.
  HeaderWait* pop_late(TimePoint now) { return deadline() <= now ? waiting_.pop_front() : nullptr; }

 private:
  const Duration timeout_;
  List<HeaderWait> waiting_;  // the oldest first
};

}  // namespace usquic::transport
