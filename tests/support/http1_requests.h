// What an HTTP/1 parser tells of bytes that come in pieces, kept for comparison.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "http1/request_parser.h"

namespace usquic::test {

struct ToldRequest {
  std::string fields;  // "name=value" lines
  std::optional<std::uint64_t> content_length;
  bool has_body = false, keeps_alive = false, is_version_1_0 = false;
  std::string body;
  std::string trailers;
  bool has_ended = false;
  friend bool operator==(const ToldRequest&, const ToldRequest&) = default;
};

inline std::string text_of(std::span<const us_quic_header_t> fields) {
  std::string text;
  for (const us_quic_header_t& field : fields) {
    text.append(field.name, field.name_length)
        .append("=")
        .append(field.value, field.value_length)
        .append("\n");
  }
  return text;
}

class RequestRecorder : public http1::RequestEvents {
 public:
  virtual ~RequestRecorder() = default;
  void on_request(const http1::RequestHead& head) override {
    requests.push_back({.fields = text_of(head.fields),
                        .content_length = head.content_length,
                        .has_body = head.has_body,
                        .keeps_alive = head.keeps_alive,
                        .is_version_1_0 = head.is_version_1_0});
  }
  void on_body(Bytes data) override { requests.back().body += as_text(data); }
  void on_trailers(std::span<const us_quic_header_t> fields) override {
    requests.back().trailers = text_of(fields);
  }
  void on_request_end() override { requests.back().has_ended = true; }

  std::vector<ToldRequest> requests;
};

// One connection.
class ReadRequests {
 public:
  explicit ReadRequests(const http1::ParserLimits& limits = {}, std::string_view scheme = "https")
      : parser(scheme, limits, recorder) {}

  // Takes what can be taken of one piece, which does not outlive the call.
  void feed(std::string_view piece) {
    const std::vector<std::uint8_t> copy(piece.begin(), piece.end());
    Bytes left = copy;
    for (;;) {
      const std::size_t count = parser.feed(left);
      taken += count;
      left = left.subspan(count);
      most_held = std::max(most_held, parser.held_bytes());
      if (!parser.is_request_over()) return;
      parser.begin_next();
    }
  }
  void feed(std::string_view bytes, std::size_t piece) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) feed(bytes.substr(0, piece));
  }

  const std::vector<ToldRequest>& requests() const { return recorder.requests; }
  int status() const { return parser.failed_status().value_or(0); }

  RequestRecorder recorder;
  http1::RequestParser parser;
  std::size_t taken = 0;
  std::size_t most_held = 0;
};

}  // namespace usquic::test
