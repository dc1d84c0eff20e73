// What cannot be done is said in the place that the options name, where µSockets prints and ends the process.
#include <gtest/gtest.h>

#include "program.h"
#include "support/test_loop.h"
#include "usquic/error.h"

namespace usquic::test {
namespace {

class CompatErrors : public testing::Test {
 protected:
  us_quic_socket_context_options_t reporting(us_quic_socket_context_options_t options) {
    options.error = &error;
    return options;
  }
  us_quic_socket_context_t* create(us_quic_socket_context_options_t options, int ext_size = 0) {
    error = 1;
    return us_create_quic_socket_context(loop.get(), reporting(options), ext_size);
  }

  const CertificateFiles certificate;
  TestLoop loop;
  int error = 1;
};

TEST_F(CompatErrors, OfContextsAreTheCertificatesAndTheSizes) {
  EXPECT_NE(create(certificate.server()), nullptr);
  EXPECT_EQ(error, US_QUIC_OK);
  us_quic_socket_context_options_t options = certificate.server();
  options.cert_file_name = "/nowhere/cert.pem";
  EXPECT_EQ(create(options), nullptr);
  EXPECT_EQ(error, US_QUIC_E_CERT_FILE);
  EXPECT_EQ(create(certificate.server(), -1), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  EXPECT_EQ(us_create_quic_socket_context(nullptr, reporting(certificate.server()), 0), nullptr);
  options.error = nullptr;
  EXPECT_EQ(us_create_quic_socket_context(loop.get(), options, 0), nullptr);
}

TEST_F(CompatErrors, OfListeningAreThoseOfTheSocket) {
  us_quic_socket_context_t* client = create(certificate.client());
  EXPECT_EQ(us_quic_socket_context_listen(client, "127.0.0.1", 0, 0), nullptr);
  EXPECT_EQ(error, US_QUIC_E_STATE);
  us_quic_socket_context_t* server = create(certificate.server());
  EXPECT_EQ(us_quic_socket_context_listen(server, "127.0.0.1", 65536, 0), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_socket_context_listen(server, "127.0.0.1", 0, -1), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  us_quic_listen_socket_t* socket = us_quic_socket_context_listen(server, "127.0.0.1", 0, 0);
  ASSERT_NE(socket, nullptr);
  EXPECT_EQ(error, US_QUIC_OK);
  const int port = us_udp_socket_bound_port(reinterpret_cast<us_udp_socket_t*>(socket));
  EXPECT_EQ(us_quic_socket_context_listen(server, "127.0.0.1", port, 0), nullptr);
  EXPECT_EQ(error, US_QUIC_E_ADDRESS_IN_USE);
  // H3App gives NULL for all addresses.
  EXPECT_NE(us_quic_socket_context_listen(server, nullptr, 0, 0), nullptr);
  EXPECT_NE(us_quic_socket_context_listen(server, "", 0, 0), nullptr);
}

TEST_F(CompatErrors, OfConnectingAreTheArguments) {
  us_quic_socket_context_t* client = create(certificate.client());
  EXPECT_EQ(us_quic_socket_context_connect(client, nullptr, 443, 0), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_socket_context_connect(client, "127.0.0.1", 443, -1), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  EXPECT_EQ(us_quic_socket_context_connect(client, "127.0.0.1", 65536, 0), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
}

// Says whether a client with these options takes the server for the right one.
bool connects(const CertificateFiles& certificate, const us_quic_socket_context_options_t& options) {
  TestLoop loop;
  Program server(loop.get(), certificate.server());
  Program client(loop.get(), options);
  client.connect(server.listen());
  EXPECT_TRUE(loop.run_until([&] { return client.opened + client.closed == 1; }));
  loop.free();
  return client.opened == 1;
}

TEST(CompatVerification, IsThereUnlessTheProgramWantsNone) {
  const CertificateFiles certificate;
  us_quic_socket_context_options_t options = certificate.client();
  EXPECT_TRUE(connects(certificate, options));
  options.ca_file_name = nullptr;
  EXPECT_FALSE(connects(certificate, options));
  options.allow_any_server = 1;
  EXPECT_TRUE(connects(certificate, options));
}

}  // namespace
}  // namespace usquic::test
