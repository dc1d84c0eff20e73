// The stream that carries a request's current attempt.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "usquic/http/client.h"

namespace usquic::client {

// none -> pending -> open -> none, and pending -> none. A stream is pending until the server allows it.
class RequestStream {
 public:
  // Sends the header section. is_last: no body follows. Error: why it cannot be sent. The stream is this
  // one's also then.
  Result<void> begin(us_quic_stream_t* stream, const std::vector<Field>& fields, bool is_last);
  void set_priority(int urgency, bool is_incremental);
  void opened();
  // Leaves the stream, if there is one. is_cancelled: it does not end by itself.
  void leave(bool is_cancelled);

  // nullptr where there is none.
  us_quic_stream_t* handle() const { return handle_; }
  bool is_open() const { return phase_ == Phase::open; }

  // Stops or resumes reading, here and on the streams of later attempts.
  void set_paused(bool is_paused);
  bool is_paused() const { return is_paused_; }
  // Whether the connection took bytes since the last call.
  bool has_moved();

 private:
  enum class Phase { none, pending, open };

  us_quic_stream_t* handle_ = nullptr;
  Phase phase_ = Phase::none;
  bool is_paused_ = false;
  std::size_t seen_unsent_ = 0;  // by has_moved
};

}  // namespace usquic::client
