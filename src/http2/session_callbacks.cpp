#include "http2/session_callbacks.h"

#include <sys/types.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <string_view>

#include "http2/native_fields.h"
#include "http2/server_session.h"

namespace usquic::http2 {
namespace {

// A field section may be as long as the application says.
constexpr std::size_t max_sent_section_bytes = 1 << 20;
constexpr std::size_t max_continuations = 256;

ServerSession& session_of(void* user) {
  return *static_cast<ServerSession*>(user);
}

std::string_view text_of(const std::uint8_t* bytes, std::size_t length) {
  return {reinterpret_cast<const char*>(bytes), length};
}

// Memory that is used up ends the connection.
template <class Task>
int run(Task task) noexcept {
  try {
    return task();
  } catch (const std::bad_alloc&) {
    return NGHTTP2_ERR_CALLBACK_FAILURE;
  }
}

}  // namespace

struct SessionCallbacks {
  static int on_begin_frame(nghttp2_session* /*session*/, const nghttp2_frame_hd* head, void* user) {
    return run([&] {
      session_of(user).count_frame(
          {head->stream_id, head->type, head->length == 0, (head->flags & NGHTTP2_FLAG_END_STREAM) != 0});
      return 0;
    });
  }

  static int on_begin_headers(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    return run([&] {
      const bool is_request = frame->headers.cat == NGHTTP2_HCAT_REQUEST;
      const bool is_taken = session_of(user).begin_section(frame->hd.stream_id, is_request);
      return is_taken ? 0 : NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    });
  }

  static int on_header(nghttp2_session* /*session*/, const nghttp2_frame* /*frame*/, const std::uint8_t* name,
                       std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                       std::uint8_t /*flags*/, void* user) {
    return run([&] {
      session_of(user).add_field(text_of(name, name_length), text_of(value, value_length));
      return 0;
    });
  }

  static int on_frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    ServerSession& session = session_of(user);
    Stream* stream = session.find(frame->hd.stream_id);
    if (stream == nullptr) return 0;
    const bool ends_stream = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    return run([&] {
      switch (frame->hd.type) {
        case NGHTTP2_HEADERS:
          session.end_section(*stream, ends_stream);
          break;
        case NGHTTP2_DATA:
          count_padding(session, *frame);
          if (ends_stream) session.take_end(*stream);
          break;
        case NGHTTP2_RST_STREAM:
          stream->is_reset_ = true;  // nothing more can be sent
          if (stream->is_announced_) stream->on_reset();
          break;
        default:
          break;
      }
      return 0;
    });
  }

  // A frame of padding alone is as empty as one without a payload, which was counted when it began.
  static void count_padding(ServerSession& session, const nghttp2_frame& frame) {
    const bool is_empty = frame.hd.length > 0 && frame.hd.length == frame.data.padlen;
    if (!is_empty) return;
    session.count_frame(
        {frame.hd.stream_id, NGHTTP2_DATA, true, (frame.hd.flags & NGHTTP2_FLAG_END_STREAM) != 0});
  }

