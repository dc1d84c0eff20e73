#include "http3/nghttp3/http3_connection.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "http3/nghttp3/errors.h"
#include "http3/settings.h"
#include "usquic/http3_codes.h"

namespace usquic::http3 {

ReceiveState::ReceiveState() = default;
ReceiveState::~ReceiveState() = default;

MessageState::~MessageState() {
  if (connection_ != nullptr) connection_->forget(*this);
}

std::span<const us_quic_header_t> MessageState::headers() const {
  if (receive_.latest == nullptr) return {};
  return receive_.latest->fields();
}

Result<std::unique_ptr<Codec>> Codec::create(const Options& options, BlockPool& pool, Events& events) {
  auto connection =
      std::unique_ptr<Http3Connection>(new (std::nothrow) Http3Connection(options, pool, events));
  if (connection == nullptr) return Error{US_QUIC_E_NOMEM};
  if (const int rv = connection->init(); rv != 0) return Error{public_error(rv)};
  return std::unique_ptr<Codec>(std::move(connection));
}

bool Codec::is_out_of_memory(int result) {
  return result == NGHTTP3_ERR_NOMEM;
}

int Codec::stream_creation_error() {
  return NGHTTP3_ERR_H3_STREAM_CREATION_ERROR;
}

std::uint64_t Codec::application_error(int result) {
  if (result == excessive_load) return US_QUIC_H3_EXCESSIVE_LOAD;
  return nghttp3_err_infer_quic_app_error_code(result);
}

Http3Connection::Http3Connection(const Options& options, BlockPool& pool, Events& events)
    : options_(options),
      memory_(std::make_shared<Nghttp3Memory>(pool)),
      events_(events),
      decoder_(options.max_header_list_size, memory_),
      reader_(options_, decoder_, events, *this),
      control_reader_(options.is_server, *this),
      control_out_(pool),
      decoder_out_(pool) {}

Http3Connection::~Http3Connection() {
  // nghttp3 first: it holds views of the streams' bodies.
  nghttp3_conn_del(connection_);
  streams_.for_each([](std::int64_t, MessageState* s) {
    if (s != nullptr) s->connection_ = nullptr;
  });
}

nghttp3_callbacks Http3Connection::make_callbacks() {
  nghttp3_callbacks callbacks{};
  callbacks.acked_stream_data = on_acknowledged;
  callbacks.stop_sending = on_stop_sending;
  callbacks.reset_stream = on_reset_stream;
  callbacks.shutdown = on_goaway;
  return callbacks;
}

int Http3Connection::init() {
  if (const int rv = decoder_.init(); rv != 0) return rv;
  nghttp3_settings settings;
  nghttp3_settings_default(&settings);  // not what is announced: see announce_settings()
  const nghttp3_callbacks callbacks = make_callbacks();
  const nghttp3_mem* memory = memory_->get();
  return options_.is_server ? nghttp3_conn_server_new(&connection_, &callbacks, &settings, memory, this)
                            : nghttp3_conn_client_new(&connection_, &callbacks, &settings, memory, this);
}

int Http3Connection::bind_streams(std::int64_t control, std::int64_t encoder, std::int64_t decoder) {
  if (const int rv = nghttp3_conn_bind_control_stream(connection_, control); rv != 0) return rv;
  if (const int rv = nghttp3_conn_bind_qpack_streams(connection_, encoder, decoder); rv != 0) return rv;
  control_id_ = control;
  encoder_id_ = encoder;
  decoder_id_ = decoder;
  return announce_settings();
}

// nghttp3 knows few settings. What it would begin the control stream with is taken from it as sent and
// acknowledged, and replaced.
int Http3Connection::announce_settings() {
  std::array<nghttp3_vec, 4> vectors;
  std::int64_t id = -1;
  int fin = 0;
  const nghttp3_ssize count =
      nghttp3_conn_writev_stream(connection_, &id, &fin, vectors.data(), vectors.size());
  if (count < 0) return static_cast<int>(count);
  CHECK(id == control_id_ && fin == 0);
  std::size_t length = 0;
  for (nghttp3_ssize i = 0; i < count; ++i) length += vectors[static_cast<std::size_t>(i)].len;
  if (const int rv = nghttp3_conn_add_write_offset(connection_, id, length); rv != 0) return rv;
  if (const int rv = nghttp3_conn_add_ack_offset(connection_, id, length); rv != 0) return rv;
  try {
    // An HTTP Datagram begins with a quarter stream ID (RFC 9297 section 2.1). As long as DATAGRAM frames go
    // up to the application as they come, SETTINGS_H3_DATAGRAM is not announced.
    const std::vector<std::uint8_t> bytes = begin_control_stream({
        .max_field_section_size = options_.max_header_list_size,
        .qpack_table_capacity = FieldDecoder::table_capacity,
        .qpack_blocked_streams = FieldDecoder::max_blocked_streams,
        .extended_connect = options_.is_server && options_.extended_connect,
    });
    return control_out_.append(bytes) ? 0 : NGHTTP3_ERR_NOMEM;
  } catch (const std::bad_alloc&) {
    return NGHTTP3_ERR_NOMEM;
  }
}

MessageState* Http3Connection::find(std::int64_t id) const {
  MessageState* const* found = streams_.find(id);
  return found == nullptr ? nullptr : *found;
}

void Http3Connection::attach(std::int64_t id, MessageState& s) {
  CHECK(s.connection_ == nullptr);
  streams_.put(id, &s);
  s.connection_ = this;
  s.id_ = id;
  s.takes_frames_ = options_.is_server && control_id_ >= 0;
}

bool Http3Connection::is_ours_critical(std::int64_t id) const {
  return id == control_id_ || id == encoder_id_ || id == decoder_id_;
}

// RFC 9114 section 6.2.1, RFC 9204 section 4.2: the critical streams must stay open.
int Http3Connection::no_more_writes(std::int64_t id) {
  if (is_ours_critical(id)) return NGHTTP3_ERR_H3_CLOSED_CRITICAL_STREAM;
  forget_output();
  if (MessageState* s = find(id); s != nullptr) s->write_closed_ = true;
  nghttp3_conn_shutdown_stream_write(connection_, id);
  return 0;
}

int Http3Connection::peer_reset(std::int64_t id) {
  if (const auto peer = peer_streams_.find(id); peer != peer_streams_.end()) {
    const StreamType type = peer->second.type;
    const bool is_critical = type != StreamType::not_known && type != StreamType::other;
    return is_critical ? NGHTTP3_ERR_H3_CLOSED_CRITICAL_STREAM : 0;
  }
  MessageState* s = find(id);
  if (s == nullptr) return 0;
  const bool was_waiting = s->receive_.is_blocked;
  int rv = reader_.discard(*s);
  if (rv == 0) rv = drain_decoder();
  if (was_waiting && s->close_pending_) finish_closing(*s);
  return rv;
}

// The transport closed the stream before; now nothing more of it waits.
void Http3Connection::finish_closing(MessageState& s) {
  stream_closed(s.id_, US_QUIC_H3_NO_ERROR);
  events_.http3_closed(s);
}

bool Http3Connection::stream_closed(std::int64_t id, std::uint64_t code) {
  MessageState* s = find(id);
  if (s != nullptr && s->receive_.is_blocked && s->receive_.held_fin) {
    s->close_pending_ = true;
    return false;
  }
  if (s != nullptr) {
    // Out of the decoder's books, unless all of it was read.
    reader_.discard(*s);
    drain_decoder();
    s->connection_ = nullptr;
    if (output_stream_ == s) output_stream_ = nullptr;
  }
  const bool is_registered = s == nullptr || s->is_registered_;
  streams_.erase(id);
  peer_streams_.erase(id);
  if (is_registered) close_in_nghttp3(id, code);
  return true;
}

// For a stream that nghttp3 does not know (the encoder's, or one closed before) there is nothing to do.
void Http3Connection::close_in_nghttp3(std::int64_t id, std::uint64_t code) {
  nghttp3_conn_close_stream(connection_, id, code);
}

void Http3Connection::forget(MessageState& s) {
  s.receive_.held_fin = false;
  stream_closed(s.id_, US_QUIC_H3_REQUEST_CANCELLED);
}

void Http3Connection::set_max_client_streams(std::uint64_t count) {
  if (!options_.is_server || count <= max_client_streams_) return;
  max_client_streams_ = count;
  nghttp3_conn_set_max_client_streams_bidi(connection_, count);
}

}  // namespace usquic::http3
