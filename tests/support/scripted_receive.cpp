// The receiving half of the scripted engine's connections.
#include <algorithm>
#include <chrono>

#include "support/frames.h"
#include "support/scripted_connection.h"
#include "usquic/http3_codes.h"

namespace usquic::test {

namespace {

constexpr std::uint64_t connection_refused = 0x2;  // RFC 9000 section 20.1

}  // namespace

void ScriptedConnection::receive(Bytes frames) {
  last_activity_ =
      TimePoint{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
  ++stats_.packets_received;
  stats_.bytes_received += frames.size();
  FrameReader reader(frames);
  while (!reader.at_end() && !is_closing_) receive_frame(reader.take<std::uint8_t>(), reader);
  if (!is_closing_) close_finished_streams();
}

void ScriptedConnection::refuse() {
  refuse_wanted_ = is_detached_ = true;
  close(connection_refused, {});
}

void ScriptedConnection::receive_frame(std::uint8_t type, FrameReader& reader) {
  engine::EventHandler& events = endpoint_.events_;
  if (type >= frame_first_of_stream) {
    ScriptedStream* stream = stream_of(reader.take<std::uint64_t>());
    ScriptedStream ignored(*this, false);
    const bool is_told = stream != nullptr && !stream->is_detached_;
    if (!is_told && stream == nullptr) ignored.is_detached_ = true;
    return receive_stream_frame(type, stream != nullptr ? *stream : ignored, reader);
  }
  if (type == frame_hello || type == frame_welcome) {
    peer_max_streams_ = reader.take<std::uint64_t>();
    peer_window_ = reader.take<std::uint64_t>();
    const std::string_view alpn = as_text(reader.take_bytes());
    const std::string_view name = as_text(reader.take_bytes());
    Bytes settings = reader.take_bytes();
    if (is_open_ || reader.is_bad()) return;
    std::uint64_t frame_type = 0;
    std::uint64_t length = 0;
    if (take_varint(settings, frame_type) && take_varint(settings, length)) {
      static_cast<void>(http3::read_settings(settings, peer_settings_));
    }
    if (!is_client_) {
      server_name_ = name;
      if (alpn != alpn_) {
        refuse_wanted_ = is_detached_ = true;
        ++endpoint_.stats_.handshakes_failed;
        return close(0x178, {});
      }
      ++endpoint_.stats_.connections_accepted;
      welcome_wanted_ = true;
      events.on_connection_open(*this);
    }
    if (is_closing_) return;
    is_open_ = true;
    events.on_handshake(*this);
  } else if (type == frame_close) {
    us_quic_close_info_t info{};
    info.is_remote = 1;
    info.is_application = reader.take<std::uint8_t>();
    info.code = reader.take<std::uint64_t>();
    const Bytes reason = reader.take_bytes();
    info.reason = reinterpret_cast<const char*>(reason.data());
    info.reason_length = reason.size();
    const bool is_good =
        info.is_application != 0 && (info.code == 0 || (alpn_ == "h3" && info.code == US_QUIC_H3_NO_ERROR));
    if (!is_good) info.error = info.is_application != 0 ? US_QUIC_E_APPLICATION : US_QUIC_E_ALPN;
    if (info.is_application == 0 && info.code == connection_refused) info.error = US_QUIC_E_REFUSED;
    end(info);
  } else if (type == frame_goaway) {
    got_goaway_ = true;
    events.on_goaway(*this);
  } else if (type == frame_ack) {
    data_acked_ = reader.take<std::uint64_t>();
  } else if (type == frame_stream_datagram) {
    const auto id = reader.take<std::int64_t>();
    receive_stream_datagram(id, reader.take_bytes());
  } else {
    events.on_datagram(*this, reader.take_bytes());
  }
}

// For a stream that is open, and whose meaning is known.
void ScriptedConnection::receive_stream_datagram(std::int64_t id, Bytes data) {
  for (const auto& stream : streams_) {
    if (stream->id_ != id) continue;
    const bool is_receiving = !stream->fin_received_ && !stream->reset_received_ && !stream->stop_wanted_;
    const bool has_meaning = is_client_ || !stream->fields_.empty();
    if (stream->is_detached_ || !is_receiving || !has_meaning || !own_settings().datagrams) return;
    return endpoint_.events_.on_stream_datagram(*stream, data);
  }
}

// nullptr: closed long ago.
ScriptedStream* ScriptedConnection::stream_of(std::uint64_t id) {
  for (const auto& stream : streams_) {
    if (stream->id_ == static_cast<std::int64_t>(id)) return stream.get();
  }
  if (id % 4 != next_remote_stream_ % 4 || id < next_remote_stream_) return nullptr;
  next_remote_stream_ = id + 4;
  streams_.push_back(std::make_unique<ScriptedStream>(*this, false));
  ScriptedStream& made = *streams_.back();
  made.id_ = static_cast<std::int64_t>(id);
  made.send_limit_ = peer_window_;
  made.limit_told_ = endpoint_.config_.max_stream_data;
  endpoint_.events_.on_stream_open(*this, made, false);
  return &made;
}

void ScriptedConnection::receive_stream_frame(std::uint8_t type, ScriptedStream& s, FrameReader& reader) {
  engine::EventHandler& events = endpoint_.events_;
  const bool is_told = !s.is_detached_ && !is_closing_;
  if (type == frame_body) {
    const Bytes data = reader.take_bytes();
    data_received_ += data.size();
    ack_wanted_ = true;
    if (is_told && !s.stop_wanted_) events.on_body(s, data);
  } else if (type == frame_headers) {
    const int kind = reader.take<std::uint8_t>();
    const bool end_stream = reader.take<std::uint8_t>() != 0;
    s.set_headers(reader.take_bytes());
    if (is_told) events.on_headers(s, kind, end_stream);
  } else if (type == frame_fin) {
    s.fin_received_ = true;
    if (is_told) events.on_end(s);
  } else if (type == frame_reset) {
    s.peer_code_ = reader.take<std::uint64_t>();
    s.reset_received_ = true;
    if (is_told) events.on_reset(s, s.peer_code_);
  } else if (type == frame_stop) {
    const auto code = reader.take<std::uint64_t>();
    if (s.fin_sent_ || s.reset_wanted_) return;
    s.was_stopped_ = true;
    s.peer_code_ = code;
    s.reset(code);  // RFC 9000 section 3.5
    if (is_told) events.on_stop(s, code);
  } else {
    s.send_limit_ = std::max(s.send_limit_, reader.take<std::uint64_t>());
  }
}

}  // namespace usquic::test
