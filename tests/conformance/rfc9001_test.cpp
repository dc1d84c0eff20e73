// RFC 9001: TLS inside QUIC: handshakes that fail, messages that must not come, key updates.
#include "checks.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t tls_alert(std::uint64_t alert) {
  return crypto_error + alert;
}

// Types of TLS handshake messages (RFC 8446 section 4).
constexpr unsigned message_end_of_early_data = 5;
constexpr unsigned message_certificate_request = 13;
constexpr unsigned message_finished = 20;
constexpr unsigned message_key_update = 24;

std::string message(unsigned type, std::string_view body) {
  return wire_integer(type, 1) + wire_integer(body.size(), 3) + std::string(body);
}

struct HandshakeAttempt {
  explicit HandshakeAttempt(Engine role, const std::function<void(RawPeer::Options&)>& edit) {
    net.start();
    RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
    edit(options);
    peer = role == Engine::server ? &net.add_client(options) : &net.add_server(options);
    is_joined = net.join(*peer);
  }
  RawNetwork net;
  RawPeer* peer;
  bool is_joined;
};

void expect_handshake_fails(Engine role, const std::vector<std::uint64_t>& codes,
                            const std::function<void(RawPeer::Options&)>& edit) {
  HandshakeAttempt attempt(role, edit);
  EXPECT_FALSE(attempt.is_joined);
  expect_closed(attempt.net, *attempt.peer, codes);
}

TEST(Rfc9001Section8_1, NoCommonApplicationProtocol) {
  expect_handshake_fails(Engine::server, {tls_alert(alert_no_application_protocol)},
                         [](RawPeer::Options& o) { o.tls.alpn = {"something-else"}; });
}

TEST(Rfc9001Section8_1, NoApplicationProtocolAtAll) {
  for (const Engine role : {Engine::server, Engine::client}) {
    expect_handshake_fails(role, {tls_alert(alert_no_application_protocol)},
                           [](RawPeer::Options& o) { o.tls.alpn = {}; });
  }
}

TEST(Rfc9001Section4_8, NoCommonCipherSuite) {
  expect_handshake_fails(Engine::server, {tls_alert(alert_handshake_failure)}, [](RawPeer::Options& o) {
    o.tls.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM-8:%DISABLE_TLS13_COMPAT_MODE";
  });
}

TEST(Rfc9001Section4_8, NoCommonGroup) {
  expect_handshake_fails(
      Engine::server, {tls_alert(alert_handshake_failure), tls_alert(alert_missing_extension)},
      [](RawPeer::Options& o) {
        o.tls.priority =
            "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-FFDHE2048:"
            "%DISABLE_TLS13_COMPAT_MODE";
      });
}

TEST(Rfc9001Section4_8, ACertificateThatTheClientDoesNotTrust) {
  const Authority stranger("a stranger");
  const Identity identity = leaf_for(stranger, {"server.test"});
  constexpr std::uint64_t unknown_ca = 48, bad_certificate = 42;
  expect_handshake_fails(Engine::client, {tls_alert(unknown_ca), tls_alert(bad_certificate)},
                         [&](RawPeer::Options& o) { o.tls.identity = identity; });
}

TEST(Rfc9001Section4_8, ACertificateThatIsNone) {
  constexpr std::uint64_t bad_certificate = 42, decode_error = 50;
  constexpr unsigned message_certificate = 11;
  expect_handshake_fails(
      Engine::client, {tls_alert(bad_certificate), tls_alert(decode_error)}, [](RawPeer::Options& o) {
        o.edit_message = [](Level level, std::string& bytes) {
          const bool is_certificate =
              level == Level::handshake && static_cast<unsigned char>(bytes[0]) == message_certificate;
          // Behind the header, an empty context and two lengths: the certificate's SEQUENCE.
          if (is_certificate) bytes[4 + 1 + 3 + 3] = '\x7f';
        };
      });
}

