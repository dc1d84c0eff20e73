// Tables of bytes that a client sends behind the greetings of both sides, by what must become of them.
#pragma once

#include <gtest/gtest.h>

#include "http2_checks.h"

namespace usquic::test {

class Http2Rows : public testing::TestWithParam<Http2Case> {};

// A GOAWAY with the row's code.
class Http2ConnectionError : public Http2Rows {};
// Bytes of stream 1; a RST_STREAM with the row's code.
class Http2StreamError : public Http2Rows {};
// The connection goes on.
class Http2Accepted : public Http2Rows {};
// Bytes of stream 1, a whole request; it is answered.
class Http2Request : public Http2Rows {};

}  // namespace usquic::test
