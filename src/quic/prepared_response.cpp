#include "quic/prepared_response.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/try_allocating.h"
#include "quic/c_result.h"
#include "quic/connection.h"
#include "quic/prepared_view.h"
#include "quic/socket_context.h"
#include "quic/stream.h"
#include "usquic/http3_codes.h"

namespace usquic::quic {

namespace {

bool is_named(const us_quic_header_t& field, std::string_view name) {
  return std::string_view(field.name, field.name_length) == name;
}

// RFC 9110 section 8.6: content-length is not sent with 204, and with 304 it is that of another response.
bool has_no_content(const us_quic_header_t& field) {
  const std::string_view value(field.value, field.value_length);
  return is_named(field, ":status") && (value == "204" || value == "304");
}

// May throw std::bad_alloc.
Result<us_quic_prepared_response_t*> prepare(std::span<const us_quic_header_t> headers, Bytes body) {
  std::vector<us_quic_header_t> fields(headers.begin(), headers.end());
  const std::string content_length = std::to_string(body.size());
  const bool is_told = std::any_of(fields.begin(), fields.end(), [](const us_quic_header_t& field) {
    return is_named(field, "content-length") || has_no_content(field);
  });
  if (!is_told) {
    constexpr std::string_view name = "content-length";
    fields.push_back({name.data(), name.size(), content_length.data(), content_length.size(), 0});
  }
  auto frames = engine::prepare_response(fields, body);
  if (!frames) return Error{frames.error()};
  return new us_quic_prepared_response_t(http::HeaderSection(fields), std::move(*frames));
}

}  // namespace

PreparedView view_of(const us_quic_prepared_response_t& response) {
  return {response.headers.fields(), response.frames.body()};
}

void reference(us_quic_prepared_response_t& response) {
  ++response.references;
}

void release_reference(void* response) {
  auto* held = static_cast<us_quic_prepared_response_t*>(response);
  if (--held->references == 0) delete held;
}

void PreparedBody::start(us_quic_prepared_response_t& response) {
  drop();
  response_ = &response;
  reference(response);
  sent_ = 0;
}

void PreparedBody::drop() {
  if (response_ == nullptr) return;
  release_reference(response_);
  response_ = nullptr;
}

void PreparedBody::send(engine::Stream& stream, std::size_t max_bytes) {
  // Pieces smaller than half the send buffer: one of them fits whenever the stream is writable.
  const std::size_t max_piece = std::max<std::size_t>(max_bytes / 2, 1);
  const Bytes body = response_->frames.body();
  while (sent_ < body.size()) {
    const Bytes piece = body.subspan(sent_, std::min(body.size() - sent_, max_piece));
    reference(*response_);
    const std::ptrdiff_t accepted = stream.write_static(piece, release_reference, response_);
    if (accepted <= 0) {
      release_reference(response_);
      // What was sent is no complete response then.
      if (accepted == US_QUIC_E_NOMEM) stream.reset(US_QUIC_H3_INTERNAL_ERROR);
      if (accepted < 0) drop();  // the stream's end will be told
      return;
    }
    sent_ += piece.size();
  }
  stream.finish();
  drop();
}

}  // namespace usquic::quic

us_quic_prepared_response_t* us_quic_create_prepared_response(const us_quic_header_t* headers, size_t count,
                                                              const void* body, size_t length, int* error) {
  using namespace usquic::quic;
  using Made = usquic::Result<us_quic_prepared_response_t*>;
  if ((headers == nullptr && count > 0) || (body == nullptr && length > 0)) {
    return to_c(Made(usquic::Error{US_QUIC_E_INVALID}), error);
  }
  Made made = usquic::try_allocating(
      [&] {
        return prepare({headers, count}, usquic::as_bytes(body, length));
      },
      Made(usquic::Error{US_QUIC_E_NOMEM}));
  return to_c(made, error);
}

int us_quic_stream_send_prepared(us_quic_stream_t* s, us_quic_prepared_response_t* prepared) {
  if (s->life.is_closed() || s->engine == nullptr) return US_QUIC_E_CLOSED;
  if (prepared == nullptr) return US_QUIC_E_INVALID;
  const std::span<const us_quic_header_t> fields = prepared->headers.fields();
  if (const int error = usquic::quic::check_answer(*s, fields)) return error;
  ++prepared->references;
  if (!s->engine->send_prepared(prepared->frames, usquic::quic::release_reference, prepared)) {
    usquic::quic::release_reference(prepared);
    const bool has_body = prepared->frames.body_length > 0;
    const int result = usquic::try_allocating([&] { return s->engine->send_headers(fields, !has_body); },
                                              int{US_QUIC_E_NOMEM});
    if (result != 0) return result;
    if (has_body) {
      s->prepared.start(*prepared);
      s->prepared.send(*s->engine, s->connection->context->send_buffer_bytes);
    }
  }
  usquic::quic::note_answer(*s, fields);
  usquic::loop::note_work(s->connection->context->quic->loop());
  return 0;
}

void us_quic_prepared_response_free(us_quic_prepared_response_t* prepared) {
  if (prepared != nullptr) usquic::quic::release_reference(prepared);
}
