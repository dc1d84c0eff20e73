#include "tls/stream_session.h"

#include <gtest/gtest.h>

#include <random>

#include "foreign_peer.h"
#include "handshake.h"
#include "support/tls_stream_client.h"
#include "usquic/error.h"

namespace usquic::tls::test {
namespace {

using Client = usquic::test::TlsStreamClient;
using State = StreamSession::State;

constexpr const char* tls12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
constexpr const char* tls13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
constexpr const char* both_versions[] = {tls12, tls13};

// A client and a session of `context`, with what goes between them.
struct Streams {
  Streams(Context& context, const Client::Options& options,
          std::vector<std::string> alpn = {"h2", "http/1.1"})
      : client(options) {
    Result<std::unique_ptr<StreamSession>> made = context.server_stream_session(alpn);
    CHECK(static_cast<bool>(made));
    server = *std::move(made);
  }

  State give(std::string_view bytes) {
    std::vector<std::uint8_t> plain;
    const State state = server->receive(as_bytes(bytes), plain, records);
    received.append(as_text(plain));
    return state;
  }

  // Carries bytes both ways until there are none, to the server in pieces of this size.
  Streams& carry(std::size_t piece = std::string::npos) {
    for (bool any = true; any;) {
      const std::string to_server = client.take_output();
      for (std::size_t at = 0; at < to_server.size();) {
        const std::string part = to_server.substr(at, piece);
        give(part);
        at += part.size();
      }
      any = !to_server.empty() || !records.empty();
      client.receive(as_text(std::exchange(records, {})));
    }
    return *this;
  }

  Streams& run(std::size_t piece = std::string::npos) {
    client.start();
    return carry(piece);
  }

  bool is_open() const { return client.is_open() && server->state() == State::open; }

  Client client;
  std::unique_ptr<StreamSession> server;
  std::vector<std::uint8_t> records;  // of the server, on their way
  std::string received;               // by the server
};

class StreamSessions : public testing::Test {
 protected:
  StreamSessions()
      : options_(server_options(authority_.issue({.common_name = "default", .dns_names = {"a.example"}}))) {
    make();
  }

  void make() { context_ = make_context(options_); }

  static Client::Options client(const char* priority, std::vector<std::string> alpn = {}) {
    Client::Options options;
    options.priority = priority;
    options.alpn = std::move(alpn);
    return options;
  }

  IdentitySource named(const std::string& name) {
    return source_of(authority_.issue({.common_name = name, .dns_names = {"b.example"}}));
  }

  // What the server says to a client with these settings, and that neither side is open.
  std::optional<int> refusal_of(const Client::Options& options) {
    Streams streams(*context_, options);
    streams.run();
    EXPECT_FALSE(streams.client.is_open());
    EXPECT_EQ(streams.server->state(), State::failed);
    EXPECT_EQ(streams.server->failure().code, US_QUIC_E_TLS);
    return streams.client.alert();
  }

  Authority authority_;
  Options options_;
  std::unique_ptr<Context> context_;
};

TEST_F(StreamSessions, AgreeOnTls12AndTls13) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open()) << version;
    EXPECT_EQ("NORMAL:-VERS-ALL:+VERS-" + streams.client.version(), version);
    EXPECT_EQ(streams.server->server_name(), "a.example");
    EXPECT_FALSE(streams.server->is_resumed());
    EXPECT_FALSE(streams.server->is_authorized());
    EXPECT_TRUE(streams.server->peer_certificate().empty());
    streams.client.send("question");
    streams.carry();
    EXPECT_EQ(streams.received, "question");
    ASSERT_TRUE(streams.server->send(as_bytes("answer"), streams.records));
    streams.carry();
    EXPECT_EQ(streams.client.received(), "answer");
  }
}

TEST_F(StreamSessions, TakeBytesOneByOne) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version, {"h2"}));
    ASSERT_TRUE(streams.run(1).is_open()) << version;
    streams.client.send("byte by byte");
    streams.carry(1);
    EXPECT_EQ(streams.received, "byte by byte");
  }
}

// The handshake's end and data of the application in one piece.
TEST_F(StreamSessions, TakeDataThatComesWithTheHandshakesEnd) {
  Streams streams(*context_, client(tls13));
  streams.client.start();
  streams.give(streams.client.take_output());
  streams.client.receive(as_text(std::exchange(streams.records, {})));
  ASSERT_TRUE(streams.client.is_open());
  streams.client.send("early bird");
  EXPECT_EQ(streams.give(streams.client.take_output()), State::open);
  EXPECT_EQ(streams.received, "early bird");
}

