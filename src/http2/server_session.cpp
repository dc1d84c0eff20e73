#include "http2/server_session.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <new>
#include <string>
#include <utility>

#include "http/field_rules.h"
#include "http/priority.h"
#include "http2/session_callbacks.h"
#include "http2/session_memory.h"

namespace usquic::http2 {
namespace {

constexpr us_quic_header_t too_large_response[] = {{":status", 7, "431", 3, US_QUIC_HEADER_STATIC},
                                                   {"content-length", 14, "0", 1, US_QUIC_HEADER_STATIC}};

// The only failure of what is submitted to a session that stands is memory.
void check_memory(int code) {
  if (code != 0) throw std::bad_alloc();
}

}  // namespace

void ServerSession::Delete::operator()(nghttp2_session* session) const {
  nghttp2_session_del(session);
}

ServerSession::ServerSession(const Settings& settings, ChunkStore& frames, Owner& owner)
    : settings_(settings),
      owner_(owner),
      guard_(settings.max_resets_per_second, settings.max_controls_per_second),
      memory_(std::make_unique<SessionMemory>(frames)) {
  nghttp2_session* made = nullptr;
  const auto callbacks = session_callbacks();
  const auto options = session_options();
  if (callbacks == nullptr || options == nullptr) throw std::bad_alloc();
  nghttp2_mem functions = memory_->functions();
  check_memory(nghttp2_session_server_new3(&made, callbacks.get(), this, options.get(), &functions));
  session_.reset(made);
  const std::array<nghttp2_settings_entry, 5> entries{{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings.max_streams},
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings.stream_window},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings.max_section_bytes)},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  check_memory(nghttp2_submit_settings(made, NGHTTP2_FLAG_NONE, entries.data(), entries.size()));
  const auto window = static_cast<std::int32_t>(settings.connection_window);
  check_memory(nghttp2_session_set_local_window_size(made, NGHTTP2_FLAG_NONE, 0, window));
}

ServerSession::~ServerSession() {
  while (Stream* stream = streams_.front()) close(*stream);
}

bool ServerSession::receive(Bytes bytes, TimePoint now) {
  if (is_ending_) return false;
  now_ = now;
  const ssize_t taken = nghttp2_session_mem_recv(session_.get(), bytes.data(), bytes.size());
  if (taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC) owner_.on_refusal("it does not begin as HTTP/2 does");
  if (taken == NGHTTP2_ERR_FLOODED) owner_.on_refusal("it asks for answers and does not read them");
  if (taken == NGHTTP2_ERR_TOO_MANY_CONTINUATIONS) owner_.on_refusal("its header section has no end");
  owner_.on_work();
  return taken >= 0 && !is_ending_;
}

bool ServerSession::has_output() const {
  return nghttp2_session_want_write(session_.get()) != 0;
}

bool ServerSession::is_over() const {
  return nghttp2_session_want_read(session_.get()) == 0 && !has_output();
}

bool ServerSession::produce(Sink& sink, std::size_t most) {
  sink_ = &sink;
  room_ = most;
  while (room_ > 0) {
    const std::uint8_t* data = nullptr;
    const ssize_t length = nghttp2_session_mem_send(session_.get(), &data);
    if (length < 0) return false;
    if (length == 0) break;
    const auto size = static_cast<std::size_t>(length);
    sink.write({data, size});
    room_ -= std::min(room_, size);
  }
  sink_ = nullptr;
  return true;
}

void ServerSession::tell() {
  List<Stream, ForTurn> now;
  now.take_all(to_tell_);
  while (Stream* stream = now.pop_front()) {
    if (!stream->input_.is_paused && !stream->input_.held.empty()) {
      const std::vector<std::uint8_t> held = std::exchange(stream->input_.held, {});
      consume(*stream, held.size());
      stream->on_body(held);
    }
    if (!stream->input_.is_paused && std::exchange(stream->input_.are_trailers_due, false))
      stream->on_trailers();
    if (!stream->input_.is_paused && std::exchange(stream->input_.is_end_due, false))
      stream->on_request_end();
    const bool has_room = stream->outgoing_.room(settings_.send_buffer_bytes) > 0;
    if (has_room && std::exchange(stream->is_writable_due_, false)) stream->on_writable();
  }
}

