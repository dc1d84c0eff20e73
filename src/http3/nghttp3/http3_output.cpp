// What goes: stream data for packets, and what became of it.
#include <algorithm>
#include <new>
#include <utility>

#include "http3/nghttp3/errors.h"
#include "http3/nghttp3/http3_connection.h"

namespace usquic::http3 {

namespace {

// Body bytes of one DATA frame. Large, since nghttp3 keeps books per frame; what waits in a frame is still
// counted as unsent, and other streams are scheduled by bytes written, not by frames.
constexpr std::size_t max_frame_bytes = 128 * 1024;

// So many bytes of a stream go out before nghttp3 is asked again whose turn it is, which takes longer than to
// protect a packet. Streams of the same urgency that are incremental take turns of this size.
constexpr std::size_t turn_bytes = 16 * 1024;

}  // namespace

int Http3Connection::next_output(std::span<Bytes> views, Output& out) {
  out = {};
  if (go_on_with_output(views, out)) return 0;
  output_count_ = 0;
  output_id_ = -1;
  turn_left_ = turn_bytes;
  if (next_control_output(views, out) || next_decoder_output(views, out)) return 0;
  int fin = 0;
  for (;;) {
    const nghttp3_ssize count = nghttp3_conn_writev_stream(connection_, &output_id_, &fin, output_.data(),
                                                           std::min(views.size(), output_.size()));
    if (count < 0) return static_cast<int>(count);
    output_count_ = static_cast<std::size_t>(count);
    if (output_stream_ == nullptr || output_stream_->id_ != output_id_) output_stream_ = find(output_id_);
    if (output_stream_ == nullptr || !output_stream_->write_closed_) break;
    // A PRIORITY_UPDATE makes nghttp3 schedule a stream again that was stopped; its body may be gone.
    nghttp3_conn_shutdown_stream_write(connection_, output_id_);
  }
  for (std::size_t i = 0; i < output_count_; ++i) views[i] = {output_[i].base, output_[i].len};
  out.id = output_id_;
  out.fin = output_fin_ = fin != 0;
  out.count = output_count_;
  return 0;
}

// What is left of the output, while its stream's turn lasts.
bool Http3Connection::go_on_with_output(std::span<Bytes> views, Output& out) {
  const MessageState* s = output_stream_;
  if (output_count_ == 0 || turn_left_ == 0 || s == nullptr || s->id_ != output_id_ || s->write_closed_)
    return false;
  for (const nghttp3_vec& view : std::span(output_).first(output_count_)) {
    if (view.len > 0 && out.count < views.size()) views[out.count++] = {view.base, view.len};
  }
  if (out.count == 0) return false;
  out.id = output_id_;
  out.fin = output_fin_;
  return true;
}

void Http3Connection::forget_output() {
  output_count_ = 0;
}

// RFC 9114 section 6.2.1: SETTINGS are the first frame of the control stream, and sent as early as possible.
bool Http3Connection::next_control_output(std::span<Bytes> views, Output& out) {
  if (control_blocked_ || control_out_.untaken() == 0) return false;
  out.id = output_id_ = control_id_;
  out.count = control_out_.peek(views, control_out_.untaken());
  return true;
}

// Decoder instructions go first of what follows: they let the peer's encoder use its table.
bool Http3Connection::next_decoder_output(std::span<Bytes> views, Output& out) {
  if (!decoder_type_written_ || decoder_blocked_) return false;
  decoder_.drain(decoder_out_);  // what cannot be moved now, for want of memory, is moved later
  if (decoder_out_.untaken() == 0) return false;
  out.id = output_id_ = decoder_id_;
  out.count = decoder_out_.peek(views, decoder_out_.untaken());
  return true;
}

void Http3Connection::written(std::int64_t id, std::size_t length) {
  if (id == control_id_ && control_out_.untaken() > 0) {
    control_out_.take(length);
    return;
  }
  if (id == decoder_id_ && decoder_type_written_) {
    decoder_out_.take(length);
    return;
  }
  if (id == decoder_id_ && length > 0) decoder_type_written_ = true;
  MessageState* s = output_stream_ != nullptr && output_stream_->id_ == id ? output_stream_ : nullptr;
  const std::size_t offered = output_length();
  turn_left_ -= std::min(turn_left_, length);
  if (s != nullptr) count_body(*s, length);
  nghttp3_conn_add_write_offset(connection_, id, length);
  if (s == nullptr || !output_fin_ || length != offered) return;
  s->end_written_ = true;
  if (s->held_acknowledged_ > 0) {
    nghttp3_conn_add_ack_offset(connection_, id, std::exchange(s->held_acknowledged_, 0));
  }
}

std::size_t Http3Connection::output_length() const {
  std::size_t length = 0;
  for (std::size_t i = 0; i < output_count_; ++i) length += output_[i].len;
  return length;
}

// Of the `length` bytes just written, those that are the body's: body bytes go out in order, so a view that
// begins where the body goes on is the body's, every other one is nghttp3's own.
void Http3Connection::count_body(MessageState& s, std::size_t length) {
  for (std::size_t i = 0; i < output_count_ && length > 0; ++i) {
    nghttp3_vec& view = output_[i];
    const std::size_t piece = std::min(view.len, length);
    if (piece == 0) continue;
    Bytes next;
    if (s.body.peek({&next, 1}, piece) == 1 && next.data() == view.base) {
      s.body.take(piece);
      s.framed_ -= piece;
    }
    view.base += piece;
    view.len -= piece;
    length -= piece;
  }
}

void Http3Connection::acknowledged(std::int64_t id, std::size_t length) {
  if (id == control_id_) {
    const std::uint64_t own = control_out_.taken() - control_out_.acknowledged();
    const std::size_t settings = std::min(length, static_cast<std::size_t>(own));
    if (settings > 0) control_out_.acknowledge(settings);
    if (settings == length) return;
    length -= settings;
  }
  if (id == decoder_id_ && length > 0) {
    if (!decoder_type_acknowledged_) {
      decoder_type_acknowledged_ = true;
      nghttp3_conn_add_ack_offset(connection_, id, 1);
      --length;
    }
    decoder_out_.acknowledge(length);
    return;
  }
  MessageState* s = find(id);
  if (s != nullptr && s->has_frames_) return s->body.acknowledge(length);
  // nghttp3 1.8 forgets an end that was not written when all before it is acknowledged, as happens when
  // pacing holds it back.
  if (s != nullptr && s->write_ended_ && !s->end_written_) {
    s->held_acknowledged_ += length;
    return;
  }
  nghttp3_conn_add_ack_offset(connection_, id, length);
}

void Http3Connection::blocked(std::int64_t id) {
  forget_output();
  if (id == control_id_) control_blocked_ = true;
  if (id == decoder_id_) decoder_blocked_ = true;
  nghttp3_conn_block_stream(connection_, id);
}

void Http3Connection::unblocked(std::int64_t id) {
  if (id == control_id_) control_blocked_ = false;
  if (id == decoder_id_) decoder_blocked_ = false;
  // nghttp3 would schedule a stream again that was stopped.
  if (const MessageState* s = find(id); s != nullptr && s->write_closed_) return;
  nghttp3_conn_unblock_stream(connection_, id);
}

nghttp3_ssize Http3Connection::on_read_data(nghttp3_conn*, std::int64_t, nghttp3_vec* vec, std::size_t count,
                                            std::uint32_t* flags, void*, void* stream_user) {
  auto* s = static_cast<MessageState*>(stream_user);
  if (s == nullptr || s->write_closed_) return NGHTTP3_ERR_WOULDBLOCK;
  std::array<Bytes, 8> views;
  const std::span<Bytes> room(views.data(), std::min(views.size(), count));
  const std::size_t filled = s->body.peek(room, max_frame_bytes, s->framed_);
  for (std::size_t i = 0; i < filled; ++i) {
    // nghttp3 only reads there.
    vec[i] = {const_cast<std::uint8_t*>(views[i].data()), views[i].size()};
    s->framed_ += views[i].size();
  }
  if (s->framed_ == s->body.untaken() && (s->fin || s->trailers_submitted_)) {
    *flags |= NGHTTP3_DATA_FLAG_EOF;
    if (s->trailers_submitted_) *flags |= NGHTTP3_DATA_FLAG_NO_END_STREAM;
    s->write_ended_ = true;
  } else if (filled == 0) {
    return NGHTTP3_ERR_WOULDBLOCK;
  }
  return static_cast<nghttp3_ssize>(filled);
}

int Http3Connection::on_acknowledged(nghttp3_conn*, std::int64_t, std::uint64_t length, void*,
                                     void* stream_user) {
  auto* s = static_cast<MessageState*>(stream_user);
  if (s != nullptr) s->body.acknowledge(static_cast<std::size_t>(length));
  return 0;
}

}  // namespace usquic::http3
