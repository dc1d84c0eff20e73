#include "client/client_fields.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "http/field_rules.h"

namespace usquic::client {
namespace {

// RFC 9114 section 4.2: fields of a connection have no place in HTTP/3.
bool is_connection_specific(const Field& field) {
  constexpr std::array<std::string_view, 5> names = {"connection", "keep-alive", "proxy-connection",
                                                     "transfer-encoding", "upgrade"};
  if (std::find(names.begin(), names.end(), field.name) != names.end()) return true;
  return field.name == "te" && field.value != "trailers";
}

std::optional<Failure> check_field(Field& field) {
  if (!http::copy_field_name(field.name, field.name.data())) {
    return Failure{{US_QUIC_E_HEADERS}, "malformed header field name"};
  }
  field.value = std::string(trim(field.value));
  if (!http::is_field_value(field.value)) {
    return Failure{{US_QUIC_E_HEADERS}, "malformed value of header field " + field.name};
  }
  if (is_connection_specific(field)) {
    return Failure{{US_QUIC_E_HEADERS}, "header field " + field.name + " is not allowed in HTTP/3"};
  }
  return std::nullopt;
}

std::optional<Failure> check_content_length(const FetchOptions& options) {
  bool is_known = false;
  for (const Field& field : options.headers) {
    if (field.name != "content-length") continue;
    const auto length = parse_number(field.value);
    const bool is_wrong =
        !length || is_known ||
        (options.stream_body ? *length < options.body.size() : *length != options.body.size());
    if (is_wrong) return Failure{{US_QUIC_E_HEADERS}, "content-length is not the length of the body"};
    is_known = true;
  }
  return std::nullopt;
}

// RFC 9110 section 8.6: methods for which a body is expected say when there is none.
bool expects_body(std::string_view method) {
  return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

std::optional<Failure> check_request(FetchOptions& options) {
  if (!http::is_token(options.method)) return Failure{{US_QUIC_E_INVALID}, "malformed method"};
  if (options.method == "CONNECT") return Failure{{US_QUIC_E_INVALID}, "method CONNECT is not supported"};
  if (options.urgency < 0 || options.urgency > 7) {
    return Failure{{US_QUIC_E_INVALID}, "urgency is 0 to 7"};
  }
  for (Field& field : options.headers) {
    if (auto failure = check_field(field)) return failure;
  }
  return check_content_length(options);
}

std::vector<Field> request_fields(const Url& url, const FetchOptions& options,
                                  std::optional<std::uint64_t> body_length) {
  // RFC 9114 section 4.3.1: :authority says what host would; a host of the user's own takes its place.
  std::string authority = url.authority;
  for (const Field& field : options.headers) {
    if (field.name == "host") authority = field.value;
  }
  std::vector<Field> fields = {{":method", options.method},
                               {":scheme", "https"},
                               {":authority", std::move(authority)},
                               {":path", url.target}};
  for (const Field& field : options.headers) {
    if (field.name != "host") fields.push_back(field);
  }
  const bool wants_length = body_length && (*body_length > 0 || expects_body(options.method));
  if (wants_length && !content_length(fields)) {
    fields.push_back({"content-length", std::to_string(*body_length)});
  }
  return fields;
}

std::optional<std::uint64_t> content_length(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (field.name == "content-length") return parse_number(field.value);
  }
  return std::nullopt;
}

ResponseHead received_head(us_quic_stream_t* stream) {
  ResponseHead head;
  std::size_t count = 0;
  const us_quic_header_t* fields = us_quic_stream_headers(stream, &count);
  head.headers.reserve(count);
  for (const us_quic_header_t& field : std::span(fields, count)) {
    const std::string_view name(field.name, field.name_length);
    const std::string_view value(field.value, field.value_length);
    if (name == ":status") {
      const auto status = value.size() == 3 ? parse_number(value) : std::nullopt;
      head.status = static_cast<int>(status.value_or(0));
    } else if (!name.starts_with(':')) {
      head.headers.push_back({std::string(name), std::string(value)});
    }
  }
  return head;
}

}  // namespace usquic::client