TEST(Rfc9001Section4_8, MessagesThatTlsCannotRead) {
  constexpr std::uint64_t decode_error = 50, illegal_parameter = 47, decrypt_error = 51;
  // The ClientHello's length field says one byte more than its fields have.
  expect_handshake_fails(Engine::server, {tls_alert(decode_error), tls_alert(illegal_parameter)},
                         [](RawPeer::Options& o) {
                           o.edit_message = [](Level level, std::string& bytes) {
                             if (level != Level::initial) return;
                             bytes[3] = static_cast<char>(bytes[3] + 1);
                             bytes += '\0';
                           };
                         });
  // A Finished of the wrong value.
  expect_handshake_fails(Engine::server, {tls_alert(decrypt_error)}, [](RawPeer::Options& o) {
    o.edit_message = [](Level level, std::string& bytes) {
      if (level == Level::handshake && static_cast<unsigned char>(bytes[0]) == message_finished) {
        bytes.back() = static_cast<char>(bytes.back() ^ 1);
      }
    };
  });
}

TEST(Rfc9001Section6, TlsKeyUpdateMessagesAreForbidden) {
  for (const Engine role : {Engine::server, Engine::client}) {
    expect_frames_close(role, frame::crypto(0, message(message_key_update, std::string(1, '\0'))),
                        tls_alert(alert_unexpected_message));
  }
}

// A Finished is a client's last message, in whatever packet another one comes.
TEST(Rfc9001Section6, NoTlsMessageFollowsTheClientsFinishedInItsFrame) {
  HandshakeAttempt attempt(Engine::server, [](RawPeer::Options& o) {
    o.edit_message = [](Level level, std::string& bytes) {
      if (level == Level::handshake) bytes += message(message_finished, std::string(32, 'f'));
    };
  });
  expect_closed(attempt.net, *attempt.peer, tls_alert(alert_unexpected_message));
}

TEST(Rfc9001Section6, NoTlsMessageFollowsTheClientsFinishedInAnotherPacket) {
  for (const bool is_in_its_datagram : {true, false}) {
    RawNetwork net;
    net.start();
    RawPeer::Options options = net.client_options();
    std::size_t finished_bytes = 0;
    options.edit_message = [&](Level level, std::string& bytes) {
      if (level == Level::handshake) finished_bytes = bytes.size();
    };
    RawPeer& peer = net.add_client(options);
    const auto extra = [&] {
      const std::string again = message(message_finished, std::string(32, 'f'));
      return peer.make_packet(Level::handshake, frame::crypto(finished_bytes, again));
    };
    bool is_sent = false;
    peer.transmit = [&, transmit = peer.transmit](std::string datagram) {
      const bool has_finished = finished_bytes > 0 && !std::exchange(is_sent, finished_bytes > 0);
      if (has_finished && is_in_its_datagram) datagram += extra();
      transmit(datagram);
      if (has_finished && !is_in_its_datagram) transmit(extra());
    };
    net.join(peer);
    net.run();
    EXPECT_TRUE(is_sent);
    expect_closed(net, peer, tls_alert(alert_unexpected_message));
  }
}

TEST(Rfc9001Section4_4, CertificateRequestAfterTheHandshake) {
  // certificate_request_context, then signature_algorithms (RFC 8446 section 4.3.2).
  const std::string request("\x01\x01\x00\x08\x00\x0d\x00\x04\x00\x02\x08\x04", 12);
  Joined joined(Engine::client);
  joined.peer->send(frame::crypto(0, message(message_certificate_request, request)));
  expect_closed(joined.net, *joined.peer, {protocol_violation, tls_alert(alert_unexpected_message)});
}

TEST(Rfc9001Section8_3, EndOfEarlyDataMessagesAreForbidden) {
  expect_handshake_fails(Engine::server, {tls_alert(alert_unexpected_message)}, [](RawPeer::Options& o) {
    o.edit_message = [](Level level, std::string& bytes) {
      if (level == Level::handshake) bytes = message(message_end_of_early_data, "") + bytes;
    };
  });
}

TEST(Rfc9001Section6_2, AKeyUpdateOfThePeerIsFollowed) {
  Joined joined(Engine::server);
  for (int i = 0; i < 3; ++i) {
    joined.peer->update_keys();
    joined.peer->write(0, "x");
    joined.net.run();
    expect_open(joined.net, *joined.peer);
  }
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->body, "xxx");
}

