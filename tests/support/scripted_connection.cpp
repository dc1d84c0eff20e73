#include "support/scripted_connection.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "support/frames.h"
#include "usquic/http3_codes.h"

namespace usquic::test {

namespace {

constexpr std::size_t packet_size = 1200;
constexpr std::size_t max_packets_per_flush = 32;

TimePoint clock_now() {
  return TimePoint{std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch())};
}

int error_of_errno(int number) {
  return number == ECONNREFUSED ? US_QUIC_E_REFUSED : US_QUIC_E_UNREACHABLE;
}

}  // namespace

ScriptedConnection::ScriptedConnection(ScriptedEndpoint& endpoint, bool is_client, std::uint64_t id,
                                       const engine::Path& path)
    : endpoint_(endpoint),
      is_client_(is_client),
      id_(id),
      path_(path),
      alpn_(endpoint.alpn_),
      next_stream_(is_client ? 0 : 1),
      next_remote_stream_(is_client ? 1 : 0),
      last_activity_(clock_now()) {}

Result<engine::Stream*> ScriptedConnection::create_stream(engine::Direction direction, void* stream_user,
                                                          std::int64_t session_id) {
  if (session_id >= 0) return Error{US_QUIC_E_UNSUPPORTED};
  if (is_closing_) return Error{US_QUIC_E_CLOSED};
  if (got_goaway_) return Error{US_QUIC_E_GOAWAY};
  if (is_draining_) return Error{US_QUIC_E_STATE};
  if (direction == engine::Direction::unidirectional) return Error{US_QUIC_E_UNSUPPORTED};
  if (!is_client_ && alpn_ == "h3") return Error{US_QUIC_E_STATE};
  streams_.push_back(std::make_unique<ScriptedStream>(*this, true));
  streams_.back()->user = stream_user;
  return static_cast<engine::Stream*>(streams_.back().get());
}

std::uint64_t ScriptedConnection::max_streams() const {
  std::uint64_t open = 0;
  for (const auto& stream : streams_) open += stream->is_local_ && stream->id_ >= 0 ? 1 : 0;
  return peer_max_streams_ > open ? peer_max_streams_ - open : 0;
}

int ScriptedConnection::send_datagram(Bytes data) {
  if (!is_open_ || alpn_ == "h3") return US_QUIC_E_STATE;
  if (data.size() > packet_size - 64) return US_QUIC_E_TOO_LARGE;
  datagrams_.emplace_back(data.begin(), data.end());
  return 0;
}

int ScriptedConnection::send_stream_datagram(std::int64_t id, Bytes data) {
  if (is_closing_) return US_QUIC_E_CLOSED;
  if (!is_open_ || id < 0 || alpn_ != "h3" || !own_settings().datagrams) return US_QUIC_E_STATE;
  if (!peer_settings_.datagrams) return US_QUIC_E_UNSUPPORTED;
  if (data.size() > packet_size - 64) return US_QUIC_E_TOO_LARGE;
  stream_datagrams_.push_back({id, {data.begin(), data.end()}});
  return 0;
}

http3::Settings ScriptedConnection::own_settings() const {
  const engine::Config& config = endpoint_.config_;
  return {.max_field_section_size = config.max_header_list_size,
          .qpack_table_capacity = config.qpack_table_capacity,
          .qpack_blocked_streams = config.qpack_blocked_streams,
          .datagrams = config.datagrams && endpoint_.events_.takes_stream_datagrams()};
}

Result<std::uint64_t> ScriptedConnection::peer_setting(std::uint64_t id) const {
  if (!is_open_) return Error{US_QUIC_E_AGAIN};
  if (alpn_ != "h3") return Error{US_QUIC_E_STATE};
  if (const std::optional<std::uint64_t> value = peer_settings_.value(id)) return *value;
  return Error{US_QUIC_E_UNSUPPORTED};
}

void ScriptedConnection::close(std::uint64_t code, std::string_view reason) {
  if (is_closing_) return;
  is_closing_ = close_wanted_ = true;
  close_code_ = code;
  close_reason_ = reason.substr(0, 200);
}

void ScriptedConnection::detach() {
  if (!is_closing_) close(0, {});
  is_detached_ = true;
  user = nullptr;
  for (const auto& stream : streams_) stream->detach();
}

