#include "app/versions/http2_stream.h"

#include <new>
#include <utility>

#include "app/exchange.h"
#include "app/versions/http2_connection.h"
#include "quic/prepared_view.h"

namespace usquic::app {
namespace {

http2::ErrorCode http2_code_of(StreamError error) {
  switch (error) {
    case StreamError::none:
      return http2::ErrorCode::no_error;
    case StreamError::request_cancelled:
      return http2::ErrorCode::cancel;
    case StreamError::malformed:
    case StreamError::bad_datagram:
      return http2::ErrorCode::protocol_error;
    case StreamError::excessive:
      return http2::ErrorCode::enhance_your_calm;
    case StreamError::internal:
      break;
  }
  return http2::ErrorCode::internal_error;
}

// Not informational responses, and no trailers, which have no status.
bool is_head_of_response(std::span<const us_quic_header_t> fields) {
  if (fields.empty()) return false;
  const std::string_view name(fields[0].name, fields[0].name_length);
  const std::string_view value(fields[0].value, fields[0].value_length);
  return name == ":status" && !value.starts_with('1');
}

}  // namespace

const TcpSession& Http2Stream::session() const {
  return *connection_;
}

// ---- What the exchange wants ----

void Http2Stream::stop(StreamError error) {
  if (error == StreamError::none) {
    stop_receiving();
  } else {
    reset(http2_code_of(error));
  }
}

Result<void> Http2Stream::send_headers(std::span<const us_quic_header_t> fields, bool is_last) {
  if (!is_head_of_response(fields)) return http2::Stream::send_headers(fields, is_last);
  return http2::Stream::send_headers(connection_->share().with_alternative(fields), is_last);
}

Result<void> Http2Stream::send_response(std::span<const us_quic_header_t> fields, std::string_view body) {
  return http2::Stream::send_response(connection_->share().with_alternative(fields), body);
}

Result<void> Http2Stream::send_prepared(us_quic_prepared_response_t* prepared) {
  const quic::PreparedView view = quic::view_of(*prepared);
  quic::reference(*prepared);
  const Result<void> sent = send_static_response(connection_->share().with_alternative(view.fields),
                                                 as_text(view.body), quic::release_reference, prepared);
  if (!sent) quic::release_reference(prepared);
  return sent;
}

void Http2Stream::close_with(StreamError error) {
  reset(http2_code_of(error));
}

// ---- What the session tells ----

// Memory that is used up ends one request. Any other exception of a handler ends the process here, not in the middle of C.
template <class Task>
void Http2Stream::run(Task task) noexcept {
  if (exchange_ == nullptr) return;
  try {
    task(*exchange_);
  } catch (const std::bad_alloc&) {
    reset(http2::ErrorCode::internal_error);
  }
}

void Http2Stream::on_request(bool has_body) noexcept {
  AppServer& server = connection_->share().server;
  try {
    exchange_ = &server.make_exchange();
    server.take_request(*exchange_, *this, has_body);
  } catch (const std::bad_alloc&) {
    reset(http2::ErrorCode::internal_error);
  }
}

void Http2Stream::on_body(Bytes data) noexcept {
  run([data](Exchange& exchange) { exchange.take_data(as_text(data)); });
}

void Http2Stream::on_trailers() noexcept {
  run([](Exchange& exchange) { exchange.take_trailers(); });
}

void Http2Stream::on_request_end() noexcept {
  run([](Exchange& exchange) { exchange.take_end(); });
}

void Http2Stream::on_reset() noexcept {
  run([](Exchange& exchange) { exchange.peer_reset(); });
}

void Http2Stream::on_writable() noexcept {
  run([](Exchange& exchange) { exchange.stream_writable(); });
}

void Http2Stream::on_close() noexcept {
  TcpShare& share = connection_->share();
  if (Exchange* exchange = std::exchange(exchange_, nullptr)) share.server.release(*exchange);
  share.give_back(*this);
}

}  // namespace usquic::app
