// When a server ends an HTTP connection that is used for nothing (option http_idle_timeout). A client that sends
// PINGs for ever and asks for nothing holds a connection for nothing.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace usquic::transport {

class HttpIdle {
 public:
  // 0: never.
  explicit HttpIdle(Duration timeout) : timeout_(timeout) {}

  // The handshake was completed, or a request is over: the time begins anew.
  void used(TimePoint now) { latest_use_ = now; }
  // A request counts until its stream is over: a stream of events, or an extended CONNECT, is in use however
  // long it is silent.
  TimePoint deadline(std::size_t open_requests) const {
    const bool is_counting = open_requests == 0 && timeout_.count() > 0 && latest_use_ != never;
    return is_counting ? latest_use_ + timeout_ : never;
  }

 private:
  const Duration timeout_;
  TimePoint latest_use_ = never;
};

}  // namespace usquic::transport