bool ScriptedConnection::has_output() const {
  if (is_ended_) return false;
  if (is_closing_) return close_wanted_;
  if (hello_wanted_ || welcome_wanted_ || ack_wanted_ || goaway_wanted_ || !datagrams_.empty() ||
      !stream_datagrams_.empty()) {
    return true;
  }
  if (!is_open_) return false;
  if (is_draining_ && (streams_.empty() || !is_goaway_sent_)) return true;
  const bool can_open = max_streams() > 0;
  return std::any_of(streams_.begin(), streams_.end(), [&](const auto& s) {
    return (s->id_ < 0 && can_open) || s->is_over() || s->has_output();
  });
}

void ScriptedConnection::open_waiting_streams() {
  if (!is_open_ || is_closing_) return;
  for (std::size_t i = 0; i < streams_.size() && max_streams() > 0; ++i) {
    ScriptedStream& stream = *streams_[i];
    if (stream.id_ >= 0) continue;
    stream.id_ = static_cast<std::int64_t>(next_stream_);
    next_stream_ += 4;
    stream.send_limit_ = peer_window_;
    stream.limit_told_ = endpoint_.config_.max_stream_data;
    if (!stream.is_detached_) endpoint_.events_.on_stream_open(*this, stream, true);
  }
}

void ScriptedConnection::flush(engine::SendBatch& batch) {
  if (is_ended_ || is_blocked_) return;
  open_waiting_streams();
  close_finished_streams();
  if (is_draining_ && is_open_ && !is_goaway_sent_ && !is_closing_) is_goaway_sent_ = goaway_wanted_ = true;
  for (std::size_t i = 0; i < max_packets_per_flush && has_output(); ++i) {
    const MutableBytes room = batch.reserve(path_.socket);
    if (room.empty()) {
      is_blocked_ = true;
      return;
    }
    FrameWriter writer(room.first(packet_size));
    writer.put(id_);
    writer.put(static_cast<std::uint8_t>(is_client_ ? 1 : 0));
    if (!fill_packet(writer)) break;
    batch.commit(path_, 0, writer.size(), writer.size());
    ++stats_.packets_sent;
    stats_.bytes_sent += writer.size();
  }
  if (is_closing_) return;
  notify_writable();
  close_finished_streams();
  if (is_draining_ && is_open_ && streams_.empty() && is_goaway_sent_ && !goaway_wanted_) {
    close_code_ = alpn_ == "h3" ? std::uint64_t{US_QUIC_H3_NO_ERROR} : 0;
    us_quic_close_info_t info{};
    info.is_application = 1;
    info.code = close_code_;
    info.reason = "";
    close(close_code_, {});
    endpoint_.events_.on_connection_close(*this, info);
    is_detached_ = true;  // the object lives until its goodbye is out
    user = nullptr;
  }
}

// False: nothing fits or nothing may be sent now.
bool ScriptedConnection::fill_packet(FrameWriter& writer) {
  const std::size_t start = writer.size();
  write_control(writer);
  if (!is_closing_) {
    for (const auto& stream : streams_) {
      if (writer.room() < 64) break;
      while (stream->has_output() && write_stream(*stream, writer)) {
      }
    }
  }
  return writer.size() > start;
}

void ScriptedConnection::write_control(FrameWriter& writer) {
  if (is_closing_) {
    close_wanted_ = false;
    writer.put(frame_close);
    writer.put(std::uint8_t{refuse_wanted_ ? std::uint8_t{0} : std::uint8_t{1}});
    writer.put(close_code_);
    writer.put_bytes(as_bytes(close_reason_));
    return;
  }
  if (hello_wanted_ || welcome_wanted_) {
    writer.put(hello_wanted_ ? frame_hello : frame_welcome);
    writer.put(endpoint_.config_.max_streams_bidi);
    writer.put(endpoint_.config_.max_stream_data);
    writer.put_bytes(as_bytes(alpn_));
    writer.put_bytes(as_bytes(server_name_));
    writer.put_bytes(http3::settings_frame(own_settings(), endpoint_.config_.settings));
    hello_wanted_ = welcome_wanted_ = false;
  }
  if (goaway_wanted_) writer.put(frame_goaway);
  goaway_wanted_ = false;
  if (ack_wanted_) {
    writer.put(frame_ack);
    writer.put(data_received_);
    ack_wanted_ = false;
  }
  while (!datagrams_.empty() && writer.room() > datagrams_.front().size() + 8) {
    writer.put(frame_datagram);
    writer.put_bytes(datagrams_.front());
    datagrams_.erase(datagrams_.begin());
  }
  while (!stream_datagrams_.empty() && writer.room() > stream_datagrams_.front().bytes.size() + 16) {
    writer.put(frame_stream_datagram);
    writer.put(stream_datagrams_.front().id);
    writer.put_bytes(stream_datagrams_.front().bytes);
    stream_datagrams_.erase(stream_datagrams_.begin());
  }
}

