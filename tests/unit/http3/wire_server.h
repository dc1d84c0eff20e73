// A server of the HTTP/3 part that reads bytes written by hand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http3_pair.h"
#include "support/http3_wire.h"

namespace usquic::http3 {

using test::wire_data;
using test::wire_frame;
using test::wire_headers;
using test::wire_prefixed;
using test::wire_section;
using test::wire_varint;

inline const std::string request = wire_headers(get_request);

inline Fields request_with(const Fields& more) {
  Fields fields = get_request;
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

// A server that reads what was written by hand.
struct Server {
  explicit Server(std::size_t max_header_list_size = 65536)
      : side({.is_server = true, .max_header_list_size = max_header_list_size}) {
    side.http3->set_max_client_streams(1000);
  }
  // In pieces of `piece` bytes; the application error code, 0 = none.
  std::uint64_t read(std::int64_t id, std::string_view bytes, bool fin = true, std::size_t piece = 1u << 20) {
    total += bytes.size();
    do {
      const std::string_view now = bytes.substr(0, piece);
      bytes.remove_prefix(now.size());
      const ConnectionError error = side.http3->read(id, as_bytes(now), fin && bytes.empty());
      if (error != ConnectionError::none) return static_cast<std::uint64_t>(error);
    } while (!bytes.empty());
    return 0;
  }
  TestSide side;
  std::size_t total = 0;
};

}  // namespace usquic::http3