TEST_F(StreamSessions, TellWhatWasAgreedOn) {
  for (const char* version : both_versions) {
    const std::string choices = ":-CIPHER-ALL:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-SECP256R1";
    Streams streams(*context_, client((version + choices).c_str()));
    ASSERT_TRUE(streams.run().is_open());
    const Parameters agreed = streams.server->parameters();
    EXPECT_EQ(agreed.cipher_suite, CipherSuiteId::chacha20_poly1305_sha256) << version;
    EXPECT_EQ(agreed.group, Group::secp256r1) << version;
    EXPECT_EQ(agreed.signature_scheme, SignatureScheme::ecdsa_secp256r1_sha256) << version;
  }
}

TEST_F(StreamSessions, TheContextsCipherSuitesHoldForBothVersions) {
  options_.cipher_suites = {CipherSuiteId::aes_256_gcm_sha384};
  make();
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    EXPECT_EQ(streams.server->parameters().cipher_suite, CipherSuiteId::aes_256_gcm_sha384);
    EXPECT_EQ(refusal_of(client((std::string(version) + ":-CIPHER-ALL:+AES-128-GCM").c_str())), 40);
  }
}

TEST_F(StreamSessions, TheServersOrderOfProtocolsDecides) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version, {"http/1.1", "h2"}));
    ASSERT_TRUE(streams.run().is_open());
    EXPECT_EQ(streams.server->alpn(), "h2");
    EXPECT_EQ(streams.client.alpn(), "h2");
  }
}

// What the context's options say is QUIC's.
TEST_F(StreamSessions, WithoutAProtocolInCommonTheClientIsRefused) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version, {"h3"}));
    EXPECT_FALSE(streams.run().is_open());
    EXPECT_EQ(streams.server->state(), State::failed);
    EXPECT_EQ(streams.client.alert(), 120) << version;
    EXPECT_EQ(streams.server->failure().code, US_QUIC_E_ALPN);
    EXPECT_EQ(streams.server->failure_text(), "TLS alert 120, no_application_protocol");
  }
}

TEST_F(StreamSessions, AClientThatOffersNoProtocolIsLetIn) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    EXPECT_EQ(streams.server->alpn(), "");
  }
}

TEST_F(StreamSessions, NoProtocolIsChosenWhereTheServerHasNone) {
  Streams streams(*context_, client(tls13, {"h2"}), {});
  ASSERT_TRUE(streams.run().is_open());
  EXPECT_EQ(streams.server->alpn(), "");
}

TEST_F(StreamSessions, ProtocolsMustBeValid) {
  const std::vector<std::string> empty_name = {"h2", ""};
  EXPECT_EQ(context_->server_stream_session(empty_name).error(), US_QUIC_E_INVALID);
}

TEST_F(StreamSessions, ThereAreNoneWithoutACertificate) {
  options_.identity = {};
  make();
  EXPECT_EQ(context_->server_stream_session({}).error(), US_QUIC_E_STATE);
}

TEST_F(StreamSessions, ShowTheCertificateOfTheServerName) {
  ASSERT_TRUE(context_->add_server_name("b.example", named("of b")));
  for (const char* version : both_versions) {
    Client::Options options = client(version);
    for (const auto& [name, shown] : std::map<std::string, std::string>{
             {"a.example", "default"}, {"b.example", "of b"}, {"B.example", "of b"}, {"", "default"}}) {
      options.server_name = name;
      Streams streams(*context_, options);
      ASSERT_TRUE(streams.run().is_open()) << version << name;
      EXPECT_EQ(streams.client.server_common_name(), shown);
      EXPECT_EQ(streams.server->server_name(), name);
    }
  }
}

TEST_F(StreamSessions, ShowAReplacedCertificateFromTheNextHandshakeOn) {
  for (const char* version : both_versions) {
    Streams before(*context_, client(version));
    ASSERT_TRUE(before.run().is_open());
    ASSERT_TRUE(context_->add_server_name("*", named("of " + before.client.version())));
    Streams after(*context_, client(version));
    ASSERT_TRUE(after.run().is_open());
    EXPECT_EQ(after.client.server_common_name(), "of " + after.client.version());
    before.client.send("still here");
    EXPECT_EQ(before.carry().received, "still here");
  }
}

