// What HTTP/2 conformance tests check: errors of the connection (RFC 9113 section 5.4.1), errors of one stream (section 5.4.2),
// and that everything else goes on.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/raw_http2.h"

namespace usquic::test {

// A GOAWAY with this code ended the connection, and nothing came behind it.
inline void expect_http2_closed(RawHttp2& peer, std::uint32_t code) {
  peer.run();
  ASSERT_TRUE(peer.goaway()) << "no GOAWAY came";
  EXPECT_EQ(*peer.goaway(), code) << peer.debug_data();
  EXPECT_EQ(peer.frames().back().type, h2::type_goaway);
  EXPECT_FALSE(peer.session().has_output());
  EXPECT_TRUE(peer.session().is_over());
}

// Another request, on the stream with this number, is answered.
inline void expect_http2_open(RawHttp2& peer, std::uint32_t id = 99) {
  ASSERT_FALSE(peer.goaway()) << *peer.goaway() << " " << peer.debug_data();
  ASSERT_TRUE(peer.send(h2::get(id)));
  EXPECT_EQ(peer.answer(id).status, "200");
  EXPECT_TRUE(peer.answer(id).has_ended);
}

// One stream was reset with this code, and the application saw no whole request on it.
inline void expect_http2_stream_error(RawHttp2& peer, std::uint32_t id, std::uint32_t code) {
  peer.run();
  ASSERT_TRUE(peer.answer(id).reset) << "no RST_STREAM came for stream " << id;
  EXPECT_EQ(*peer.answer(id).reset, code);
  for (std::size_t i = 0; i < peer.stream_count(); ++i) {
    EXPECT_THAT(peer.stream(i).told, testing::Not(testing::HasSubstr("end")));
  }
  expect_http2_open(peer);
}

// These bytes, behind the greetings of both sides, end the connection.
inline void expect_http2_closes(std::string_view bytes, std::uint32_t code) {
  RawHttp2 peer;
  EXPECT_FALSE(peer.send(bytes));
  expect_http2_closed(peer, code);
}

inline void expect_http2_passes(std::string_view bytes) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(bytes));
  expect_http2_open(peer);
}

// These bytes begin stream 1, and end it alone.
inline void expect_http2_request_error(std::string_view bytes, std::uint32_t code = h2::protocol_error) {
  RawHttp2 peer;
  EXPECT_TRUE(peer.send(bytes));
  expect_http2_stream_error(peer, 1, code);
}

// A row of a table, named as tests are.
struct Http2Case {
  const char* name;
  std::string bytes;
  std::uint32_t code = h2::protocol_error;
};

inline std::string name_of_case(const testing::TestParamInfo<Http2Case>& info) {
  return info.param.name;
}

inline void PrintTo(const Http2Case& c, std::ostream* out) {
  *out << c.name;
}

}  // namespace usquic::test
