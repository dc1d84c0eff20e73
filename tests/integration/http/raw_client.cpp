#include "integration/http/raw_client.h"

#include <algorithm>
#include <charconv>

namespace usquic::test {
namespace {

Fields request_fields(std::string_view method, std::string_view path, const Fields& more) {
  Fields fields = {{":method", std::string(method)},
                   {":scheme", "https"},
                   {":authority", "localhost"},
                   {":path", std::string(path)}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

}  // namespace

std::string value_of(const Fields& fields, std::string_view name) {
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
  return found == fields.end() ? std::string() : found->second;
}

// ---- RawRequest ----

RawRequest& RawRequest::send(std::string_view bytes) {
  to_send_.add(bytes);
  pump();
  return *this;
}

RawRequest& RawRequest::send_pattern(std::uint64_t length) {
  to_send_.add_pattern(length);
  pump();
  return *this;
}

RawRequest& RawRequest::send_trailers(const Fields& trailer_fields) {
  to_send_.end_with(trailer_fields);
  pump();
  return *this;
}

RawRequest& RawRequest::finish() {
  to_send_.end();
  pump();
  return *this;
}

void RawRequest::take_head(Fields section) {
  int code = 0;
  const std::string text = value_of(section, ":status");
  std::from_chars(text.data(), text.data() + text.size(), code);
  if (code / 100 == 1) {
    informational.emplace_back(code, std::move(section));
    return;
  }
  status = code;
  fields = std::move(section);
  if (on_response) on_response();
}

void RawRequest::take_body(std::string_view bytes) {
  body_is_pattern = body_is_pattern && is_pattern(body_bytes, bytes);
  body_bytes += bytes.size();
  if (!discards_body) body.append(bytes);
  if (on_data) on_data();
}

void RawRequest::take_close(int reason, std::uint64_t code) {
  closed = true;
  close_reason = reason;
  close_code = code;
}

// ---- RawConnection ----

RawRequest* RawConnection::get(std::string_view path, const Fields& more) {
  return request(request_fields("GET", path, more), true);
}

RawRequest* RawConnection::post(std::string_view path, const Fields& more) {
  return request(request_fields("POST", path, more), false);
}

}  // namespace usquic::test
