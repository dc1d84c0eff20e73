// What happens to a stream of the C interface that belongs to a session: the CONNECT stream, which is the session, or one
// of those that the session has. The ext memory of every stream in a context with WebTransport begins with a pointer to
// these.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "usquic/quic.h"

namespace usquic::webtransport {

// It lives from attach until its stream closed, and as long as one of its handlers runs.
class StreamEvents : public std::enable_shared_from_this<StreamEvents> {
 public:
  StreamEvents() = default;
  virtual ~StreamEvents() = default;
  StreamEvents(const StreamEvents&) = delete;
  StreamEvents& operator=(const StreamEvents&) = delete;

  virtual void take_headers(int /*kind*/) {}
  virtual void take_data(std::string_view /*chunk*/) {}
  virtual void take_end() {}
  virtual void peer_reset(std::uint64_t /*http3_code*/) {}
  virtual void peer_stopped(std::uint64_t /*http3_code*/) {}
  virtual void writable() {}
  // Last.
  virtual void closed(const us_quic_stream_close_info_t& info) = 0;
  // A handler, or what came before it, found no memory. It ends the session.
  virtual void run_out_of_memory() = 0;

  // The stream tells these of all that happens to it from now on. Its ext memory has room for a pointer.
  void attach(us_quic_stream_t* stream);
  void detach(us_quic_stream_t* stream);

 private:
  std::shared_ptr<StreamEvents> self_;  // while it is attached
};

// nullptr for a stream that belongs to no session, or that is not known yet.
inline StreamEvents*& events_of(us_quic_stream_t* stream) {
  return *static_cast<StreamEvents**>(us_quic_stream_ext(stream));
}

inline void StreamEvents::attach(us_quic_stream_t* stream) {
  self_ = shared_from_this();
  events_of(stream) = this;
}

inline void StreamEvents::detach(us_quic_stream_t* stream) {
  events_of(stream) = nullptr;
  std::exchange(self_, nullptr).reset();
}

}  // namespace usquic::webtransport
