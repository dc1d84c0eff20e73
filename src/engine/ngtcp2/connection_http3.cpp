// The HTTP/3 part of a connection: what its codec tells, and the shutdown in two steps.
#include <algorithm>

#include "engine/ngtcp2/connection.h"
#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
std::uint64_t QuicConnection::no_error_code() const {
  return is_http3() ? std::uint64_t{US_QUIC_H3_NO_ERROR} : 0;
}

int QuicConnection::start_http3() {
  auto made = http3::Http3::create({.is_server = !is_client_,
                                    .max_header_list_size = endpoint_.config().max_header_list_size,
                                    .extended_connect = true},
                                   endpoint_.memory().pool(), *this);
  if (!made) return made.error();
  http3_ = std::move(*made);
  std::int64_t ids[3];
  for (std::int64_t& id : ids) {
    if (ngtcp2_conn_open_uni_stream(conn_, &id, nullptr) != 0) return US_QUIC_E_STREAM_LIMIT;
  }
  if (!is_client_) http3_->set_max_client_streams(endpoint_.settings().parameters().initial_max_streams_bidi);
  return http3_->bind_streams(ids[0], ids[1], ids[2]);
}

int QuicConnection::read_http3(std::int64_t id, Bytes data, bool fin) {
  const int result = http3_->read(id, data, fin);
  return result < 0 ? fail_http3(result) : 0;
}