void ServerSession::announce_end() {
  static_cast<void>(nghttp2_submit_shutdown_notice(session_.get()));
  owner_.on_work();
}

void ServerSession::take_no_more() {
  const std::int32_t last = nghttp2_session_get_last_proc_stream_id(session_.get());
  static_cast<void>(
      nghttp2_submit_goaway(session_.get(), NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, nullptr, 0));
  owner_.on_work();
}

bool ServerSession::awaits_client() {
  for (Stream* each = streams_.front(); each != nullptr; each = streams_.next(each)) {
    const bool reads = each->request_ != Stream::Request::over && !each->input_.is_paused;
    if (reads || each->buffered() > 0) return true;
  }
  return false;
}

Stream* ServerSession::find(std::int32_t id) const {
  return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session_.get(), id));
}

// ---- Faults of the client ----

void ServerSession::end_with(ErrorCode code, std::string_view reason) {
  if (std::exchange(is_ending_, true)) return;
  owner_.on_refusal(reason);
  check_memory(nghttp2_session_terminate_session(session_.get(), static_cast<std::uint32_t>(code)));
}

void ServerSession::refuse(Stream& stream, ErrorCode code, std::string_view reason) {
  owner_.on_refusal(reason);
  // RFC 9113 section 8.1.1: the response may go first, so one that is whole is not taken back.
  if (stream.response_ >= Stream::Response::ending) {
    stream.stop_receiving();
  } else {
    stream.reset(code);
  }
  if (!guard_.allow_reset(now_)) end_with(ErrorCode::enhance_your_calm, "it has too many streams reset");
}

void ServerSession::count_frame(const FrameHead& head) {
  has_begun_ = true;
  bool is_allowed = true;
  switch (head.type) {
    case NGHTTP2_HEADERS:
      break;
    case NGHTTP2_DATA:
      if (head.is_empty && !head.ends_stream) is_allowed = guard_.allow_control(now_);
      break;
    case NGHTTP2_WINDOW_UPDATE:
      is_allowed = guard_.allow_update(now_);
      break;
    case NGHTTP2_RST_STREAM:
      is_allowed = find(head.stream_id) != nullptr ? guard_.allow_reset(now_) : guard_.allow_control(now_);
      break;
    default:
      is_allowed = guard_.allow_control(now_);
  }
  if (is_allowed) return;
  const bool is_reset = head.type == NGHTTP2_RST_STREAM;
  end_with(ErrorCode::enhance_your_calm,
           is_reset ? "it resets too many streams" : "it sends too many frames");
}

// ---- Requests ----

bool ServerSession::begin_section(std::int32_t id, bool is_request) {
  if (is_ending_) return false;
  if (!is_request) {
    in_head_ = find(id);
    if (in_head_ != nullptr) in_head_->section_.clear();
    return in_head_ != nullptr;
  }
  Stream* stream = owner_.make_stream();
  if (stream == nullptr) {
    // RFC 9113 section 8.7: the client may try again.
    check_memory(nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM));
    return true;
  }
  stream->begin(*this, id);
  streams_.push_back(stream);
  check_memory(nghttp2_session_set_stream_user_data(session_.get(), id, stream));
  in_head_ = stream;
  return true;
}

void ServerSession::add_field(std::string_view name, std::string_view value) {
  if (in_head_ == nullptr) return;
  const Section::Fit fit = in_head_->section_.add(name, value, settings_.max_section_bytes);
  if (fit == Section::Fit::flood)
    end_with(ErrorCode::enhance_your_calm, "its header section is far too large");
}

void ServerSession::end_section(Stream& stream, bool ends_stream) {
  in_head_ = nullptr;
  if (is_ending_ || stream.is_reset_) return;
  stream.fields_ = stream.section_.complete();
  if (stream.request_ == Stream::Request::head) {
    take_request(stream, ends_stream);
  } else {
    take_trailers(stream, ends_stream);
  }
}

