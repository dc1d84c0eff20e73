// ClientHellos as networks and other clients bring them: in pieces, out of order, twice (RFC 9001 section 4.3).
#include "checks.h"

namespace usquic::test {
namespace {

struct Arrival {
  std::size_t pieces;
  bool is_together;
  bool meets_retry;
  bool is_asked_for_another_key_share;
};

class ClientHelloInPieces : public testing::TestWithParam<Arrival> {};

TEST_P(ClientHelloInPieces, IsReadAsOne) {
  const Arrival& arrival = GetParam();
  RawNetwork net;
  if (arrival.meets_retry) net.pair.server.config.address_validation = engine::AddressValidation::always;
  if (arrival.is_asked_for_another_key_share) net.pair.server.tls_options.groups = {tls::Group::secp384r1};
  net.start();
  RawPeer::Options options = net.client_options();
  options.hello_pieces = arrival.pieces;
  options.puts_pieces_together = arrival.is_together;
  options.tls.priority =
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:"
      "%DISABLE_TLS13_COMPAT_MODE";
  RawPeer& peer = net.add_client(options);
  EXPECT_TRUE(net.join(peer));
  // A client whose ClientHello does not begin with its first datagram has to prove its address before more is kept.
  const bool comes_without_its_beginning = arrival.pieces > 1 && !arrival.is_together;
  EXPECT_EQ(peer.retry_token().has_value(), arrival.meets_retry || comes_without_its_beginning);
  EXPECT_TRUE(net.neighbours_talk());
}

INSTANTIATE_TEST_SUITE_P(Of, ClientHelloInPieces,
                         testing::Values(Arrival{10, false, false, false}, Arrival{10, true, false, false},
                                         Arrival{10, false, true, false}, Arrival{10, true, true, false},
                                         Arrival{10, false, false, true}, Arrival{10, true, false, true},
                                         Arrival{10, false, true, true}, Arrival{2, false, true, true},
                                         Arrival{0, false, true, true}));

// RFC 8446 section 4.2: a client may offer what a server has never heard of (GREASE, RFC 8701, among it).
TEST(ClientHello, MayHaveExtensionsAndGroupsThatNobodyKnows) {
  RawNetwork net;
  net.start();
  RawPeer::Options options = net.client_options();
  options.tls.unknown_extension = std::string(100, 'u');
  EXPECT_TRUE(net.join(net.add_client(options)));
}

// The last byte of its PSK binder is another: decrypt_error (RFC 8446 section 4.2.11.2), or no resumption.
class OfferedSession : public testing::Test {
 protected:
  OfferedSession() {
    net.pair.server.tls_options.secret[0] = 1;
    net.start();
    RawPeer& first = net.join_client();
    net.run();
    session = first.tls_session();
  }

  RawPeer& offer_to(RawNetwork& to, std::function<void(std::string&)> edit_hello = nullptr) {
    RawPeer::Options options = to.client_options();
    options.tls.session = session;
    if (edit_hello) {
      options.edit_message = [edit = std::move(edit_hello)](Level level, std::string& bytes) {
        if (level == Level::initial) edit(bytes);
      };
    }
    return to.add_client(options);
  }

  RawNetwork net;
  std::string session;
};

TEST_F(OfferedSession, IsResumed) {
  EXPECT_TRUE(net.join(offer_to(net)));
  EXPECT_TRUE(net.connection->handle->is_resumed());
  EXPECT_STREQ(net.connection->handle->tls_parameters().signature_scheme, "");
  EXPECT_STRNE(net.connection->handle->tls_parameters().group, "");
}

TEST_F(OfferedSession, WithAForgedBinderEndsTheHandshake) {
  constexpr std::uint64_t decrypt_error = 51, illegal_parameter = 47;
  RawPeer& peer =
      offer_to(net, [](std::string& hello) { hello.back() = static_cast<char>(hello.back() ^ 1); });
  EXPECT_FALSE(net.join(peer));
  expect_closed(net, peer, {crypto_error + decrypt_error, crypto_error + illegal_parameter});
  EXPECT_TRUE(net.neighbours_talk());
}

// The ticket is sealed: a server that cannot open it makes a full handshake.
TEST_F(OfferedSession, OfAnotherServerIsPassedOver) {
  RawNetwork other;
  other.pair.server.tls_options.secret[0] = 2;
  other.start();
  EXPECT_TRUE(other.join(offer_to(other)));
  EXPECT_FALSE(other.connection->handle->is_resumed());
}

}  // namespace
}  // namespace usquic::test