int QuicConnection::fail_http3(int result) {
  if (http3::Http3::is_out_of_memory(result)) {
    failure_ = from_transport_error(NGTCP2_INTERNAL_ERROR, US_QUIC_E_NOMEM, {});
    return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  failure_ = from_application_error(http3::Http3::application_error(result), US_QUIC_E_APPLICATION,
                                    "HTTP/3 protocol error");
  return NGTCP2_ERR_CALLBACK_FAILURE;
}

http3::Http3Stream* QuicConnection::http3_request_stream(std::int64_t id) {
  QuicStream* s = add_peer_stream(id);
  return s != nullptr ? &s->message : nullptr;
}

void QuicConnection::http3_headers(http3::Http3Stream& message, int kind, bool end_stream) {
  auto& s = *static_cast<QuicStream*>(message.owner);
  s.ListHook<HeadersTag>::unlink();
  if (may_tell(s) && !s.stop_code_) endpoint_.sink().on_headers(s, kind, end_stream);
}

void QuicConnection::http3_body(http3::Http3Stream& message, Bytes data) {
  deliver_body(*static_cast<QuicStream*>(message.owner), data);
}

void QuicConnection::http3_end(http3::Http3Stream& message) {
  auto& s = *static_cast<QuicStream*>(message.owner);
  if (!may_tell(s) || s.stop_code_) return;
  s.is_ended_ = true;
  endpoint_.sink().on_end(s);
}

void QuicConnection::http3_reset_stream(std::int64_t id, std::uint64_t code) {
  ngtcp2_conn_shutdown_stream_write(conn_, 0, id, code);
  QuicStream* s = find_stream(id);
  if (s == nullptr || s->reset_code_) return;
  s->ListHook<HeadersTag>::unlink();
  s->reset_code_ = code;
  touch(*s);
}

void QuicConnection::http3_stop_sending(std::int64_t id, std::uint64_t code) {
  ngtcp2_conn_shutdown_stream_read(conn_, 0, id, code);
  QuicStream* s = find_stream(id);
  if (s == nullptr || s->stop_code_) return;
  s->stop_code_ = code;
  s->is_stop_applied_ = true;
}

void QuicConnection::http3_closed(http3::Http3Stream& message) {
  auto& s = *static_cast<QuicStream*>(message.owner);
  // Not before: what waited may have been malformed.
  close_stream(s, close_info_of(s));
}

void QuicConnection::http3_consumed(std::int64_t id, std::size_t length) {
  if (conn_ != nullptr) credit(id, length);
}

// RFC 9114 section 5.2: what the server will not process can be sent again elsewhere. Some servers
// (LiteSpeed's up to this day) name the last request that they will answer, not the first that they will not.
// So the one that is named goes on, and so do all up to the last whose answer has begun: what was not
// processed either the server will reject, or nobody can know when the connection ends.
void QuicConnection::http3_goaway(std::int64_t first_unprocessed_id) {
  const bool is_first = !std::exchange(peer_is_going_away_, true);
  if (is_first && may_tell()) endpoint_.sink().on_goaway(*this);
  if (!is_client_) return;
  std::int64_t last_doubtful = first_unprocessed_id;
  streams_.for_each([&](std::int64_t id, const QuicStream* s) {
    if (s->message.has_answer()) last_doubtful = std::max(last_doubtful, id);
  });
  std::vector<std::int64_t> ids;
  streams_.for_each([&](std::int64_t id, const QuicStream* s) {
    if (s->is_local_ && id > last_doubtful) ids.push_back(id);
  });
  std::sort(ids.begin(), ids.end());
  for (const std::int64_t id : ids) {
    QuicStream& s = *find_stream(id);
    if (!s.reset_code_) s.reset_code_ = abandon_code();
    if (!s.stop_code_) s.stop_code_ = abandon_code();
    touch(s);
    if (!may_tell(s)) continue;
    s.is_closed_ = true;
    endpoint_.sink().on_stream_close(s, {US_QUIC_E_GOAWAY, 0});
  }
  endpoint_.mark_dirty(*this);  // streams that never opened end there
}

void QuicConnection::shutdown() {
  if (life_ != Life::active || graceful_end_.is_begun()) return;
  graceful_end_.want();
  endpoint_.mark_dirty(*this);
}

// RFC 9114 section 5.2: first a GOAWAY that forbids nothing yet, a round trip later the one that counts, so
// that no request that was under way is lost.
void QuicConnection::continue_shutdown(TimePoint now) {
  using Step = transport::GracefulEnd::Step;
  if (unused_deadline() <= now) graceful_end_.want();
  if (!graceful_end_.is_begun()) return;
  if (!is_handshake_complete_) return wait_for_handshake(now);
  if (graceful_end_.step() == Step::wanted) {
    if (is_http3() && !is_client_) {
      http3_->submit_shutdown_notice();
      ngtcp2_conn_info info;
      ngtcp2_conn_get_conn_info(conn_, &info);
      graceful_end_.notice(now + Duration(info.smoothed_rtt));
    } else {
      graceful_end_.drain();
    }
  }
  if (graceful_end_.step() == Step::noticed && now >= graceful_end_.deadline()) {
    http3_->shutdown();
    graceful_end_.drain();
  }
  if (graceful_end_.step() == Step::draining) close_when_drained(now);
}

void QuicConnection::close_when_drained(TimePoint now) {
  if (!is_drained()) return graceful_end_.wait_until(never);
  const TimePoint read_by = graceful_end_.read_by(Duration(ngtcp2_conn_get_pto(conn_)));
  if (now < read_by) return graceful_end_.wait_until(read_by);
  end(from_application_error(no_error_code(), US_QUIC_OK, ""));
}

// A client whose Finished is on its way may have sent requests behind it: it gets the time for that. Who does
// not end its handshake must not hold up the server's end.
void QuicConnection::wait_for_handshake(TimePoint now) {
  if (is_client_) return;
  if (!graceful_end_.is_waiting()) graceful_end_.wait_until(now + 3 * Duration(ngtcp2_conn_get_pto(conn_)));
  if (now >= graceful_end_.deadline()) refuse();
}

bool QuicConnection::is_drained() const {
  const bool is_codec_drained = http3_ == nullptr || is_client_ || http3_->is_drained();
  return is_codec_drained && streams_.empty() && pending_bidi_.empty() && pending_uni_.empty();
}

}  // namespace usquic::engine::ngtcp2
