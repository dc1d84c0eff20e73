// Whole HTTP/3 messages over the seam, for tests that care about what happens around them.
#pragma once

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

#include "support/engine_pair.h"

namespace usquic::test {

inline us_quic_header_t header_of(std::string_view name, std::string_view value) {
  return {name.data(), name.size(), value.data(), value.size(), 0};
}

// A request of this connection, without a body.
inline StreamRecord* ask(Side& side, ConnectionRecord& c, std::string_view method = "GET") {
  StreamRecord* s = side.create_stream(c);
  if (s == nullptr) return nullptr;
  const std::vector fields = {header_of(":method", method), header_of(":scheme", "https"),
                              header_of(":authority", "server.test"), header_of(":path", "/")};
  EXPECT_EQ(s->handle->send_headers(fields, true), 0);
  return s;
}

// 200 and the first of a body.
inline void begin_answer(StreamRecord& s, std::string_view body) {
  EXPECT_EQ(s.handle->send_headers(std::vector{header_of(":status", "200")}, false), 0);
  EXPECT_EQ(s.write(body), static_cast<std::ptrdiff_t>(body.size()));
}

inline void answer(StreamRecord& s, std::string_view body) {
  begin_answer(s, body);
  EXPECT_EQ(s.handle->finish(), 0);
}

}  // namespace usquic::test
