#include "http2/stream.h"

#include <nghttp2/nghttp2.h>

#include <array>
#include <new>

#include "http/field_rules.h"
#include "http2/native_fields.h"
#include "http2/server_session.h"
#include "http2/session_callbacks.h"

namespace usquic::http2 {
namespace {

// What nghttp2 refuses here is a stream that is gone, or memory.
Result<void> result_of(int code) {
  if (code == 0) return {};
  return Error{code == NGHTTP2_ERR_NOMEM ? US_QUIC_E_NOMEM : US_QUIC_E_CLOSED};
}

}  // namespace

void Stream::begin(ServerSession& session, std::int32_t id) {
  session_ = &session;
  id_ = id;
  request_ = Request::head;
  response_ = Response::head;
  input_ = {};
  is_announced_ = is_reset_ = is_writable_due_ = is_deferred_ = false;
  section_.clear();
  fields_ = {};
}

// ---- The request ----

void Stream::resume() {
  if (!input_.is_paused) return;
  input_.is_paused = false;
  if (!input_.held.empty() || input_.is_end_due) want_turn();
}

void Stream::stop_receiving() {
  if (session_ == nullptr) return;
  session_->drop_input(*this);
  if (response_ == Response::over && request_ != Request::over) reset(ErrorCode::no_error);
}

void Stream::want_turn() {
  if (!ListHook<ForTurn>::is_linked()) session_->to_tell_.push_back(this);
  session_->owner_.on_work();
}

// ---- The response ----

Result<void> Stream::send_headers(std::span<const us_quic_header_t> fields, bool is_last) {
  if (is_reset_ || session_ == nullptr) return Error{US_QUIC_E_CLOSED};
  if (response_ == Response::body) return send_trailers(fields);
  if (response_ != Response::head) return Error{US_QUIC_E_CLOSED};
  if (!http::is_informational(fields)) return send_head(fields, is_last);
  if (const int wrong = http::check_section(http::SectionKind::informational, fields)) return Error{wrong};
  session_->owner_.on_work();
  const NativeFields native(fields);
  return result_of(nghttp2_submit_headers(session_->session_.get(), NGHTTP2_FLAG_NONE, id_, nullptr,
                                          native.data(), native.size(), nullptr));
}

Result<void> Stream::send_head(std::span<const us_quic_header_t> fields, bool is_last) {
  if (const int wrong = http::check_section(http::SectionKind::response, fields)) return Error{wrong};
  const nghttp2_data_provider body = body_provider(*this);
  const NativeFields native(fields);
  const Result<void> sent = result_of(nghttp2_submit_response(session_->session_.get(), id_, native.data(),
                                                              native.size(), is_last ? nullptr : &body));
  if (!sent) return sent;
  response_ = is_last ? Response::ending : Response::body;
  session_->owner_.on_work();
  return {};
}

Result<void> Stream::send_trailers(std::span<const us_quic_header_t> fields) {
  if (const int wrong = http::check_section(http::SectionKind::trailers, fields)) return Error{wrong};
  trailers_.emplace(fields);
  end_response();
  return {};
}

Result<void> Stream::send_response(std::span<const us_quic_header_t> fields, std::string_view body) {
  if (is_reset_ || session_ == nullptr || response_ != Response::head) return Error{US_QUIC_E_CLOSED};
  if (body.empty()) return send_head(fields, true);
  if (body.size() > outgoing_.room(session_->settings_.send_buffer_bytes)) return Error{US_QUIC_E_TOO_LARGE};
  const Result<void> sent = send_head(fields, false);
  if (!sent) return sent;
  outgoing_.add(body);
  end_response();
  return {};
}

Result<void> Stream::send_static_response(std::span<const us_quic_header_t> fields, std::string_view body,
                                          void (*release)(void* user), void* user) {
  if (is_reset_ || session_ == nullptr || response_ != Response::head) return Error{US_QUIC_E_CLOSED};
  const Result<void> sent = send_head(fields, body.empty());
  if (!sent) return sent;
  if (body.empty()) {
    release(user);
  } else {
    outgoing_.hold(body, release, user);
    end_response();
  }
  return {};
}

std::ptrdiff_t Stream::write(std::string_view data) {
  if (is_reset_ || response_ != Response::body) return US_QUIC_E_CLOSED;
  const std::string_view taken = data.substr(0, outgoing_.room(session_->settings_.send_buffer_bytes));
  if (taken.size() < data.size()) is_writable_due_ = true;
  if (!taken.empty()) {
    outgoing_.add(taken);
    resume_frames();
  }
  return static_cast<std::ptrdiff_t>(taken.size());
}

// However much it is, as nothing is copied yet.
std::ptrdiff_t Stream::write_static(std::string_view data, void (*release)(void* user), void* user) {
  if (is_reset_ || response_ != Response::body) return US_QUIC_E_CLOSED;
  is_writable_due_ = true;
  if (outgoing_.room(session_->settings_.send_buffer_bytes) == 0) return 0;
  outgoing_.hold(data, release, user);
  resume_frames();
  return static_cast<std::ptrdiff_t>(data.size());
}

void Stream::shutdown() {
  if (!is_reset_ && response_ == Response::body) end_response();
}

void Stream::end_response() {
  response_ = Response::ending;
  resume_frames();
}

void Stream::resume_frames() {
  session_->owner_.on_work();
  if (!is_deferred_) return;
  is_deferred_ = false;
  // It is refused for a stream that is closing, which sends nothing more.
  static_cast<void>(nghttp2_session_resume_data(session_->session_.get(), id_));
}

void Stream::reset(ErrorCode code) {
  if (is_reset_ || session_ == nullptr) return;
  is_reset_ = true;
  session_->drop_input(*this);
  response_ = Response::over;
  outgoing_.drop();
  session_->owner_.on_work();
  // Where there is no memory for it, the connection ends with the next frame.
  static_cast<void>(nghttp2_submit_rst_stream(session_->session_.get(), NGHTTP2_FLAG_NONE, id_,
                                              static_cast<std::uint32_t>(code)));
}

}  // namespace usquic::http2