// RFC 9001 section 6.1: an update needs an acknowledgement of the one before. Nothing can be read any more,
// and silence would last until the idle timeout.
TEST(Rfc9001Section6_1, TwoKeyUpdatesWithoutAnAcknowledgementBetween) {
  for (const Engine role : {Engine::server, Engine::client}) {
    Joined joined(role);
    joined.peer->update_keys();
    joined.peer->update_keys();
    joined.peer->send(frame::ping());
    expect_closed(joined.net, *joined.peer, key_update_error);
    ASSERT_NE(joined.net.connection, nullptr);
    EXPECT_EQ(joined.net.connection->close.error, US_QUIC_E_TRANSPORT);
    EXPECT_NE(joined.net.connection->close_reason.find("keys twice"), std::string::npos);
  }
}

// The second of them comes while the first is not confirmed: it is only early.
TEST(Rfc9001Section6_1, AKeyUpdateThatComesEarlyIsFollowedWhenItIsRepeated) {
  Joined joined(Engine::server);
  joined.peer->update_keys();
  joined.peer->send(frame::ping());
  joined.peer->update_keys();
  joined.peer->send(frame::ping());
  joined.net.run(std::chrono::seconds(1));
  joined.peer->send(frame::ping());
  expect_open(joined.net, *joined.peer);
}

TEST(Rfc9001Section6_6, ForgedPacketsAreNoKeyUpdates) {
  Joined joined(Engine::server);
  for (int i = 0; i < 100; ++i) {
    std::string packet = joined.peer->make_packet(Level::application, frame::ping());
    packet.back() = static_cast<char>(packet.back() ^ 1);
    joined.peer->transmit(packet);
  }
  expect_open(joined.net, *joined.peer);
}

// A KEY_UPDATE_ERROR is for who removes protection with old keys. ngtcp2 does not try them on newer packets.
TEST(Rfc9001Section6_4, OldKeysOnANewerPacketOpenNothing) {
  Joined joined(Engine::server);
  const std::uint64_t number = joined.peer->next_number(Level::application);
  PacketOptions late;
  late.number = number + 10;
  const std::string with_old_keys =
      joined.peer->make_packet(Level::application, frame::stream(0, 0, "x"), late);
  joined.peer->update_keys();
  PacketOptions first;
  first.number = number;
  joined.peer->send(Level::application, frame::ping(), first);
  joined.net.run(std::chrono::milliseconds(15));
  joined.peer->transmit(with_old_keys);
  joined.net.run();
  if (joined.peer->close()) return expect_closed(joined.net, *joined.peer, key_update_error);
  expect_open(joined.net, *joined.peer);
  for (const auto& s : joined.net.pair.server.streams) EXPECT_NE(s->id, 0);
}

TEST(Rfc9001Section6_4, OldKeysOnAnOlderPacketAreRead) {
  Joined joined(Engine::server);
  const std::string late = joined.peer->make_packet(Level::application, frame::stream(0, 0, "late"));
  joined.peer->update_keys();
  joined.peer->send(frame::ping());
  joined.net.run(std::chrono::milliseconds(15));
  joined.peer->transmit(late);
  expect_open(joined.net, *joined.peer);
  EXPECT_EQ(joined.net.pair.server.streams.at(0)->body, "late");
}

TEST(Rfc9001Section9_5, PacketsThatCannotBeOpenedAreDroppedInSilence) {
  Joined joined(Engine::server);
  for (std::size_t i = 0; i < 60; ++i) {
    std::string packet = joined.peer->make_packet(Level::application, frame::stream(0, 0, "x"));
    packet[1 + joined.peer->dcid.size() + i % (packet.size() - 1 - joined.peer->dcid.size())] ^= 0x11;
    joined.peer->transmit(packet);
  }
  expect_open(joined.net, *joined.peer);
  for (const auto& s : joined.net.pair.server.streams) EXPECT_NE(s->id, 0);
}

TEST(Rfc9001Section4_1_3, CryptoDataThatIsLeftWhenKeysChange) {
  // The ClientHello with a byte too many behind it in the Initial packet number space.
  expect_handshake_fails(Engine::server, {protocol_violation, tls_alert(alert_unexpected_message)},
                         [](RawPeer::Options& o) {
                           o.edit_message = [](Level level, std::string& bytes) {
                             if (level == Level::initial) bytes += "x";
                           };
                         });
}

}  // namespace
}  // namespace usquic::test
