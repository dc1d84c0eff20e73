// The HTTP/3 part of a connection: starts its codec, and carries the codec's events to the streams
// and to ngtcp2.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/ngtcp2/stream_set.h"
#include "http3/codec.h"
#include "transport/header_timeouts.h"

namespace usquic::engine::ngtcp2 {

class Http3Driver final : private http3::CodecEvents {
 public:
  explicit Http3Driver(StreamSet& streams)
      : streams_(streams), core_(streams.core()), header_timeouts_(core_.config().header_timeout) {}

  // Makes the codec and opens its three streams. 0 or the error.
  int start();
  // Stream data came. 0, or what is to be returned to ngtcp2.
  int read(std::int64_t id, Bytes data, bool fin);
  // The data of a DATAGRAM frame came. The same.
  int read_datagram(Bytes data);

  // When the earliest request whose header section is not complete has had its time.
  TimePoint headers_deadline() { return header_timeouts_.deadline(); }
  void end_late_headers(TimePoint now);
  // For the flush: STOP_SENDING of requests that are no stream here.
  void stop_refused();

 private:
  struct Refused {
    std::int64_t id;
    std::uint64_t code;
  };

  http3::MessageState* http3_request_stream(std::int64_t id) override;
  void http3_headers(http3::MessageState& message, int kind, bool end_stream) override;
  void http3_body(http3::MessageState& message, Bytes data) override;
  void http3_end(http3::MessageState& message) override;
  void http3_datagram(http3::MessageState& message, Bytes data) override;
  void http3_datagram_dropped() override;
  void http3_settings() override;
  bool http3_session_stream(std::int64_t id, std::int64_t session_id, Bytes data, bool fin) override;
  void http3_reset_stream(std::int64_t id, std::uint64_t code) override;
  void http3_stop_sending(std::int64_t id, std::uint64_t code) override;
  void http3_consumed(std::int64_t id, std::size_t length) override;
  void http3_goaway(std::int64_t first_unprocessed_id) override;
  void http3_closed(http3::MessageState& message) override;
  void http3_priority(http3::MessageState& message, http::Priority priority) override;
  void http3_answered(http3::MessageState& message) override;

  StreamSet& streams_;
  ConnectionCore& core_;
  transport::HeaderTimeouts header_timeouts_;
  std::vector<Refused> refused_;
};

}  // namespace usquic::engine::ngtcp2
