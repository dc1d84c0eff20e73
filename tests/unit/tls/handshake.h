// Drives two TLS sessions against each other the way QUIC does: messages without a record layer, alerts apart.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/certificates.h"
#include "tls/context.h"

namespace usquic::tls::test {

using usquic::test::Authority;
using usquic::test::Identity;
using usquic::test::KeyType;
using usquic::test::LeafOptions;

inline IdentitySource source_of(const Identity& identity) {
  IdentitySource source;
  source.certificate.text = identity.certificate;
  source.key.text = identity.key;
  return source;
}

inline Options server_options(const Identity& identity) {
  Options options;
  options.identity = source_of(identity);
  options.alpn = {"h3"};
  return options;
}

inline Options client_options(const Authority& authority) {
  Options options;
  options.trust.text = authority.certificate();
  options.alpn = {"h3"};
  return options;
}

// Whether a context can be made that offers this cipher suite and no other.
inline bool can_stand_alone(CipherSuiteId suite) {
  return library().keeps_to_cipher_suites || suite == CipherSuiteId::aes_256_gcm_sha384;
}

inline std::unique_ptr<Context> make_context(const Options& options) {
  Result<std::unique_ptr<Context>> context = create_context(options);
  return context ? *std::move(context) : nullptr;
}

class Peer final : private HandshakeEvents {
 public:
  explicit Peer(std::unique_ptr<Session> tls) : session(std::move(tls)) {
    session->handshake().set_events(*this);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void advance() {
    if (!std::exchange(has_started_, true)) note(session->handshake().start());
  }

  struct Message {
    EncryptionLevel level;
    std::string bytes;
  };

  // What is to be sent, one after the other.
  std::optional<Message> take_message() {
    if (outgoing_.empty()) return std::nullopt;
    Message message = std::move(outgoing_.front());
    outgoing_.pop_front();
    return message;
  }

  void receive(const Message& message) {
    if (!has_failed) note(session->handshake().receive(message.level, as_bytes(message.bytes)));
  }

  // Hands over what the other side queued; true when there was anything.
  bool receive_from(Peer& other) {
    bool any = false;
    while (!has_failed) {
      const std::optional<Message> message = other.take_message();
      if (!message) break;
      receive(*message);
      any = true;
    }
    return any;
  }

  int failure() const { return session->failure(alert).code; }
  std::string failure_text() const { return session->failure_text(alert); }

  struct Secret {
    EncryptionLevel level;
    Direction direction;
    crypto::CipherSuite suite;
    std::string bytes;
  };

  std::unique_ptr<Session> session;
  bool is_complete = false;
  bool has_failed = false;
  bool takes_parameters = true;
  std::string own_parameters = "transport parameters";
  std::string peer_parameters;
  bool had_heard_when_asked = false;  // the peer's parameters, when it was asked for its own
  std::optional<Alert> alert;         // sent, or received from the other side
  std::vector<std::string> sent;      // every message, as bytes
  std::vector<Secret> secrets;

 private:
  void note(bool is_going_on) {
    has_failed = !is_going_on;
    is_complete = session->handshake().is_complete();
  }

  bool on_secret(EncryptionLevel level, Direction direction, crypto::CipherSuite suite,
                 Bytes secret) override {
    secrets.push_back({level, direction, suite, std::string(as_text(secret))});
    return true;
  }

  bool on_message(EncryptionLevel level, Bytes message) override {
    outgoing_.push_back({level, std::string(as_text(message))});
    sent.push_back(outgoing_.back().bytes);
    return true;
  }

  bool on_transport_parameters(Bytes parameters) override {
    peer_parameters = as_text(parameters);
    return takes_parameters;
  }

  std::optional<std::size_t> write_transport_parameters(MutableBytes to) override {
    had_heard_when_asked = !peer_parameters.empty();
    std::ranges::copy(own_parameters, to.begin());
    return own_parameters.size();
  }

  void on_alert(Alert description) override { alert = description; }

  bool has_started_ = false;
  std::deque<Message> outgoing_;
};

// A client and a server session, run until neither has anything more to say.
struct Handshake {
  Handshake(Context& client_context, Context& server_context, std::string_view name, std::uint16_t port = 443)
      : client(*client_context.client_session(name, port, 1)), server(*server_context.server_session()) {}

  Handshake& run() {
    client.advance();
    bool any = true;
    while (any) {
      any = server.receive_from(client);
      any = client.receive_from(server) || any;
    }
    // As QUIC's CONNECTION_CLOSE carries it.
    if (client.has_failed && !server.alert.has_value()) server.alert = client.alert;
    if (server.has_failed && !client.alert.has_value()) client.alert = server.alert;
    return *this;
  }

  bool succeeded() const { return client.is_complete && server.is_complete; }

  Peer client;
  Peer server;
};

}  // namespace usquic::tls::test
