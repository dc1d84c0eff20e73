#include "c_program.h"

#include <gtest/gtest.h>

#include "program.h"

namespace usquic::test {
namespace {

TEST(CompatC, AProgramInCIsServedByCodeInCpp) {
  const CertificateFiles certificate;
  c_program_result result{};
  const auto answer = [](void* stream) {
    EXPECT_EQ(received_field(":path"), "/");
    EXPECT_EQ(received_field(":authority").substr(0, 6), "[::1]:");
    send_message(static_cast<us_quic_stream_t*>(stream), {{":status", "200 OK"}}, "from C++");
  };
  if (run_c_program(certificate.cert(), certificate.key(), answer, &result) != 0)
    GTEST_SKIP() << "no IPv6 here";
  EXPECT_EQ(result.status, 200);
  EXPECT_STREQ(result.body, "from C++");
  EXPECT_EQ(result.streams_closed, 2);
  EXPECT_EQ(result.connections_closed, 2);
  EXPECT_EQ(us_compat_quic_current, nullptr);
}

}  // namespace
}  // namespace usquic::test
