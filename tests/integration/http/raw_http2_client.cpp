#include "integration/http/raw_http2_client.h"

#include <sys/types.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "usquic/error.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t usual_stream_window = 1U << 20U;
constexpr std::uint64_t usual_connection_window = 16U << 20U;
constexpr std::size_t most_unsent = 256U << 10U;
constexpr std::size_t longest_section = 1U << 20U;

std::vector<nghttp2_nv> as_pairs(const Fields& fields) {
  std::vector<nghttp2_nv> pairs;
  pairs.reserve(fields.size());
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  for (const auto& [name, value] : fields) {
    pairs.push_back({bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE});
  }
  return pairs;
}

void must_succeed(int code) {
  if (code < 0) throw std::runtime_error(nghttp2_strerror(code));
}

}  // namespace

// ---- Callbacks ----

struct RawHttp2Callbacks {
  static RawHttp2Connection& connection_of(void* user) { return *static_cast<RawHttp2Connection*>(user); }
  // nullptr: it is over.
  static RawHttp2Request* request_of(nghttp2_session* session, std::int32_t id) {
    return static_cast<RawHttp2Request*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static int on_begin_headers(nghttp2_session* session, const nghttp2_frame* frame, void* /*user*/) {
    if (RawHttp2Request* request = request_of(session, frame->hd.stream_id)) request->section_.clear();
    return 0;
  }

  static int on_header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                       std::size_t name_length, const std::uint8_t* value, std::size_t value_length,
                       std::uint8_t /*flags*/, void* /*user*/) {
    if (RawHttp2Request* request = request_of(session, frame->hd.stream_id)) {
      request->section_.emplace_back(std::string(reinterpret_cast<const char*>(name), name_length),
                                     std::string(reinterpret_cast<const char*>(value), value_length));
    }
    return 0;
  }

  static int on_frame(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_GOAWAY) {
      connection_of(user).goaway = true;
      connection_of(user).code = frame->goaway.error_code;
      connection_of(user).last_streams.push_back(frame->goaway.last_stream_id);
    }
    RawHttp2Request* request = request_of(session, frame->hd.stream_id);
    if (request == nullptr) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS) {
      if (request->status == 0) {
        request->take_head(std::exchange(request->section_, {}));
      } else {
        request->trailers = std::exchange(request->section_, {});
      }
    }
    const bool carries_content = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (carries_content && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      request->is_end_due_ = true;
      request->end_if_due();
    }
    return 0;
  }

  static int on_data(nghttp2_session* session, std::uint8_t /*flags*/, std::int32_t id,
                     const std::uint8_t* data, std::size_t length, void* /*user*/) {
    if (RawHttp2Request* request = request_of(session, id)) {
      request->take_data({reinterpret_cast<const char*>(data), length});
    }
    return 0;
  }

  static int on_stream_close(nghttp2_session* session, std::int32_t id, std::uint32_t code, void* /*user*/) {
    if (RawHttp2Request* request = request_of(session, id)) request->take_stream_close(code);
    return 0;
  }

  // A request that came too late, behind the server's GOAWAY.
  static int on_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int /*code*/, void* /*user*/) {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (RawHttp2Request* request = request_of(session, frame->hd.stream_id)) {
      request->take_loss(US_QUIC_E_GOAWAY);
    }
    return 0;
  }

  static ssize_t read_body(nghttp2_session* session, std::int32_t id, std::uint8_t* to, std::size_t length,
                           std::uint32_t* flags, nghttp2_data_source* source, void* /*user*/) {
    auto& request = *static_cast<RawHttp2Request*>(source->ptr);
    RawBody& body = request.to_send_;
    std::size_t size = 0;
    while (size < length && !body.is_empty()) {
      const std::string_view piece = body.front().substr(0, length - size);
      piece.copy(reinterpret_cast<char*>(to) + size, piece.size());
      size += piece.size();
      body.remove_front(piece.size());
    }
    if (body.is_at_end()) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
      request.is_end_sent_ = true;
      if (!body.trailers().empty()) {
        *flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
        const auto pairs = as_pairs(body.trailers());
        must_succeed(nghttp2_submit_trailer(session, id, pairs.data(), pairs.size()));
      }
    } else if (size == 0) {
      request.is_deferred_ = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(size);
  }

  static nghttp2_session* make_session(RawHttp2Connection& connection) {
    nghttp2_session_callbacks* callbacks = nullptr;
    must_succeed(nghttp2_session_callbacks_new(&callbacks));
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin_headers);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, on_not_sent);
    nghttp2_option* option = nullptr;
    must_succeed(nghttp2_option_new(&option));
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_max_send_header_block_length(option, longest_section);
    nghttp2_session* made = nullptr;
    must_succeed(nghttp2_session_client_new2(&made, callbacks, &connection, option));
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return made;
  }
};

// ---- RawHttp2Request ----

void RawHttp2Request::pump() {
  if (id_ < 0) return;
  if (std::exchange(is_deferred_, false)) {
    static_cast<void>(nghttp2_session_resume_data(connection_.session(), id_));
  }
  connection_.send();
}

void RawHttp2Request::abort() {
  if (id_ < 0) return;
  must_succeed(nghttp2_submit_rst_stream(connection_.session(), NGHTTP2_FLAG_NONE, id_, NGHTTP2_CANCEL));
  connection_.send();
}

void RawHttp2Request::resume() {
  is_paused_ = false;
  const std::string bytes = std::exchange(held_, {});
  if (!bytes.empty()) take_data(bytes);
  end_if_due();
  connection_.send();
}

