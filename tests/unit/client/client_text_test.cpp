#include "client/client_text.h"

#include <gtest/gtest.h>

#include <string_view>

namespace usquic::client {
namespace {

constexpr int ours = 0;
constexpr int the_peers = 1;

std::string text_of(int error, int is_remote, int is_application, std::uint64_t code,
                    std::string_view reason = "") {
  return close_text({.error = error,
                     .is_remote = is_remote,
                     .is_application = is_application,
                     .code = code,
                     .reason = reason.data(),
                     .reason_length = reason.size()});
}

TEST(CloseText, TellsTheCodeAndTheSideOfAViolation) {
  EXPECT_EQ(text_of(US_QUIC_E_APPLICATION, ours, 1, 0x105, "DATA before HEADERS"),
            "closed with an application error: H3_FRAME_UNEXPECTED from this client (DATA before HEADERS)");
  EXPECT_EQ(text_of(US_QUIC_E_APPLICATION, the_peers, 1, 0x10a),
            "closed with an application error: H3_MISSING_SETTINGS from the server");
  EXPECT_EQ(text_of(US_QUIC_E_APPLICATION, ours, 1, 0x200),
            "closed with an application error: QPACK_DECOMPRESSION_FAILED from this client");
  EXPECT_EQ(text_of(US_QUIC_E_APPLICATION, the_peers, 1, 0x33),
            "closed with an application error: H3_DATAGRAM_ERROR from the server");
  EXPECT_EQ(text_of(US_QUIC_E_APPLICATION, the_peers, 1, 0x4242),
            "closed with an application error: code 16962 from the server");
  EXPECT_EQ(text_of(US_QUIC_E_TRANSPORT, ours, 0, 0x3),
            "closed with a transport error: FLOW_CONTROL_ERROR from this client");
  EXPECT_EQ(text_of(US_QUIC_E_TRANSPORT, the_peers, 0, 0x150, "a\nb"),
            "closed with a transport error: CRYPTO_ERROR, TLS alert 80 from the server (a b)");
  EXPECT_EQ(text_of(US_QUIC_E_TRANSPORT, the_peers, 0, 0x12345),
            "closed with a transport error: code 74565 from the server");
}

TEST(CloseText, OfACloseWithoutErrorSaysThatItCameTooEarly) {
  EXPECT_EQ(text_of(US_QUIC_OK, the_peers, 1, 0x100), "closed by the server before the answer was complete");
  EXPECT_EQ(text_of(US_QUIC_OK, the_peers, 0, 0), "closed by the server before the answer was complete");
  EXPECT_EQ(text_of(US_QUIC_OK, ours, 1, 0x100), "closed before the answer was complete");
}

TEST(CloseText, HasNoCodeWhereNoneWasSent) {
  EXPECT_EQ(text_of(US_QUIC_E_IDLE_TIMEOUT, ours, 0, 0), "connection idle for too long");
  EXPECT_EQ(text_of(US_QUIC_E_CERT_NAME, ours, 0, 0x12a, "certificate is for a.example, not for b.example"),
            "certificate is not for this host name (certificate is for a.example, not for b.example)");
}

TEST(StreamCloseText, TellsTheCodeAndTheSide) {
  EXPECT_EQ(stream_close_text({US_QUIC_E_HEADERS, 0x10e}),
            "header section is malformed: H3_MESSAGE_ERROR from this client");
  EXPECT_EQ(stream_close_text({US_QUIC_E_TOO_LARGE, 0x107}),
            "header section of the response is too large: H3_EXCESSIVE_LOAD from this client");
  EXPECT_EQ(stream_close_text({US_QUIC_E_RESET, 0x10c}), "stream reset by the peer: H3_REQUEST_CANCELLED");
  EXPECT_EQ(stream_close_text({US_QUIC_E_STOPPED, 0x102}),
            "peer stopped reading the stream: H3_INTERNAL_ERROR");
  EXPECT_EQ(stream_close_text({US_QUIC_E_GOAWAY, 0}), us_quic_strerror(US_QUIC_E_GOAWAY));
}

TEST(StreamCloseText, SaysWhatServersMeanByExcessiveLoad) {
  EXPECT_EQ(
      stream_close_text({US_QUIC_E_STOPPED, 0x107}),
      "peer stopped reading the stream: H3_EXCESSIVE_LOAD, such as for a header section that is too large");
  EXPECT_EQ(
      reset_text(0x107),
      "the server reset the stream (H3_EXCESSIVE_LOAD, such as for a header section that is too large)");
  EXPECT_EQ(reset_text(0x10c), "the server reset the stream (H3_REQUEST_CANCELLED)");
  EXPECT_EQ(reset_text(0x4242), "the server reset the stream (code 16962)");
}

}  // namespace
}  // namespace usquic::client