TEST_F(StreamSessions, AnUnknownServerNameIsRefusedWhereThereIsNoDefault) {
  options_.identity = {};
  make();
  ASSERT_TRUE(context_->add_server_name("b.example", named("of b")));
  for (const char* version : both_versions) EXPECT_EQ(refusal_of(client(version)), 112);
}

TEST_F(StreamSessions, WriteTheKeyLog) {
  std::string lines;
  options_.keylog = [](void* user, const char* line) {
    static_cast<std::string*>(user)->append(line).append("\n");
  };
  options_.keylog_user = &lines;
  make();
  ASSERT_TRUE(Streams(*context_, client(tls12)).run().is_open());
  EXPECT_TRUE(lines.starts_with("CLIENT_RANDOM ")) << lines;
  lines.clear();
  ASSERT_TRUE(Streams(*context_, client(tls13)).run().is_open());
  EXPECT_NE(lines.find("SERVER_TRAFFIC_SECRET_0 "), std::string::npos) << lines;
}

// Resumption

class StreamResumption : public StreamSessions {
 protected:
  StreamResumption() {
    for (std::uint8_t& octet : options_.secret) octet = 7;
    make();
  }

  std::string session_of(const char* version, const char* name = "a.example") {
    Client::Options options = client(version, {"h2"});
    options.server_name = name;
    Streams streams(*context_, options);
    EXPECT_TRUE(streams.run().is_open());
    return streams.client.session();
  }

  bool resumes(const char* version, const std::string& session, const char* name = "a.example") {
    Client::Options options = client(version, {"h2"});
    options.session = session;
    options.server_name = name;
    Streams streams(*context_, options);
    EXPECT_TRUE(streams.run().is_open());
    EXPECT_EQ(streams.client.is_resumed(), streams.server->is_resumed());
    EXPECT_EQ(streams.server->alpn(), "h2");
    EXPECT_EQ(streams.server->server_name(), name);
    streams.client.send("ping");
    EXPECT_EQ(streams.carry().received, "ping");
    return streams.server->is_resumed();
  }
};

TEST_F(StreamResumption, WorksAcrossServersWithTheSameSecret) {
  for (const char* version : both_versions) {
    const std::string session = session_of(version);
    EXPECT_TRUE(resumes(version, session)) << version;
    make();
    EXPECT_TRUE(resumes(version, session)) << version;
  }
}

TEST_F(StreamResumption, NeedsTheSameSecret) {
  for (const char* version : both_versions) {
    const std::string session = session_of(version);
    ++options_.secret[0];
    make();
    EXPECT_FALSE(resumes(version, session)) << version;
  }
}

TEST_F(StreamResumption, NeedsTheCertificateThatTheSessionBeganWith) {
  ASSERT_TRUE(context_->add_server_name("b.example", named("of b")));
  for (const char* version : both_versions) {
    const std::string session = session_of(version, "b.example");
    EXPECT_TRUE(resumes(version, session, "b.example")) << version;
    EXPECT_FALSE(resumes(version, session, "a.example")) << version;
  }
}

// A client that offers over TCP what it got over QUIC, and the other way round.
TEST_F(StreamResumption, NeverHappensAcrossTransports) {
  ForeignHandshake::Options quic_client;
  quic_client.server_name = "a.example";
  quic_client.alpn = {"h3"};
  ForeignHandshake quic(*context_->server_session(), quic_client);
  ASSERT_TRUE(quic.run().succeeded());
  const std::string of_quic = quic.foreign.session();
  const std::string of_stream = session_of(tls13);

  EXPECT_FALSE(resumes(tls13, of_quic));
  quic_client.session = of_stream;
  ForeignHandshake crossed(*context_->server_session(), quic_client);
  // The client sends the legacy session ID of its TCP session along, which BoringSSL refuses (RFC 9001 section 8.4).
  EXPECT_EQ(crossed.run().succeeded(), library().name != std::string("BoringSSL"));
  EXPECT_FALSE(crossed.own.session->is_resumed());

  EXPECT_TRUE(resumes(tls13, of_stream));
  quic_client.session = of_quic;
  ForeignHandshake straight(*context_->server_session(), quic_client);
  ASSERT_TRUE(straight.run().succeeded());
  EXPECT_TRUE(straight.own.session->is_resumed());
}

TEST_F(StreamResumption, NeverHappensWhereAClientCertificateIsAskedFor) {
  for (const char* version : both_versions) {
    const std::string session = session_of(version);
    options_.request_client_certificate = true;
    make();
    EXPECT_FALSE(resumes(version, session)) << version;
    options_.request_client_certificate = false;
    make();
  }
}

