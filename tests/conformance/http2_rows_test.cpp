// The tables of HTTP/2's conformance tests run here; each section's rows stand in its own file.
#include "http2_rows.h"

namespace usquic::test {

TEST_P(Http2ConnectionError, EndsTheConnection) {
  expect_http2_closes(GetParam().bytes, GetParam().code);
}

TEST_P(Http2StreamError, EndsTheStreamAlone) {
  expect_http2_request_error(GetParam().bytes, GetParam().code);
}

TEST_P(Http2Accepted, ChangesNothing) {
  expect_http2_passes(GetParam().bytes);
}

TEST_P(Http2Request, IsTaken) {
  RawHttp2 peer;
  ASSERT_TRUE(peer.send(GetParam().bytes));
  ASSERT_EQ(peer.stream_count(), 1U);
  EXPECT_TRUE(peer.stream(0).told.starts_with("request"));
  EXPECT_TRUE(peer.stream(0).told.ends_with("end close")) << peer.stream(0).told;
  EXPECT_EQ(peer.answer(1).status, "200");
  expect_http2_open(peer);
}

}  // namespace usquic::test