bool ScriptedConnection::write_stream(ScriptedStream& s, FrameWriter& writer) {
  if (writer.room() < 64) return false;
  const auto begin = [&](FrameType type) {
    writer.put(type);
    writer.put(s.id_);
  };
  if (s.stop_wanted_ && !s.stop_sent_) {
    begin(frame_stop);
    writer.put(s.stop_code_);
    s.stop_sent_ = true;
  } else if (s.credit_wanted_) {
    begin(frame_credit);
    s.limit_told_ = s.consumed_ + endpoint_.config_.max_stream_data;
    writer.put(s.limit_told_);
    s.credit_wanted_ = false;
  } else if (s.reset_wanted_) {
    begin(frame_reset);
    writer.put(s.reset_code_);
    s.reset_sent_ = true;
  } else if (s.pieces_.empty()) {
    begin(frame_fin);
    s.fin_sent_ = true;
  } else if (s.pieces_.front().is_headers) {
    ScriptedStream::Piece& piece = s.pieces_.front();
    if (writer.room() < piece.bytes.size() + 32) return false;
    begin(frame_headers);
    writer.put(static_cast<std::uint8_t>(piece.headers_kind));
    writer.put(std::uint8_t{s.fin_wanted_ && s.pieces_.size() == 1});
    writer.put_bytes(piece.bytes);
    s.pieces_.pop_front();
  } else {
    ScriptedStream::Piece& piece = s.pieces_.front();
    const Bytes left = piece.view().subspan(piece.sent);
    const std::uint64_t allowed = std::min(s.send_limit_ - s.body_sent_, congestion_room());
    const std::size_t length = std::min({left.size(), static_cast<std::size_t>(allowed), writer.room() - 32});
    if (length == 0) return false;
    begin(frame_body);
    writer.put_bytes(left.first(length));
    piece.sent += length;
    s.unsent_ -= length;
    s.body_sent_ += length;
    data_sent_ += length;
    if (piece.sent == piece.view().size()) {
      s.done_with(piece);
      s.pieces_.pop_front();
    }
  }
  return true;
}

void ScriptedConnection::notify_writable() {
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    ScriptedStream& s = *streams_[i];
    if (!s.wants_writable_ || s.unsent_ * 2 >= endpoint_.config_.send_buffer_bytes) continue;
    s.wants_writable_ = false;
    if (!s.is_detached_ && s.can_send()) endpoint_.events_.on_writable(s);
  }
}

void ScriptedConnection::close_finished_streams() {
  for (std::size_t i = 0; i < streams_.size() && !is_closing_;) {
    // Out of the list first: callbacks may create streams.
    if (!streams_[i]->is_over()) {
      ++i;
      continue;
    }
    const std::unique_ptr<ScriptedStream> over = std::move(streams_[i]);
    streams_.erase(streams_.begin() + static_cast<std::ptrdiff_t>(i));
    if (!over->is_detached_) endpoint_.events_.on_stream_close(*over, over->close_info());
  }
}

void ScriptedConnection::end(const us_quic_close_info_t& info) {
  if (is_ended_) return;
  const bool is_known = !is_closing_;
  is_ended_ = is_closing_ = true;
  close_wanted_ = false;
  if (!is_known) return;  // the caller closed it, wants to hear nothing, and is yet to detach it
  failure_ = info;
  for (std::size_t i = 0; i < streams_.size(); ++i) {
    ScriptedStream& s = *streams_[i];
    if (s.is_detached_) continue;
    // One that both sides had finished is no victim of the end.
    const us_quic_stream_close_info_t cut{US_QUIC_E_CLOSED, info.code};
    endpoint_.events_.on_stream_close(s, s.is_over() ? s.close_info() : cut);
  }
  failure_.reset();
  if (user != nullptr) endpoint_.events_.on_connection_close(*this, info);
  is_detached_ = true;  // the caller has let go of it
}

TimePoint ScriptedConnection::deadline() const {
  if (is_ended_) return never;
  if (path_error_ != 0) return TimePoint::min();
  const engine::Config& config = endpoint_.config_;
  return last_activity_ + (is_open_ ? config.idle_timeout : config.handshake_timeout);
}

void ScriptedConnection::expire(TimePoint now) {
  if (deadline() > now) return;
  us_quic_close_info_t info{};
  info.reason = "";
  info.error = is_open_ ? US_QUIC_E_IDLE_TIMEOUT : US_QUIC_E_HANDSHAKE_TIMEOUT;
  if (path_error_ != 0) info.error = error_of_errno(path_error_);
  end(info);
}

}  // namespace usquic::test