// Client certificates

class StreamClientCertificates : public StreamSessions {
 protected:
  StreamClientCertificates() {
    options_.trust.text = authority_.certificate();
    options_.verify_client = true;
    make();
  }
};

TEST_F(StreamClientCertificates, OfATrustedIssuerAreTaken) {
  for (const char* version : both_versions) {
    Client::Options options = client(version);
    options.identity = authority_.issue({.common_name = "somebody", .for_clients = true});
    Streams streams(*context_, options);
    ASSERT_TRUE(streams.run().is_open()) << version;
    EXPECT_TRUE(streams.server->is_authorized());
    EXPECT_EQ(usquic::test::common_name(streams.server->peer_certificate()), "somebody");
  }
}

TEST_F(StreamClientCertificates, AreRequired) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    streams.run();
    EXPECT_EQ(streams.server->state(), State::failed) << version;
    EXPECT_EQ(streams.server->failure().code, US_QUIC_E_CERT_REQUIRED) << version;
    EXPECT_TRUE(streams.client.has_failed());
  }
}

TEST_F(StreamClientCertificates, OfAnUnknownIssuerAreRefused) {
  const Authority other("another root");
  for (const char* version : both_versions) {
    Client::Options options = client(version);
    options.identity = other.issue({.for_clients = true});
    Streams streams(*context_, options);
    streams.run();
    EXPECT_EQ(streams.server->state(), State::failed) << version;
    EXPECT_EQ(streams.client.alert(), 48) << version;  // unknown_ca
    EXPECT_EQ(streams.server->failure().code, US_QUIC_E_CERT_UNTRUSTED);
    EXPECT_EQ(streams.server->failure_text(), "its issuer is unknown");
  }
}

TEST_F(StreamClientCertificates, ThatAreOnlyAskedForMayBeMissingOrUntrusted) {
  options_.verify_client = false;
  options_.request_client_certificate = true;
  make();
  const Authority other("another root");
  for (const char* version : both_versions) {
    Client::Options options = client(version);
    ASSERT_TRUE(Streams(*context_, options).run().is_open());
    options.identity = other.issue({.for_clients = true});
    Streams streams(*context_, options);
    ASSERT_TRUE(streams.run().is_open()) << version;
    EXPECT_FALSE(streams.server->is_authorized());
    EXPECT_FALSE(streams.server->peer_certificate().empty());
  }
}

// What is refused

using StreamRefusals = StreamSessions;

TEST_F(StreamRefusals, CbcCiphers) {
  EXPECT_EQ(refusal_of(client("NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-128-CBC:+AES-256-CBC")), 40);
}

TEST_F(StreamRefusals, KeyExchangeWithoutForwardSecrecy) {
  options_.identity = source_of(leaf_for(authority_, {"a.example"}, KeyType::rsa_2048));
  make();
  ASSERT_TRUE(Streams(*context_, client(tls12)).run().is_open());
  EXPECT_EQ(refusal_of(client("NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA")), 40);
}

TEST_F(StreamRefusals, OlderVersions) {
  EXPECT_EQ(refusal_of(client("NORMAL:-VERS-ALL:+VERS-TLS1.1")), 70);  // protocol_version
}

TEST_F(StreamRefusals, Renegotiation) {
  Streams streams(*context_, client(tls12));
  ASSERT_TRUE(streams.run().is_open());
  streams.client.renegotiate();
  streams.carry();
  EXPECT_EQ(streams.client.alert(), 100);  // no_renegotiation
  EXPECT_EQ(streams.server->state(), State::failed);
  EXPECT_EQ(streams.server->failure().code, US_QUIC_E_TLS);
  EXPECT_EQ(streams.server->failure_text(), "TLS alert 100, no_renegotiation");
}

TEST_F(StreamRefusals, WhatIsNotTls) {
  Streams streams(*context_, client(tls13));
  EXPECT_EQ(streams.give("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), State::failed);
  EXPECT_EQ(streams.received, "");
  EXPECT_EQ(streams.give("more"), State::failed);
  EXPECT_EQ(streams.server->send(as_bytes("x"), streams.records).error(), US_QUIC_E_STATE);
}

TEST_F(StreamRefusals, ChangedRecords) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    streams.client.send("first");
    streams.carry();
    streams.client.send("second");
    std::string record = streams.client.take_output();
    record.back() = static_cast<char>(record.back() ^ 1);
    EXPECT_EQ(streams.give(record), State::failed);
    EXPECT_EQ(streams.received, "first");
    streams.client.receive(as_text(streams.records));
    EXPECT_EQ(streams.client.alert(), 20) << version;  // bad_record_mac
  }
}

