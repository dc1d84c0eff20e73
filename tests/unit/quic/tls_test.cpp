// What can be asked of a connection's TLS. The scripted engine has none: its answers are those of an engine without.
#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

#include "harness.h"

namespace usquic::test {
namespace {

class TlsOfConnections : public testing::Test {
 protected:
  TlsOfConnections() : server(loop, {.is_server = true}), client(loop, {}) {}

  us_quic_connection_t* connect() { return client.connect(server.listen()); }

  int export_from(us_quic_connection_t* c, std::size_t length = 32,
                  const std::string& label = "EXPERIMENTAL test") {
    return us_quic_connection_export_keying_material(c, out.data(), length, label.data(), label.size(),
                                                     nullptr, 0);
  }

  TestLoop loop;
  Peer server;
  Peer client;
  std::array<std::uint8_t, 8200> out{};
};

TEST_F(TlsOfConnections, IsNotKnownBeforeTheHandshake) {
  us_quic_connection_t* c = client.connect(server.listen(), "localhost");
  const us_quic_tls_t tls = us_quic_connection_tls(c);
  EXPECT_STREQ(tls.cipher_suite, "");
  EXPECT_STREQ(tls.group, "");
  EXPECT_STREQ(tls.signature_scheme, "");
  EXPECT_EQ(export_from(c), US_QUIC_E_STATE);
}

TEST_F(TlsOfConnections, IsTheSameWhenTheConnectionIsClosed) {
  us_quic_connection_t* c = connect();
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
  const us_quic_tls_t before = us_quic_connection_tls(c);
  const int exported = export_from(c);
  EXPECT_EQ(exported, *before.cipher_suite == '\0' ? US_QUIC_E_UNSUPPORTED : US_QUIC_OK);
  us_quic_connection_close(c, 0, nullptr);
  const us_quic_tls_t after = us_quic_connection_tls(c);
  EXPECT_STREQ(after.cipher_suite, before.cipher_suite);
  EXPECT_STREQ(after.group, before.group);
  EXPECT_STREQ(after.signature_scheme, before.signature_scheme);
  EXPECT_EQ(export_from(c), US_QUIC_E_CLOSED);
}

TEST_F(TlsOfConnections, ExportsNoLengthsThatCannotBe) {
  us_quic_connection_t* c = connect();
  ASSERT_TRUE(loop.run_until([&] { return client.opened == 1; }));
  EXPECT_EQ(export_from(c, 8161), US_QUIC_E_INVALID);
  EXPECT_NE(export_from(c, 8160), US_QUIC_E_INVALID);
  EXPECT_EQ(export_from(c, 32, ""), US_QUIC_E_INVALID);
  EXPECT_EQ(export_from(c, 32, std::string(250, 'l')), US_QUIC_E_INVALID);
  EXPECT_NE(export_from(c, 32, std::string(249, 'l')), US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_connection_export_keying_material(c, nullptr, 32, "label", 5, nullptr, 0),
            US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_connection_export_keying_material(c, out.data(), 32, "label", 5, nullptr, 1),
            US_QUIC_E_INVALID);
}

TEST(TlsLibrary, HasANameAndAVersion) {
  const us_quic_tls_library_t library = us_quic_tls_library();
  const std::set<std::string> known{"OpenSSL", "GnuTLS", "BoringSSL"};
  EXPECT_TRUE(known.contains(library.name)) << library.name;
  EXPECT_EQ(std::string(library.version).find_first_not_of("0123456789."), std::string::npos)
      << library.version;
}

TEST(TlsGroups, ThatNobodyKnowsAreRefused) {
  TestLoop loop;
  for (const char* groups : {"", "P-256", "x25519:", "x25519 secp256r1"}) {
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.groups = groups;
    int error = 0;
    EXPECT_EQ(us_create_quic_socket_context(loop.get(), &options, 0, &error), nullptr) << groups;
    EXPECT_EQ(error, US_QUIC_E_INVALID) << groups;
  }
}

}  // namespace
}  // namespace usquic::test
