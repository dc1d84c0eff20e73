#include "engine/ngtcp2/http3_driver.h"

#include <algorithm>
#include <utility>

#include "engine/ngtcp2/connection.h"

namespace usquic::engine::ngtcp2 {
namespace {

QuicStream& stream_of(http3::MessageState& message) {
  return *static_cast<QuicStream*>(message.owner);
}

}  // namespace

int Http3Driver::start() {
  http3::CodecEvents& events = *this;
  const Config& config = core_.config();
  const ngtcp2_transport_params* peer = ngtcp2_conn_get_remote_transport_params(core_.library);
  core_.codec = std::make_unique<http3::Codec>(
      http3::CodecOptions{.is_server = !core_.is_client,
                          .max_header_list_size = config.max_header_list_size,
                          .qpack_table_capacity = config.qpack_table_capacity,
                          .qpack_blocked_streams = config.qpack_blocked_streams,
                          .qpack_encoder_table_capacity = config.qpack_encoder_table_capacity,
                          .added_settings = config.settings,
                          .datagrams = core_.reads_stream_datagrams(),
                          .peer_takes_datagram_frames = peer != nullptr && peer->max_datagram_frame_size > 0,
                          .webtransport_sessions = config.webtransport_sessions},
      core_.endpoint.memory.pool(), events);
  std::int64_t ids[3];
  for (std::int64_t& id : ids) {
    if (ngtcp2_conn_open_uni_stream(core_.library, &id, nullptr) != 0) return US_QUIC_E_STREAM_LIMIT;
  }
  if (!core_.is_client) {
    core_.codec->set_max_client_streams(core_.endpoint.settings.parameters().initial_max_streams_bidi);
  }
  return core_.codec->bind_streams({ids[0], ids[1], ids[2]}, http3::make_grease(config.random)).error();
}

int Http3Driver::read(std::int64_t id, Bytes data, bool fin) {
  const http3::ConnectionError error = core_.codec->read(id, data, fin);
  return error == http3::ConnectionError::none ? 0 : core_.fail_http3(error);
}

int Http3Driver::read_datagram(Bytes data) {
  const http3::ConnectionError error = core_.codec->read_datagram(data);
  return error == http3::ConnectionError::none ? 0 : core_.fail_http3(error);
}

http3::MessageState* Http3Driver::http3_request_stream(std::int64_t id) {
  QuicStream* s = streams_.add_peer_stream(id);
  if (s == nullptr) return nullptr;
  header_timeouts_.begin(*s, core_.now());
  return &s->message;
}

void Http3Driver::http3_headers(http3::MessageState& message, int kind, bool end_stream) {
  QuicStream& s = stream_of(message);
  transport::HeaderTimeouts::end(s);
  streams_.deliver_headers(s, kind, end_stream);
}

void Http3Driver::http3_body(http3::MessageState& message, Bytes data) {
  streams_.deliver_body(stream_of(message), data);
}

void Http3Driver::http3_end(http3::MessageState& message) {
  streams_.deliver_end(stream_of(message));
}

void Http3Driver::http3_datagram(http3::MessageState& message, Bytes data) {
  streams_.deliver_datagram(stream_of(message), data);
}

void Http3Driver::http3_datagram_dropped() {
  ++core_.endpoint.stats.stream_datagrams_dropped;
}

void Http3Driver::http3_settings() {
  if (core_.may_notify()) core_.events().on_peer_settings(core_.connection);
}

bool Http3Driver::http3_session_stream(std::int64_t id, std::int64_t session_id, Bytes data, bool fin) {
  QuicStream* s = streams_.add_peer_stream(id, session_id);
  if (s != nullptr) streams_.deliver_raw(*s, data, fin);
  return s != nullptr;
}

void Http3Driver::http3_reset_stream(std::int64_t id, std::uint64_t code) {
  ngtcp2_conn_shutdown_stream_write(core_.library, 0, id, code);
  QuicStream* s = streams_.find(id);
  if (s == nullptr || !s->send_.request_reset(code)) return;
  transport::HeaderTimeouts::end(*s);
  streams_.touch(*s);
}

// By the next flush. ngtcp2 before 1.25 forgets data beyond a gap when it is told to stop, and then never closes the
// stream if the peer has had all of it acknowledged: what came with this datagram may fill the gap first.
void Http3Driver::http3_stop_sending(std::int64_t id, std::uint64_t code) {
  QuicStream* s = streams_.find(id);
  if (s == nullptr) return refused_.push_back({id, code});
  if (s->receive_.request_stop(code)) streams_.touch(*s);
}

void Http3Driver::stop_refused() {
  for (const Refused& r : refused_) ngtcp2_conn_shutdown_stream_read(core_.library, 0, r.id, r.code);
  refused_.clear();
}

void Http3Driver::http3_closed(http3::MessageState& message) {
  // Not before: what waited may have been malformed.
  streams_.close(stream_of(message));
}

void Http3Driver::http3_priority(http3::MessageState& message, http::Priority priority) {
  QuicStream& s = stream_of(message);
  if (!s.marks_.is_priority_ours) s.set_priority(priority);
}

void Http3Driver::http3_answered(http3::MessageState& message) {
  streams_.has_data(stream_of(message));
}

void Http3Driver::http3_consumed(std::int64_t id, std::size_t length) {
  if (core_.library != nullptr) core_.credit(id, length);
}

// RFC 9114 section 5.2: what the server will not process can be sent again elsewhere. Some servers
// (LiteSpeed's up to this day) name the last request that they will answer, not the first that they will not.
// So the one that is named goes on, and so do all up to the last whose answer has begun: what was not
// processed either the server will reject, or nobody can know when the connection ends.
void Http3Driver::http3_goaway(std::int64_t first_unprocessed_id) {
  const bool is_first = !std::exchange(core_.peer_is_going_away, true);
  if (is_first && core_.may_notify()) core_.events().on_goaway(core_.connection);
  if (!core_.is_client) return;
  std::int64_t last_doubtful = first_unprocessed_id;
  streams_.for_each([&](const QuicStream& s) {
    if (s.message.has_answer()) last_doubtful = std::max(last_doubtful, s.id_);
  });
  streams_.end_requests_after(last_doubtful);
  core_.mark_dirty();  // streams that never opened end there
}

void Http3Driver::end_late_headers(TimePoint now) {
  while (transport::HeaderWait* late = header_timeouts_.pop_late(now)) {
    const std::int64_t id = static_cast<QuicStream*>(late)->id_;
    http3_stop_sending(id, transport::HeaderTimeouts::late_code);
    http3_reset_stream(id, transport::HeaderTimeouts::late_code);
    if (QuicStream* s = streams_.find(id)) s->message.close_writing();
    static_cast<void>(
        core_.codec->peer_reset(id));  // its end may be notified now; a request's reset is no error
  }
}

}  // namespace usquic::engine::ngtcp2
