// RFC 8879.
#include <gtest/gtest.h>

#include <algorithm>

#include "../tls/handshake.h"

namespace usquic::tls::test {
namespace {

// The type of a handshake message of the server's (RFC 8446 section 4) among those that were sent.
bool has_sent(const Peer& peer, char type) {
  return std::ranges::any_of(peer.sent,
                             [type](const std::string& message) { return message.front() == type; });
}

TEST(CertificateCompression, IsUsedByBothSides) {
  constexpr char certificate = 11;
  constexpr char compressed_certificate = 25;
  ASSERT_TRUE(library().compresses_certificates);
  const Authority authority;
  const std::unique_ptr<Context> server =
      make_context(server_options(usquic::test::large_leaf_for(authority, "a.example")));
  const std::unique_ptr<Context> client = make_context(client_options(authority));
  Handshake handshake(*client, *server, "a.example");
  ASSERT_TRUE(handshake.run().succeeded());
  EXPECT_TRUE(handshake.client.session->is_authorized());
  EXPECT_TRUE(has_sent(handshake.server, compressed_certificate));
  EXPECT_FALSE(has_sent(handshake.server, certificate));
}

}  // namespace
}  // namespace usquic::tls::test
