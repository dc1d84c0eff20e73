// HTTP/2 bytes written by hand: frames (RFC 9113 sections 4 and 6), and header blocks of HPACK literals (RFC 7541).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/http3_wire.h"
#include "support/wire.h"

namespace usquic::test::h2 {

inline constexpr std::string_view preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum Type : std::uint8_t {
  type_data = 0x0,
  type_headers = 0x1,
  type_priority = 0x2,
  type_rst_stream = 0x3,
  type_settings = 0x4,
  type_push_promise = 0x5,
  type_ping = 0x6,
  type_goaway = 0x7,
  type_window_update = 0x8,
  type_continuation = 0x9,
  type_priority_update = 0x10,  // RFC 9218 section 7.1
};

enum Flags : std::uint8_t {
  no_flags = 0x0,
  end_stream = 0x1,  // of DATA and HEADERS
  ack = 0x1,         // of SETTINGS and PING
  end_headers = 0x4,
  padded = 0x8,
  with_priority = 0x20,
};

// RFC 9113 section 7.
enum Error : std::uint32_t {
  no_error = 0x0,
  protocol_error = 0x1,
  internal_error = 0x2,
  flow_control_error = 0x3,
  stream_closed = 0x5,
  frame_size_error = 0x6,
  refused_stream = 0x7,
  cancel = 0x8,
  compression_error = 0x9,
  enhance_your_calm = 0xb,
};

// RFC 9113 section 6.5.2, RFC 8441 section 3, RFC 9218 section 2.1.
enum Setting : std::uint16_t {
  header_table_size = 0x1,
  enable_push = 0x2,
  max_concurrent_streams = 0x3,
  initial_window_size = 0x4,
  max_frame_size = 0x5,
  max_header_list_size = 0x6,
  enable_connect_protocol = 0x8,
  no_rfc7540_priorities = 0x9,
};

inline std::string frame_head(std::size_t length, unsigned type, unsigned flags, std::uint32_t id) {
  return wire_integer(length, 3) + wire_integer(type, 1) + wire_integer(flags, 1) + wire_integer(id, 4);
}

inline std::string frame(unsigned type, unsigned flags, std::uint32_t id, std::string_view payload) {
  return frame_head(payload.size(), type, flags, id) + std::string(payload);
}

inline std::string data(std::uint32_t id, std::string_view body, unsigned flags = no_flags) {
  return frame(type_data, flags, id, body);
}

// In frames that are as long as a frame may be.
inline std::string long_data(std::uint32_t id, std::size_t size, unsigned last_flags = no_flags) {
  constexpr std::size_t most = 16384;
  std::string frames;
  for (; size > most; size -= most) frames += data(id, std::string(most, 'x'));
  return frames + data(id, std::string(size, 'x'), last_flags);
}

inline std::string rst_stream(std::uint32_t id, std::uint32_t code) {
  return frame(type_rst_stream, 0, id, wire_integer(code, 4));
}

inline std::string settings(const std::vector<std::pair<unsigned, std::uint32_t>>& values,
                            unsigned flags = no_flags) {
  std::string payload;
  for (const auto& [id, value] : values) payload += wire_integer(id, 2) + wire_integer(value, 4);
  return frame(type_settings, flags, 0, payload);
}

inline std::string settings_ack() {
  return settings({}, ack);
}

inline std::string ping(std::string_view eight_bytes = "12345678", unsigned flags = no_flags) {
  return frame(type_ping, flags, 0, eight_bytes);
}

inline std::string goaway(std::uint32_t last, std::uint32_t code, std::string_view debug = "") {
  return frame(type_goaway, 0, 0, wire_integer(last, 4) + wire_integer(code, 4) + std::string(debug));
}

inline std::string window_update(std::uint32_t id, std::uint32_t increment) {
  return frame(type_window_update, 0, id, wire_integer(increment, 4));
}

inline std::string priority(std::uint32_t id, std::uint32_t on, unsigned weight = 15) {
  return frame(type_priority, 0, id, wire_integer(on, 4) + wire_integer(weight, 1));
}

inline std::string priority_update(std::uint32_t id, std::string_view value) {
  return frame(type_priority_update, 0, 0, wire_integer(id, 4) + std::string(value));
}

// ---- Header blocks ----

// A string that is not in the Huffman code (RFC 7541 section 5.2).
inline std::string block_string(std::string_view text) {
  return wire_prefixed(0, 7, text.size()) + std::string(text);
}

// Literals without indexing, with names of their own (RFC 7541 section 6.2.2).
inline std::string block(const WireFields& fields) {
  std::string text;
  for (const auto& [name, value] : fields) text += '\0' + block_string(name) + block_string(value);
  return text;
}

inline WireFields get_fields(const WireFields& more = {}) {
  WireFields fields{{":method", "GET"}, {":scheme", "https"}, {":authority", "a"}, {":path", "/"}};
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

inline WireFields post_fields(const WireFields& more = {}) {
  WireFields fields = get_fields(more);
  fields[0].second = "POST";
  return fields;
}

// One frame with all of a section.
inline std::string headers_of(std::uint32_t id, std::string_view block, unsigned flags = no_flags) {
  return frame(type_headers, flags | end_headers, id, block);
}

inline std::string headers(std::uint32_t id, const WireFields& fields, unsigned flags = no_flags) {
  return headers_of(id, block(fields), flags);
}

inline std::string get(std::uint32_t id, const WireFields& more = {}) {
  return headers(id, get_fields(more), end_stream);
}

// A request whose body follows.
inline std::string post(std::uint32_t id, const WireFields& more = {}) {
  return headers(id, post_fields(more));
}

inline std::string continuation(std::uint32_t id, std::string_view block, unsigned flags = no_flags) {
  return frame(type_continuation, flags, id, block);
}

// A section in frames of `piece` bytes.
inline std::string split_headers(std::uint32_t id, const WireFields& fields, std::size_t piece,
                                 unsigned flags = no_flags) {
  const std::string whole = block(fields);
  std::string frames;
  for (std::size_t at = 0; at < whole.size(); at += piece) {
    const bool is_last = at + piece >= whole.size();
    const std::string_view part = std::string_view(whole).substr(at, piece);
    const unsigned end = is_last ? end_headers : no_flags;
    frames += at == 0 ? frame(type_headers, flags | end, id, part) : continuation(id, part, end);
  }
  return frames;
}

}  // namespace usquic::test::h2
