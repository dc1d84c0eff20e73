#include "tcp_client/connection_report.h"

#include <gtest/gtest.h>

namespace usquic::tools::tcp_client {
namespace {

TEST(TcpConnectionReport, ReadsWhatLibcurlTellsOverOpenSsl) {
  ConnectionReport report;
  report.take("ALPN: curl offers h2,http/1.1\n");
  EXPECT_FALSE(report.alpn());
  report.take("SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384 / X25519 / id-ecPublicKey\n");
  report.take("ALPN: server accepted h2\n");
  EXPECT_EQ(report.tls(), "TLS 1.3: TLS_AES_256_GCM_SHA384, X25519, id-ecPublicKey");
  EXPECT_EQ(report.alpn(), "h2");
}

TEST(TcpConnectionReport, ReadsWhatLibcurlTellsOverGnuTls) {
  ConnectionReport report;
  report.take("SSL connection using TLS1.2 / ECDHE_RSA_AES_128_GCM_SHA256\n");
  EXPECT_EQ(report.tls(), "TLS 1.2: ECDHE_RSA_AES_128_GCM_SHA256");
  report.take("SSL connection using TLS1.3 / ECDHE_RSA_AES_256_GCM_SHA384\n");
  EXPECT_EQ(report.tls(), "TLS 1.3: TLS_AES_256_GCM_SHA384");
}

TEST(TcpConnectionReport, TellsAServerWithoutAlpnFromNothingTold) {
  ConnectionReport report;
  report.take("Connected to localhost (::1) port 443\n");
  EXPECT_FALSE(report.alpn());
  report.take("ALPN: server did not agree on a protocol. Uses default.\n");
  EXPECT_EQ(report.alpn(), "");
}

}  // namespace
}  // namespace usquic::tools::tcp_client
