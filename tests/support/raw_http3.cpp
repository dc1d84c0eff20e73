#include "support/raw_http3.h"

#include <array>
#include <charconv>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

// Field lines that carry a status whole (RFC 9204 appendix A).
struct StaticStatus {
  unsigned char line;
  int status;
};
constexpr std::array static_statuses = {
    StaticStatus{0xc0 | 24, 103}, StaticStatus{0xc0 | 25, 200}, StaticStatus{0xc0 | 26, 304},
    StaticStatus{0xc0 | 27, 404}, StaticStatus{0xc0 | 28, 503},
};
constexpr unsigned char status_by_name[] = {0x5f, 24 - 15};  // literal value, name from the static table

}  // namespace

std::vector<Http3Frame> read_http3_frames(std::string_view bytes) {
  std::vector<Http3Frame> frames;
  WireReader in(bytes);
  while (!in.at_end()) {
    Http3Frame f;
    f.type = in.varint();
    f.payload = in.take(in.varint());
    if (in.is_bad()) break;
    frames.push_back(std::move(f));
  }
  return frames;
}

std::string wire_settings(std::initializer_list<std::pair<std::uint64_t, std::uint64_t>> settings) {
  std::string payload;
  for (const auto& [id, value] : settings) payload += wire_varint(id) + wire_varint(value);
  return wire_frame(h3frame::settings, payload);
}

WireFields get_fields(const WireFields& more) {
  WireFields fields = {
      {":method", "GET"}, {":scheme", "https"}, {":authority", "server.test"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

void answer_ok(StreamRecord& s) {
  constexpr us_quic_header_t ok[] = {{":status", 7, "200", 3, 0}};
  s.handle->send_headers(ok, true);
}

RawHttp3::RawHttp3(RawPeer& peer, const std::string& control) : RawHttp3(peer, Bare{}) {
  control_ = open(type_control_stream, control);
  encoder_ = open(type_encoder_stream);
  decoder_ = open(type_decoder_stream);
}

std::uint64_t RawHttp3::open(std::string_view bytes, bool fin) {
  const std::uint64_t id = 4 * unidirectional_++ + (is_server_ ? 3 : 2);
  peer_.write(id, bytes, fin);
  return id;
}

std::uint64_t RawHttp3::open(std::uint64_t type, std::string_view bytes, bool fin) {
  return open(wire_varint(type) + std::string(bytes), fin);
}

std::uint64_t RawHttp3::request(std::string_view bytes, bool fin) {
  const std::uint64_t id = 4 * requests_++;
  peer_.write(id, bytes, fin);
  return id;
}

std::vector<Http3Frame> RawHttp3::frames(std::uint64_t id) const {
  const auto found = peer_.streams().find(id);
  return found == peer_.streams().end() ? std::vector<Http3Frame>() : read_http3_frames(found->second.data);
}

std::optional<int> RawHttp3::status(std::uint64_t id) const {
  for (const Http3Frame& f : frames(id)) {
    if (f.type != h3frame::headers || f.payload.size() < 3) continue;
    const std::string_view lines = std::string_view(f.payload).substr(2);
    const auto first = static_cast<unsigned char>(lines[0]);
    for (const StaticStatus& known : static_statuses) {
      if (known.line == first) return known.status;
    }
    if (lines.size() < 6 || first != status_by_name[0] ||
        static_cast<unsigned char>(lines[1]) != status_by_name[1]) {
      return std::nullopt;
    }
    int status = 0;
    std::from_chars(lines.data() + 3, lines.data() + 6, status);
    return status;
  }
  return std::nullopt;
}

std::string RawHttp3::body(std::uint64_t id) const {
  std::string body;
  for (const Http3Frame& f : frames(id)) {
    if (f.type == h3frame::data) body += f.payload;
  }
  return body;
}

}  // namespace usquic::test