TEST_F(StreamRefusals, RecordsThatAreTooLong) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    // Its length is refused before its bytes are there.
    EXPECT_EQ(streams.give(std::string("\x17\x03\x03\xff\xff", 5)), State::failed);
    streams.client.receive(as_text(streams.records));
    EXPECT_EQ(streams.client.alert(), 22) << version;  // record_overflow
  }
}

TEST_F(StreamRefusals, AClientHelloThatIsCutOffWaits) {
  Streams streams(*context_, client(tls13));
  streams.client.start();
  const std::string hello = streams.client.take_output();
  EXPECT_EQ(streams.give(hello.substr(0, hello.size() - 1)), State::handshaking);
  EXPECT_TRUE(streams.records.empty());
  EXPECT_EQ(streams.server->send(as_bytes("x"), streams.records).error(), US_QUIC_E_STATE);
  streams.server->close(streams.records);
  EXPECT_TRUE(streams.records.empty());
}

// The ends

using StreamEnds = StreamSessions;

TEST_F(StreamEnds, TheClientsCloseNotifyLeavesTheServerItsTurn) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    streams.client.send("last words");
    streams.client.close();
    streams.carry();
    EXPECT_EQ(streams.received, "last words");
    EXPECT_EQ(streams.server->state(), State::peer_closed);
    ASSERT_TRUE(streams.server->send(as_bytes("and the answer"), streams.records));
    streams.server->close(streams.records);
    streams.carry();
    EXPECT_EQ(streams.client.received(), "and the answer");
    EXPECT_TRUE(streams.client.was_closed());
  }
}

TEST_F(StreamEnds, TheServersCloseNotifyLeavesTheClientItsTurn) {
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    streams.server->close(streams.records);
    EXPECT_EQ(streams.server->send(as_bytes("x"), streams.records).error(), US_QUIC_E_STATE);
    streams.carry();
    EXPECT_TRUE(streams.client.was_closed());
    EXPECT_EQ(streams.server->state(), State::open);
    streams.server->close(streams.records);  // once is enough
    EXPECT_TRUE(streams.records.empty());
    streams.client.send("still talking");
    EXPECT_EQ(streams.carry().received, "still talking");
  }
}

TEST_F(StreamEnds, NothingIsHeardBehindACloseNotify) {
  Streams streams(*context_, client(tls13));
  ASSERT_TRUE(streams.run().is_open());
  streams.client.close();
  streams.carry();
  EXPECT_EQ(streams.give("anything"), State::peer_closed);
  EXPECT_EQ(streams.received, "");
}

// Data

using StreamData = StreamSessions;

std::string random_text(std::size_t length) {
  std::mt19937 random(length);
  std::string text(length, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

TEST_F(StreamData, OfAnyLengthArrivesAsItWas) {
  const std::string question = random_text(300'000);
  const std::string answer = random_text(700'000);
  for (const char* version : both_versions) {
    Streams streams(*context_, client(version));
    ASSERT_TRUE(streams.run().is_open());
    streams.client.send(question);
    EXPECT_EQ(streams.carry(1021).received, question);
    ASSERT_TRUE(streams.server->send(as_bytes(answer), streams.records));
    EXPECT_EQ(streams.carry().client.received(), answer);
    EXPECT_LE(streams.client.longest_record(), 16384U);
  }
}

TEST_F(StreamData, GoesOnUnderNewKeys) {
  Streams streams(*context_, client(tls13));
  ASSERT_TRUE(streams.run().is_open());
  streams.client.update_keys();
  streams.client.send("new keys");
  EXPECT_EQ(streams.carry().received, "new keys");
  ASSERT_TRUE(streams.server->send(as_bytes("on both sides"), streams.records));
  EXPECT_EQ(streams.carry().client.received(), "on both sides");
}

TEST_F(StreamData, NothingSentIsNothing) {
  Streams streams(*context_, client(tls13));
  ASSERT_TRUE(streams.run().is_open());
  EXPECT_TRUE(streams.server->send({}, streams.records));
  EXPECT_TRUE(streams.records.empty());
}

}  // namespace
}  // namespace usquic::tls::test