void RawHttp2Request::take_data(std::string_view bytes) {
  if (is_paused_) {
    held_ += bytes;
    return;
  }
  take_body(bytes);
  if (id_ >= 0) {
    must_succeed(nghttp2_session_consume(connection_.session(), id_, bytes.size()));
  } else {
    must_succeed(nghttp2_session_consume_connection(connection_.session(), bytes.size()));
  }
}

void RawHttp2Request::end_if_due() {
  if (!is_end_due_ || is_paused_) return;
  ended = true;
  if (id_ < 0 && !closed && is_end_sent_) take_close(US_QUIC_OK, 0);
}

// RFC 9113 section 8.1: NO_ERROR behind a whole response says that nobody wants the rest of the request.
void RawHttp2Request::take_stream_close(std::uint32_t code) {
  id_ = -1;
  if (code == NGHTTP2_REFUSED_STREAM) {
    take_close(US_QUIC_E_GOAWAY, code);
  } else if (is_end_due_ && is_end_sent_ && code == NGHTTP2_NO_ERROR) {
    end_if_due();  // later if it is paused
  } else if (is_end_due_ && code == NGHTTP2_NO_ERROR) {
    stopped = true;
    stop_code = code;
    take_close(US_QUIC_E_STOPPED, code);
  } else {
    reset = true;
    reset_code = code;
    take_close(US_QUIC_E_RESET, code);
  }
}

void RawHttp2Request::take_loss(int reason) {
  if (closed) return;
  id_ = -1;
  take_close(reason, 0);
}

// ---- RawHttp2Connection ----

RawHttp2Connection::RawHttp2Connection(std::unique_ptr<TlsSocket> socket, const RawClientOptions& options)
    : socket_(std::move(socket)), session_(RawHttp2Callbacks::make_session(*this), nghttp2_session_del) {
  const auto window = [](std::uint64_t wanted, std::uint64_t usual) {
    return static_cast<std::uint32_t>(wanted > 0 ? wanted : usual);
  };
  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, window(options.stream_window, usual_stream_window)}}};
  must_succeed(nghttp2_submit_settings(session(), NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  const auto of_all = static_cast<std::int32_t>(window(options.connection_window, usual_connection_window));
  must_succeed(nghttp2_session_set_local_window_size(session(), NGHTTP2_FLAG_NONE, 0, of_all));
  closed = socket_ == nullptr;  // nobody listens
  send();
}

RawHttp2Connection::~RawHttp2Connection() = default;

RawRequest* RawHttp2Connection::request(const Fields& fields, bool end_stream) {
  if (closed) return nullptr;
  RawHttp2Request* made = requests_.emplace_back(std::make_unique<RawHttp2Request>(*this)).get();
  nghttp2_data_provider body{};
  body.source.ptr = made;
  body.read_callback = RawHttp2Callbacks::read_body;
  const auto pairs = as_pairs(fields);
  const std::int32_t id = nghttp2_submit_request(session(), nullptr, pairs.data(), pairs.size(),
                                                 end_stream ? nullptr : &body, made);
  if (id < 0) {
    requests_.pop_back();
    return nullptr;
  }
  made->id_ = id;
  made->is_end_sent_ = end_stream;
  send();
  return made;
}

void RawHttp2Connection::close() {
  if (closed) return;
  must_succeed(nghttp2_session_terminate_session(session(), NGHTTP2_NO_ERROR));
  send();
  lose();
}

std::string RawHttp2Connection::server_certificate() const {
  return socket_ == nullptr ? "" : socket_->tls().server_certificate();
}

void RawHttp2Connection::send() {
  if (is_receiving_ || closed) return;
  while (socket_->unsent() < most_unsent) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session(), &bytes);
    must_succeed(static_cast<int>(std::min<ssize_t>(length, 0)));
    if (length == 0) break;
    socket_->send({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)});
  }
}

void RawHttp2Connection::receive() {
  const std::string bytes = socket_->take_received();
  if (bytes.empty()) return;
  is_receiving_ = true;
  const ssize_t taken =
      nghttp2_session_mem_recv(session(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  is_receiving_ = false;
  must_succeed(static_cast<int>(std::min<ssize_t>(taken, 0)));
}

void RawHttp2Connection::carry() {
  if (closed) return;
  socket_->carry();
  open = open || socket_->is_open();
  receive();
  send();
  const bool is_over =
      nghttp2_session_want_read(session()) == 0 && nghttp2_session_want_write(session()) == 0;
  if (is_over || socket_->has_ended()) lose();
}

// Nothing goes and nothing comes any more.
void RawHttp2Connection::lose() {
  closed = true;
  if (!socket_->has_ended()) socket_->end();
  for (const auto& each : requests_) each->take_loss(US_QUIC_E_RESET);
  const std::unique_ptr<TlsSocket> leaves = std::move(socket_);
}

void RawHttp2Connection::add_polls(std::vector<pollfd>& to) const {
  if (socket_ != nullptr) to.push_back(socket_->poll());
}

// ---- RawHttp2Client ----

RawHttp2Connection* RawHttp2Client::connect_as(const std::string& server_name, int port) {
  TlsStreamClient::Options tls;
  tls.server_name = server_name;
  tls.address = "127.0.0.1";
  tls.alpn = {"h2"};
  tls.identity = options_.identity;
  tls.ca = options_.ca;
  connections_.push_back(std::make_unique<RawHttp2Connection>(TlsSocket::connect(port, tls), options_));
  return connections_.back().get();
}

void RawHttp2Client::carry() {
  for (std::size_t i = 0; i < connections_.size(); ++i) connections_[i]->carry();
}

void RawHttp2Client::add_polls(std::vector<pollfd>& to) const {
  for (const auto& each : connections_) each->add_polls(to);
}

}  // namespace usquic::test
