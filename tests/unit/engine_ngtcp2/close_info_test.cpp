#include "engine/ngtcp2/close_info.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string_view>

#include "usquic/http3_codes.h"

namespace usquic::engine::ngtcp2 {
namespace {

ngtcp2_ccerr peer_close(ngtcp2_ccerr_type type, std::uint64_t code, std::string_view reason = {}) {
  ngtcp2_ccerr close;
  ngtcp2_ccerr_default(&close);
  close.type = type;
  close.error_code = code;
  close.reason = reinterpret_cast<const std::uint8_t*>(reason.data());
  close.reasonlen = reason.size();
  return close;
}

constexpr ApplicationError http3_no_error{US_QUIC_H3_NO_ERROR};

TEST(CloseInfo, OfThePeersApplicationKeepsCodeAndReason) {
  const auto reason =
      from_peer(peer_close(NGTCP2_CCERR_TYPE_APPLICATION, 5, "because"), nullptr, ApplicationError::no_error);
  const us_quic_close_info_t info = reason.info();
  EXPECT_EQ(info.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(info.code, 5u);
  EXPECT_EQ(info.is_remote, 1);
  EXPECT_EQ(info.is_application, 1);
  EXPECT_EQ(std::string_view(info.reason, info.reason_length), "because");
}

TEST(CloseInfo, WithoutAnErrorIsNone) {
  EXPECT_EQ(from_peer(peer_close(NGTCP2_CCERR_TYPE_APPLICATION, US_QUIC_H3_NO_ERROR), nullptr, http3_no_error)
                .error,
            US_QUIC_OK);
  EXPECT_EQ(from_peer(peer_close(NGTCP2_CCERR_TYPE_TRANSPORT, 0), nullptr, http3_no_error).error, US_QUIC_OK);
  EXPECT_EQ(from_peer(peer_close(NGTCP2_CCERR_TYPE_APPLICATION, 0), nullptr, http3_no_error).error,
            US_QUIC_E_APPLICATION);
}

TEST(CloseInfo, OfThePeersTransportNamesTheKind) {
  const auto error = [](std::uint64_t code) {
    return from_peer(peer_close(NGTCP2_CCERR_TYPE_TRANSPORT, code), nullptr, ApplicationError::no_error)
        .error;
  };
  EXPECT_EQ(error(NGTCP2_CONNECTION_REFUSED), US_QUIC_E_REFUSED);
  EXPECT_EQ(error(NGTCP2_VERSION_NEGOTIATION_ERROR), US_QUIC_E_VERSION);
  EXPECT_EQ(error(NGTCP2_PROTOCOL_VIOLATION), US_QUIC_E_TRANSPORT);
  EXPECT_EQ(error(NGTCP2_CRYPTO_ERROR + 40), US_QUIC_E_TLS);
}

TEST(CloseInfo, OfATlsAlertAfterTheHandshakeSaysWhatWasRefused) {
  constexpr std::uint64_t unknown_ca = 48;  // RFC 8446 section 6
  const auto reason = from_peer(peer_close(NGTCP2_CCERR_TYPE_TRANSPORT, NGTCP2_CRYPTO_ERROR + unknown_ca),
                                nullptr, ApplicationError::no_error);
  EXPECT_EQ(reason.error, US_QUIC_E_CERT_UNTRUSTED);
  EXPECT_NE(reason.text.find("refused this server's certificate"), std::string::npos) << reason.text;
}

TEST(CloseInfo, OfTimeoutsAsksWhetherTheHandshakeWasDone) {
  EXPECT_EQ(from_library(NGTCP2_ERR_IDLE_CLOSE, 0, nullptr, true).error, US_QUIC_E_IDLE_TIMEOUT);
  EXPECT_EQ(from_library(NGTCP2_ERR_IDLE_CLOSE, 0, nullptr, false).error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_EQ(from_library(NGTCP2_ERR_HANDSHAKE_TIMEOUT, 0, nullptr, false).error, US_QUIC_E_HANDSHAKE_TIMEOUT);
}

TEST(CloseInfo, OfAProtocolErrorCarriesItsTransportCode) {
  const auto reason = from_library(NGTCP2_ERR_FLOW_CONTROL, 0, nullptr, true);
  EXPECT_EQ(reason.error, US_QUIC_E_TRANSPORT);
  EXPECT_EQ(reason.code, static_cast<std::uint64_t>(NGTCP2_FLOW_CONTROL_ERROR));
  EXPECT_FALSE(reason.is_application);
  EXPECT_FALSE(reason.text.empty());
}

// Whoever shows a close puts the error's own text first.
TEST(CloseInfo, TextDoesNotRepeatTheErrorsOwn) {
  EXPECT_EQ(from_icmp(ECONNREFUSED).text, "ICMP port unreachable");
  EXPECT_EQ(from_icmp(EHOSTUNREACH).text, "No route to host");
  EXPECT_EQ(from_library(NGTCP2_ERR_IDLE_CLOSE, 0, nullptr, true).text, "");
  EXPECT_EQ(from_library(NGTCP2_ERR_HANDSHAKE_TIMEOUT, 0, nullptr, false).text, "");
}

TEST(CloseInfo, OfIcmpTellsRefusedFromUnreachable) {
  EXPECT_EQ(from_icmp(ECONNREFUSED).error, US_QUIC_E_REFUSED);
  EXPECT_EQ(from_icmp(EHOSTUNREACH).error, US_QUIC_E_UNREACHABLE);
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
