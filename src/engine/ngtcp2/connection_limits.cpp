// What a peer may cost a connection: streams given up, frames for nothing, and headers that do not come.
#include "engine/ngtcp2/connection.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

// A page that is left, or a sensor that is done, gives up many streams at once.
constexpr std::uint32_t burst_seconds = 10;

}  // namespace

// The peer gave up a stream of its own, or opened one that means nothing here: work for us, next to none for
// it. 0, or what is to be returned to ngtcp2.
int QuicConnection::count_wasted_stream() {
  const std::uint32_t most = endpoint_.config().max_stream_resets_per_second;
  if (most == 0) return 0;
  if (!wasted_streams_) wasted_streams_.emplace(most, most * burst_seconds);
  return wasted_streams_->allow(endpoint_.now()) ? 0 : fail_for_excess("too many streams opened and reset");
}

// What was seen in packets that ngtcp2 took. 0, or what is to be returned to ngtcp2.
int QuicConnection::act_on(const transport::FrameScan& frames) {
  if (frames.is_update_skipped()) {
    // RFC 9001 section 6.2: the peer waited for no confirmation.
    failure_ = from_transport_error(NGTCP2_KEY_UPDATE_ERROR, US_QUIC_E_TRANSPORT,
                                    "the peer updated its keys twice without an acknowledgement");
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  for (const transport::FrameScan::StopSending& stop : frames.stops()) {
    if (const int result = peer_stopped(stop.stream, stop.code)) return result;
  }
  const std::uint32_t most = endpoint_.config().max_control_frames_per_second;
  if (most == 0 || frames.control_frames() == 0) return 0;
  if (!control_frames_) control_frames_.emplace(most, most * burst_seconds);
  for (std::size_t i = 0; i < frames.control_frames(); ++i) {
    if (!control_frames_->allow(endpoint_.now()))
      return fail_for_excess("too many frames that bring nothing");
  }
  return 0;
}

int QuicConnection::fail_for_excess(const char* text) {
  failure_ = is_http3() ? from_application_error(US_QUIC_H3_EXCESSIVE_LOAD, US_QUIC_E_APPLICATION, text)
                        : from_transport_error(NGTCP2_PROTOCOL_VIOLATION, US_QUIC_E_TRANSPORT, text);
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

void QuicConnection::await_headers(QuicStream& s) {
  if (!is_http3() || endpoint_.config().header_timeout.count() <= 0) return;
  s.headers_due_ = endpoint_.now() + endpoint_.config().header_timeout;
  awaited_headers_.push_back(&s);
}

TimePoint QuicConnection::headers_deadline() {
  const QuicStream* first = awaited_headers_.front();
  return first != nullptr ? first->headers_due_ : never;
}

// The client may ask again: the application has not seen the request (RFC 9114 section 8.1).
void QuicConnection::end_late_headers(TimePoint now) {
  while (headers_deadline() <= now) {
    QuicStream& s = *awaited_headers_.pop_front();
    const std::int64_t id = s.id_;
    http3_stop_sending(id, US_QUIC_H3_REQUEST_REJECTED);
    http3_reset_stream(id, US_QUIC_H3_REQUEST_REJECTED);
    http3_->no_more_writes(id);
    http3_->peer_reset(id);  // its end may be told now
  }
}

// A client that sends PINGs for ever and asks for nothing holds a connection for nothing. A request counts
// until its stream is over: a stream of events, or an extended CONNECT, is in use however long it is silent.
TimePoint QuicConnection::unused_deadline() const {
  const Duration most = endpoint_.config().http_idle_timeout;
  const bool is_unused = is_http3() && !is_client_ && streams_.empty() && !graceful_end_.is_begun();
  return is_unused && most.count() > 0 ? latest_request_end_ + most : never;
}

}  // namespace usquic::engine::ngtcp2
