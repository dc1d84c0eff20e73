#include "app/versions/http1_sender.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "app/field_list.h"
#include "http/field_rules.h"
#include "quic/prepared_view.h"

namespace usquic::app {
namespace {

// Bytes of a piece that are handed to TCP at once.
constexpr std::size_t piece_bytes = 64 << 10;
// Of a body that is kept anyway.
constexpr std::size_t max_copied = 16 << 10;

std::string_view status_of(std::span<const us_quic_header_t> fields) {
  return fields.empty() ? std::string_view() : std::string_view(fields[0].value, fields[0].value_length);
}

}  // namespace

void Http1Sender::end_connection() {
  if (writer_ && !writer_->is_head_written()) writer_->end_connection();
}

Result<void> Http1Sender::send_head(std::span<const us_quic_header_t> fields,
                                    std::optional<std::uint64_t> body_bytes) {
  return writer_->head(share_.with_alternative(fields), body_bytes, share_.output);
}

void Http1Sender::send_output() {
  tcp_.write(share_.output);
  share_.output.clear();
}

Result<void> Http1Sender::send_headers(std::span<const us_quic_header_t> fields, bool is_last) {
  if (!writer_) return Error{US_QUIC_E_CLOSED};
  Result<void> sent;
  if (writer_->is_head_written()) {
    sent = send_trailers(fields);
  } else if (status_of(fields).starts_with('1')) {
    sent = writer_->interim(fields, share_.output);
  } else {
    sent = send_head(fields, is_last ? std::optional<std::uint64_t>(0) : std::nullopt);
    if (sent && is_last) sent = writer_->end(share_.output);
  }
  send_output();
  return sent;
}

// Behind the piece, if one waits.
Result<void> Http1Sender::send_trailers(std::span<const us_quic_header_t> fields) {
  if (piece_.is_empty()) return writer_->end_with_trailers(fields, share_.output);
  if (const int wrong = http::check_section(http::SectionKind::trailers, fields)) return Error{wrong};
  for (const us_quic_header_t& field : fields) {
    trailers_.add({field.name, field.name_length}, {field.value, field.value_length});
  }
  is_end_wanted_ = true;
  return {};
}

Result<void> Http1Sender::send_response(std::span<const us_quic_header_t> fields, std::string_view body) {
  if (!writer_) return Error{US_QUIC_E_CLOSED};
  if (body.size() > room()) return Error{US_QUIC_E_TOO_LARGE};
  Result<void> sent = send_head(fields, body.size());
  if (sent) sent = writer_->body(as_bytes(body), share_.output);
  if (sent) sent = writer_->end(share_.output);
  send_output();
  return sent;
}

Result<void> Http1Sender::send_prepared(us_quic_prepared_response_t* prepared) {
  const quic::PreparedView view = quic::view_of(*prepared);
  const std::string_view body = as_text(view.body);
  if (body.size() <= std::min(room(), max_copied)) return send_response(view.fields, body);
  if (!writer_) return Error{US_QUIC_E_CLOSED};
  const Result<void> sent = send_head(view.fields, body.size());
  send_output();
  if (!sent) return sent;
  quic::reference(*prepared);
  piece_.hold(body, quic::release_reference, prepared);
  is_end_wanted_ = true;
  return {};
}

std::size_t Http1Sender::room() const {
  const std::size_t most = share_.settings.send_buffer_bytes;
  const std::size_t waiting = buffered();
  return waiting < most ? most - waiting : 0;
}

std::ptrdiff_t Http1Sender::write(std::string_view data) {
  if (!writer_) return US_QUIC_E_CLOSED;
  // Nothing overtakes a piece.
  const std::string_view taken = data.substr(0, piece_.is_empty() ? room() : 0);
  is_writable_due_ = is_writable_due_ || taken.size() < data.size();
  if (taken.empty()) return 0;
  const Result<void> framed = writer_->body(as_bytes(taken), share_.output);
  send_output();
  return framed ? static_cast<std::ptrdiff_t>(taken.size()) : framed.error();
}

// All of it, however much, as nothing is copied yet.
std::ptrdiff_t Http1Sender::write_static(std::string_view data, void (*release)(void* user), void* user) {
  if (!writer_) return US_QUIC_E_CLOSED;
  is_writable_due_ = true;
  if (room() == 0 || !piece_.is_empty()) return 0;
  piece_.hold(data, release, user);
  return static_cast<std::ptrdiff_t>(data.size());
}

bool Http1Sender::pump() {
  const std::size_t most = share_.settings.max_output_bytes;
  while (!piece_.is_empty() && tcp_.buffered() < most) {
    const std::string_view part = piece_.front(std::min(piece_bytes, most - tcp_.buffered()));
    if (!writer_->body(as_bytes(part), share_.output)) return false;
    send_output();
    piece_.remove_front(part.size());
  }
  if (piece_.is_empty() && is_end_wanted_) end_response();
  return true;
}

bool Http1Sender::take_writable() {
  if (!is_writable_due_ || room() == 0) return false;
  is_writable_due_ = false;
  return true;
}

void Http1Sender::shutdown() {
  if (!writer_ || writer_->is_over()) return;
  is_end_wanted_ = true;
  if (piece_.is_empty()) end_response();
}

void Http1Sender::end_response() {
  is_end_wanted_ = false;
  // Errors are of fields, which were looked at.
  if (trailers_.empty()) {
    static_cast<void>(writer_->end(share_.output));
  } else {
    std::vector<us_quic_header_t> fields;
    trailers_.append_to(fields);
    static_cast<void>(writer_->end_with_trailers(fields, share_.output));
    trailers_.clear();
  }
  send_output();
}

void Http1Sender::refuse(int status) {
  std::array<char, 3> text{};
  std::to_chars(text.data(), text.data() + text.size(), status);
  const us_quic_header_t field = header_of(":status", {text.data(), text.size()});
  begin(http1::RequestHead{});
  static_cast<void>(writer_->head({&field, 1}, 0, share_.output));  // nothing is wrong with these
  static_cast<void>(writer_->end(share_.output));
  send_output();
}

}  // namespace usquic::app
