#include "client/response_progress.h"

#include "base/ascii.h"

namespace usquic::client {

std::string_view ResponseProgress::take_head(const ResponseHead& head, std::string_view method) {
  if (has_head_) return "the response has two header sections";
  if (head.status < 200 || head.status > 999) return "the response has no valid status";
  has_head_ = true;
  std::optional<std::uint64_t> length;
  for (const Field& field : head.headers) {
    if (field.name != "content-length") continue;
    const auto value = parse_number(field.value);
    if (!value || (length && *length != *value)) return "the response's content-length is malformed";
    length = value;
  }
  // RFC 9110 section 6.4.1: these have no body, whatever content-length says.
  const bool has_no_body = method == "HEAD" || head.status == 204 || head.status == 304;
  expected_ = has_no_body ? std::optional<std::uint64_t>(0) : length;
  return {};
}

std::string_view ResponseProgress::take_data(std::size_t length) {
  if (!has_head_) return "the response has a body before its header section";
  received_ += length;
  if (expected_ && received_ > *expected_) return "the response's body is longer than its content-length";
  return {};
}

std::string_view ResponseProgress::take_end() {
  if (!has_head_) return "the response has no header section";
  if (expected_ && received_ < *expected_) return "the response's body is shorter than its content-length";
  is_complete_ = true;
  return {};
}

}  // namespace usquic::client
