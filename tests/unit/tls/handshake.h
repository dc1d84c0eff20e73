// Drives two TLS sessions against each other the way QUIC does: messages without a record layer, alerts
// apart. Like ngtcp2's crypto library it owns the session pointer and the secret, read and alert functions.
#pragma once

#include <gnutls/gnutls.h>

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

inline std::unique_ptr<Context> make_context(const Options& options) {
  Result<std::unique_ptr<Context>> context = create_context(options);
  return context ? *std::move(context) : nullptr;
}

class Peer {
 public:
  explicit Peer(std::unique_ptr<Session> tls) : session(std::move(tls)) {
    gnutls_session_t native = session->native();
    gnutls_session_set_ptr(native, this);
    gnutls_handshake_set_secret_function(native, on_secret);
    gnutls_handshake_set_read_function(native, on_message);
    gnutls_alert_set_read_function(native, on_alert);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void advance() {
    if (is_complete || error < 0) return;
    note(gnutls_handshake(session->native()));
    if (error == 0 && last_ == 0) is_complete = true;
  }

  // Hands over what the other side queued; true when there was anything.
  bool receive_from(Peer& other) {
    bool any = false;
    while (!other.outgoing_.empty() && error == 0) {
      const Message message = std::move(other.outgoing_.front());
      other.outgoing_.pop_front();
      note(gnutls_handshake_write(session->native(), message.level, message.bytes.data(),
                                  message.bytes.size()));
      advance();
      any = true;
    }
    return any;
  }

  int failure() const { return session->failure(alert); }
  std::string failure_text() const { return session->failure_text(alert); }

  std::unique_ptr<Session> session;
  bool is_complete = false;
  int error = 0;
  std::optional<std::uint8_t> alert;  // sent, or received from the other side
  std::vector<std::string> sent;      // every message, as bytes

 private:
  struct Message {
    gnutls_record_encryption_level_t level;
    std::string bytes;
  };

  void note(int result) {
    last_ = result;
    if (result >= 0 || gnutls_error_is_fatal(result) == 0) return;
    error = result;
    gnutls_alert_send_appropriate(session->native(), result);
  }

  static Peer& from(gnutls_session_t native) { return *static_cast<Peer*>(gnutls_session_get_ptr(native)); }

  static int on_secret(gnutls_session_t, gnutls_record_encryption_level_t, const void*, const void*,
                       std::size_t) {
    return 0;
  }

  static int on_message(gnutls_session_t native, gnutls_record_encryption_level_t level,
                        gnutls_handshake_description_t type, const void* data, std::size_t length) {
    if (type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC) return 0;
    Peer& self = from(native);
    self.outgoing_.push_back({level, std::string(static_cast<const char*>(data), length)});
    self.sent.push_back(self.outgoing_.back().bytes);
    return 0;
  }

  static int on_alert(gnutls_session_t native, gnutls_record_encryption_level_t, gnutls_alert_level_t,
                      gnutls_alert_description_t description) {
    from(native).alert = static_cast<std::uint8_t>(description);
    return 0;
  }

  std::deque<Message> outgoing_;
  int last_ = 0;
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
    if (client.error < 0 && !server.alert.has_value()) server.alert = client.alert;
    if (server.error < 0 && !client.alert.has_value()) client.alert = server.alert;
    return *this;
  }

  bool succeeded() const { return client.is_complete && server.is_complete; }

  Peer client;
  Peer server;
};

}  // namespace usquic::tls::test
