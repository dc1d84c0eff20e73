#include <algorithm>
#include <utility>

#include "support/frames.h"
#include "support/scripted_connection.h"

namespace usquic::test {

int ScriptedStream::check_write() const {
  if (was_stopped_) return US_QUIC_E_STOPPED;
  if (!can_send()) return US_QUIC_E_STATE;
  if (connection_.alpn_ == "h3" && sections_sent_ == 0) return US_QUIC_E_STATE;
  return 0;
}

int ScriptedStream::send_headers(std::span<const us_quic_header_t> fields, bool end_stream) {
  if (connection_.alpn_ != "h3" || !can_send()) return US_QUIC_E_STATE;
  Piece piece;
  piece.is_headers = true;
  piece.headers_kind = sections_sent_ == 0 ? US_QUIC_HEADERS_MESSAGE : US_QUIC_HEADERS_TRAILERS;
  const auto append = [&](const void* data, std::size_t length) {
    const auto size = static_cast<std::uint32_t>(length);
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&size);
    piece.bytes.insert(piece.bytes.end(), begin, begin + sizeof(size));
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    piece.bytes.insert(piece.bytes.end(), bytes, bytes + length);
  };
  for (const us_quic_header_t& field : fields) {
    const std::string_view name(field.name, field.name_length);
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (std::any_of(name.begin(), name.end(), is_upper)) return US_QUIC_E_HEADERS;
    const bool is_informational = name == ":status" && field.value_length > 0 && field.value[0] == '1';
    if (is_informational) piece.headers_kind = US_QUIC_HEADERS_INFORMATIONAL;
    append(field.name, field.name_length);
    append(field.value, field.value_length);
  }
  if (piece.headers_kind != US_QUIC_HEADERS_INFORMATIONAL) ++sections_sent_;
  pieces_.push_back(std::move(piece));
  fin_wanted_ = end_stream;
  return 0;
}

int ScriptedStream::send_response(std::span<const us_quic_header_t> fields, Bytes body) {
  if (is_local() || sections_sent_ > 0) return US_QUIC_E_STATE;
  if (body.size() > connection_.endpoint_.config_.send_buffer_bytes) return US_QUIC_E_TOO_LARGE;
  if (const int error = send_headers(fields, body.empty()); error != 0 || body.empty()) return error;
  write(body);
  return finish();
}

std::size_t ScriptedStream::room(std::size_t length) {
  const std::size_t bound = connection_.endpoint_.config_.send_buffer_bytes;
  const std::size_t free = unsent_ < bound ? bound - unsent_ : 0;
  if (free < length) wants_writable_ = true;
  return std::min(free, length);
}

std::ptrdiff_t ScriptedStream::write(Bytes data) {
  if (const int error = check_write()) return error;
  const std::size_t length = room(data.size());
  if (length == 0) return 0;
  Piece piece;
  piece.bytes.assign(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(length));
  pieces_.push_back(std::move(piece));
  unsent_ += length;
  return static_cast<std::ptrdiff_t>(length);
}

std::ptrdiff_t ScriptedStream::write_static(Bytes data, void (*release)(void* user), void* user_data) {
  if (const int error = check_write()) return error;
  if (room(data.size()) < data.size()) return 0;
  Piece piece;
  piece.borrowed = data;
  piece.release = release;
  piece.user = user_data;
  pieces_.push_back(std::move(piece));
  unsent_ += data.size();
  return static_cast<std::ptrdiff_t>(data.size());
}

int ScriptedStream::finish() {
  if (const int error = check_write()) return error;
  fin_wanted_ = true;
  return 0;
}

int ScriptedStream::reset(std::uint64_t code) {
  if (reset_wanted_ || fin_sent_) return US_QUIC_E_STATE;
  reset_wanted_ = true;
  reset_code_ = code;
  drop_unsent();
  return 0;
}

int ScriptedStream::stop(std::uint64_t code) {
  if (stop_wanted_ || fin_received_ || reset_received_) return US_QUIC_E_STATE;
  stop_wanted_ = true;
  stop_code_ = code;
  return 0;
}

int ScriptedStream::send_datagram(Bytes data) {
  if (was_stopped_) return US_QUIC_E_STOPPED;
  return can_send() ? connection_.send_stream_datagram(id_, data) : US_QUIC_E_STATE;
}

void ScriptedStream::consume(std::size_t length) {
  consumed_ += length;
  const std::uint64_t window = connection_.endpoint_.config_.max_stream_data;
  if (consumed_ + window - limit_told_ >= window / 2) credit_wanted_ = true;
}

void ScriptedStream::detach() {
  is_detached_ = true;
  user = nullptr;
}

void ScriptedStream::done_with(Piece& piece) {
  if (piece.release == nullptr) return;
  connection_.endpoint_.releases_.push_back(
      [release = piece.release, user_data = piece.user] { release(user_data); });
}

void ScriptedStream::drop_unsent() {
  for (Piece& piece : pieces_) done_with(piece);
  pieces_.clear();
  unsent_ = 0;
}

bool ScriptedStream::has_output() const {
  if (id_ < 0) return false;
  if ((reset_wanted_ && !reset_sent_) || (stop_wanted_ && !stop_sent_) || credit_wanted_) return true;
  if (reset_wanted_) return false;
  if (pieces_.empty()) return fin_wanted_ && !fin_sent_;
  return pieces_.front().is_headers || (body_sent_ < send_limit_ && connection_.congestion_room() > 0);
}

us_quic_stream_close_info_t ScriptedStream::close_info() const {
  if (reset_received_) return {US_QUIC_E_RESET, peer_code_};
  if (was_stopped_) return {US_QUIC_E_STOPPED, peer_code_};
  if (reset_wanted_) return {US_QUIC_E_CLOSED, reset_code_};
  return {US_QUIC_OK, 0};
}

void ScriptedStream::set_headers(Bytes encoded) {
  section_.assign(encoded.begin(), encoded.end());
  fields_.clear();
  FrameReader reader(section_);
  while (!reader.at_end()) {
    const std::string_view name = as_text(reader.take_bytes());
    const std::string_view value = as_text(reader.take_bytes());
    if (!reader.is_bad()) fields_.push_back({name.data(), name.size(), value.data(), value.size(), 0});
  }
}

}  // namespace usquic::test