  static int on_data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id,
                     const std::uint8_t* data, std::size_t length, void* user) {
    ServerSession& session = session_of(user);
    return run([&] {
      if (Stream* stream = session.find(id)) session.take_data(*stream, {data, length});
      return 0;
    });
  }

  static int on_stream_close(nghttp2_session* /*session*/, std::int32_t id, std::uint32_t /*code*/,
                             void* user) {
    ServerSession& session = session_of(user);
    if (Stream* stream = session.find(id)) session.close(*stream);
    return 0;
  }

  static int on_frame_sent(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    ServerSession& session = session_of(user);
    const bool ends_stream = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    if (frame->hd.type == NGHTTP2_RST_STREAM) {
      session.reset_sent(frame->hd.stream_id);
    } else if (ends_stream && (frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA)) {
      if (Stream* stream = session.find(frame->hd.stream_id)) session.end_sent(*stream);
    }
    return 0;
  }

  static ssize_t read_body(nghttp2_session* native, std::int32_t id, std::uint8_t* /*to*/, std::size_t length,
                           std::uint32_t* flags, nghttp2_data_source* source, void* /*user*/) {
    auto& stream = *static_cast<Stream*>(source->ptr);
    const std::size_t size = stream.outgoing_.front(length).size();
    const bool is_ending = stream.response_ == Stream::Response::ending;
    if (size == 0 && !is_ending) {
      stream.is_deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (is_ending && size == stream.buffered()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      if (stream.trailers_) return end_with_trailers(native, id, stream, flags, size);
    }
    return static_cast<ssize_t>(size);
  }

  static ssize_t end_with_trailers(nghttp2_session* native, std::int32_t id, const Stream& stream,
                                   std::uint32_t* flags, std::size_t size) {
    *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    return run([&] {
      const NativeFields fields(stream.trailers_->fields());
      const int code = nghttp2_submit_trailer(native, id, fields.data(), fields.size());
      return code == 0 ? static_cast<int>(size) : NGHTTP2_ERR_CALLBACK_FAILURE;
    });
  }

  static int send_body(nghttp2_session* /*session*/, nghttp2_frame* frame, const std::uint8_t* head,
                       std::size_t length, nghttp2_data_source* source, void* user) {
    ServerSession& session = session_of(user);
    auto& stream = *static_cast<Stream*>(source->ptr);
    // The frame had to wait, and what was to be in it is gone: nghttp2 leaves it out, and sends the RST_STREAM next.
    if (stream.is_reset_) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    if (session.room_ == 0) return NGHTTP2_ERR_WOULDBLOCK;
    return run([&] {
      constexpr std::size_t head_bytes = 9;
      session.sink_->write({head, head_bytes});
      if (length > 0) session.sink_->write(stream.outgoing_.front(length));
      session.room_ -= std::min(session.room_, head_bytes + length);
      session.guard_.expect_updates();
      stream.outgoing_.remove_front(length);
      const bool has_room = stream.outgoing_.room(session.settings_.send_buffer_bytes) > 0;
      if (stream.is_writable_due_ && has_room) stream.want_turn();
      static_cast<void>(frame);  // it has no padding
      return 0;
    });
  }
};

std::unique_ptr<nghttp2_session_callbacks, DeleteNative> session_callbacks() {
  nghttp2_session_callbacks* made = nullptr;
  if (nghttp2_session_callbacks_new(&made) != 0) return nullptr;
  nghttp2_session_callbacks_set_on_begin_frame_callback(made, SessionCallbacks::on_begin_frame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(made, SessionCallbacks::on_begin_headers);
  nghttp2_session_callbacks_set_on_header_callback(made, SessionCallbacks::on_header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(made, SessionCallbacks::on_frame);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(made, SessionCallbacks::on_data);
  nghttp2_session_callbacks_set_on_stream_close_callback(made, SessionCallbacks::on_stream_close);
  nghttp2_session_callbacks_set_on_frame_send_callback(made, SessionCallbacks::on_frame_sent);
  nghttp2_session_callbacks_set_send_data_callback(made, SessionCallbacks::send_body);
  return std::unique_ptr<nghttp2_session_callbacks, DeleteNative>(made);
}

std::unique_ptr<nghttp2_option, DeleteNative> session_options() {
  nghttp2_option* made = nullptr;
  if (nghttp2_option_new(&made) != 0) return nullptr;
  // The rules for messages are those of all versions (http/field_rules.h), credit is given for what was read, and how much
  // is too much is said by the options of a context (flood_guard.h).
  constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();
  nghttp2_option_set_no_http_messaging(made, 1);
  nghttp2_option_set_no_auto_window_update(made, 1);
  nghttp2_option_set_no_closed_streams(made, 1);
  nghttp2_option_set_stream_reset_rate_limit(made, unlimited, unlimited);
  nghttp2_option_set_max_send_header_block_length(made, max_sent_section_bytes);
  nghttp2_option_set_builtin_recv_extension_type(made, NGHTTP2_PRIORITY_UPDATE);
#if defined(USQUIC_HAS_MAX_CONTINUATIONS)
  // It counts the pieces that the head of such a frame comes in: with its default of 8, a client whose bytes come one by one
  // could not send any.
  nghttp2_option_set_max_continuations(made, max_continuations);
#endif
  return std::unique_ptr<nghttp2_option, DeleteNative>(made);
}

nghttp2_data_provider body_provider(Stream& stream) {
  nghttp2_data_provider provider{};
  provider.source.ptr = &stream;
  provider.read_callback = SessionCallbacks::read_body;
  return provider;
}

}  // namespace usquic::http2
