#include "tls/libssl/library_handshake.h"

#include <gtest/gtest.h>

#include "../tls/handshake.h"

namespace usquic::tls::test {
namespace {

// RFC 9001 section 4.1.3. OpenSSL by itself reads messages of any level as if they came at the one that it waits for.
TEST(LibraryHandshake, RefusesAMessageOfAnotherLevel) {
  const Authority authority;
  const std::unique_ptr<Context> server = make_context(server_options(leaf_for(authority, {"a.example"})));
  const std::unique_ptr<Context> client = make_context(client_options(authority));
  Handshake handshake(*client, *server, "a.example");
  handshake.client.advance();
  ASSERT_TRUE(handshake.server.receive_from(handshake.client));
  handshake.client.receive_from(handshake.server);
  std::optional<Peer::Message> finished = handshake.client.take_message();
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->level, EncryptionLevel::handshake);
  finished->level = EncryptionLevel::initial;
  handshake.server.receive(*finished);
  EXPECT_TRUE(handshake.server.has_failed);
  EXPECT_EQ(handshake.server.alert, Alert{10});  // unexpected_message
}

}  // namespace
}  // namespace usquic::tls::test