void ServerSession::take_request(Stream& stream, bool ends_stream) {
  stream.request_ = Stream::Request::body;
  if (stream.section_.is_too_large()) {
    owner_.on_refusal("a header section is too large");
    stream.stop_receiving();
    if (ends_stream) stream.request_ = Stream::Request::over;
    if (!stream.send_headers(too_large_response, true)) stream.reset(ErrorCode::internal_error);
    return;
  }
  http::SectionFacts facts;
  if (http::check_received_section(http::SectionKind::request, stream.fields_, facts) != 0) {
    return refuse(stream, ErrorCode::protocol_error, "a request is malformed");
  }
  stream.input_.body.expect(facts.content_length);
  if (ends_stream && stream.input_.body.is_short()) {
    return refuse(stream, ErrorCode::protocol_error, "a request is shorter than its content-length");
  }
  if (const auto priority = http::parse_priority(facts.priority); priority && !facts.priority.empty()) {
    const nghttp2_extpri native{priority->urgency, priority->incremental ? 1 : 0};
    static_cast<void>(nghttp2_session_change_extpri_stream_priority(session_.get(), stream.id_, &native, 0));
  }
  stream.is_announced_ = true;
  stream.on_request(!ends_stream);
  if (ends_stream) take_end(stream);
}

void ServerSession::take_trailers(Stream& stream, bool ends_stream) {
  http::SectionFacts facts;
  const bool is_valid = ends_stream && !stream.section_.is_too_large() &&
                        http::check_received_section(http::SectionKind::trailers, stream.fields_, facts) == 0;
  if (!is_valid) return refuse(stream, ErrorCode::protocol_error, "a trailer section is malformed");
  // What is held of the body comes first.
  stream.input_.are_trailers_due = stream.input_.holds();
  if (!stream.input_.is_dropped && !stream.input_.are_trailers_due) stream.on_trailers();
  take_end(stream);
}

void ServerSession::take_data(Stream& stream, Bytes data) {
  if (!stream.is_reset_) {
    stream.input_.body.add(data.size());
    if (stream.input_.body.is_exceeded()) {
      refuse(stream, ErrorCode::protocol_error, "a request is longer than its content-length");
    }
  }
  if (stream.input_.is_dropped) {
    // The client gets no credit for more on this stream.
    static_cast<void>(nghttp2_session_consume_connection(session_.get(), data.size()));
  } else if (stream.input_.holds()) {
    stream.input_.held.insert(stream.input_.held.end(), data.begin(), data.end());
  } else {
    consume(stream, data.size());
    stream.on_body(data);
  }
}

void ServerSession::take_end(Stream& stream) {
  if (stream.is_reset_) return;
  stream.request_ = Stream::Request::over;
  if (stream.input_.body.is_short()) {
    return refuse(stream, ErrorCode::protocol_error, "a request is shorter than its content-length");
  }
  if (stream.input_.is_dropped) return;
  if (stream.input_.holds()) {
    stream.input_.is_end_due = true;
  } else {
    stream.on_request_end();
  }
}

void ServerSession::consume(const Stream& stream, std::size_t bytes) {
  static_cast<void>(nghttp2_session_consume(session_.get(), stream.id_, bytes));
}

// ---- Ends ----

void ServerSession::end_sent(Stream& stream) {
  stream.response_ = Stream::Response::over;
  if (stream.input_.is_dropped && stream.request_ != Stream::Request::over) stream.reset(ErrorCode::no_error);
}

// By nghttp2, for what is wrong with a frame: whoever makes this side reset streams is as costly as whoever resets them.
void ServerSession::reset_sent(std::int32_t id) {
  const Stream* stream = find(id);
  if (stream != nullptr && stream->is_reset_) return;
  if (!guard_.allow_reset(now_)) end_with(ErrorCode::enhance_your_calm, "it has too many streams reset");
}

void ServerSession::drop_input(Stream& stream) {
  const std::size_t held = stream.input_.held.size();
  if (held > 0) static_cast<void>(nghttp2_session_consume_connection(session_.get(), held));
  stream.input_ = {.is_dropped = true, .body = stream.input_.body};
}

void ServerSession::close(Stream& stream) {
  drop_input(stream);
  static_cast<void>(nghttp2_session_set_stream_user_data(session_.get(), stream.id_, nullptr));
  stream.outgoing_.drop();
  stream.trailers_.reset();
  stream.ListHook<Stream>::unlink();
  stream.ListHook<ForTurn>::unlink();
  if (in_head_ == &stream) in_head_ = nullptr;
  stream.session_ = nullptr;
  stream.is_reset_ = true;
  stream.on_close();
}

}  // namespace usquic::http2
