// An SSL of a DrivenHandshakes, driven as an engine does it: messages go from peer to peer, without packets.
#pragma once

#include <openssl/ssl.h>

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "../tls/handshake.h"
#include "tls/boringssl/driven_handshakes.h"

namespace usquic::tls::test {

// Notes what an engine is told.
struct NotedDriver final : boringssl::HandshakeDriver {
  struct Kept {
    bssl::UniquePtr<SSL_SESSION> session;
    std::time_t expires;
    bool is_authorized;
  };

  boringssl::ConnectedTo peer_of(const SSL* /*ssl*/) override { return peer; }
  void on_complete(const SSL* /*ssl*/, const boringssl::Outcome& outcome) override {
    outcomes.push_back(outcome);
  }
  void on_refusal(const SSL* /*ssl*/, const Verdict& verdict) override { refusal = verdict; }
  void on_alert(const SSL* /*ssl*/, Alert sent) override { alert = sent; }
  void on_ticket(SSL* /*ssl*/, SSL_SESSION* ticket, std::time_t expires, bool is_authorized) override {
    SSL_SESSION_up_ref(ticket);
    tickets.push_back({bssl::UniquePtr<SSL_SESSION>(ticket), expires, is_authorized});
  }

  boringssl::ConnectedTo peer;
  std::vector<boringssl::Outcome> outcomes;
  std::optional<Verdict> refusal;
  std::optional<Alert> alert;
  std::deque<Kept> tickets;
};

class DrivenPeer {
 public:
  explicit DrivenPeer(SSL_CTX* context) : ssl(SSL_new(context)) {
    static const SSL_QUIC_METHOD method = {on_secret, on_secret, on_message, on_flush, on_alert};
    static const std::uint8_t parameters[] = {1, 2, 3};
    SSL_set_quic_method(ssl.get(), &method);
    SSL_set_quic_transport_params(ssl.get(), parameters, sizeof(parameters));
    SSL_set_quic_early_data_context(ssl.get(), parameters, sizeof(parameters));
    SSL_set_ex_data(ssl.get(), index(), this);
  }
  DrivenPeer(const DrivenPeer&) = delete;
  DrivenPeer& operator=(const DrivenPeer&) = delete;

  void connect(const char* server_name, SSL_SESSION* session = nullptr) {
    static const std::uint8_t protocols[] = {2, 'h', '3'};
    SSL_set_connect_state(ssl.get());
    SSL_set_alpn_protos(ssl.get(), protocols, sizeof(protocols));
    SSL_set_tlsext_host_name(ssl.get(), server_name);
    if (session != nullptr) SSL_set_session(ssl.get(), session);
  }
  void accept() { SSL_set_accept_state(ssl.get()); }

  void go_on() {
    if (has_failed) return;
    const bool is_handshaking = SSL_in_init(ssl.get()) == 1;
    const int result =
        is_handshaking ? SSL_do_handshake(ssl.get()) : SSL_process_quic_post_handshake(ssl.get());
    if (result != 1 && SSL_get_error(ssl.get(), result) != SSL_ERROR_WANT_READ) has_failed = true;
    if (result == 1 && is_handshaking && SSL_in_init(ssl.get()) == 0) go_on();  // tickets may lie there
  }

  void take_from(DrivenPeer& other) {
    while (!other.sent.empty() && !has_failed) {
      const auto [level, bytes] = other.sent.front();
      other.sent.pop_front();
      if (SSL_provide_quic_data(ssl.get(), level, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                bytes.size()) != 1)
        has_failed = true;
      go_on();
    }
  }

  bssl::UniquePtr<SSL> ssl;
  std::deque<std::pair<ssl_encryption_level_t, std::string>> sent;
  bool has_failed = false;

 private:
  static int index() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }
  static int on_secret(SSL* /*ssl*/, ssl_encryption_level_t /*level*/, const SSL_CIPHER* /*cipher*/,
                       const std::uint8_t* /*secret*/, std::size_t /*length*/) {
    return 1;
  }
  static int on_message(SSL* ssl, ssl_encryption_level_t level, const std::uint8_t* data,
                        std::size_t length) {
    auto& self = *static_cast<DrivenPeer*>(SSL_get_ex_data(ssl, index()));
    self.sent.emplace_back(level, std::string(reinterpret_cast<const char*>(data), length));
    return 1;
  }
  static int on_flush(SSL* /*ssl*/) { return 1; }
  static int on_alert(SSL* /*ssl*/, ssl_encryption_level_t /*level*/, std::uint8_t /*alert*/) { return 1; }
};

// Both to the end of the handshake, or to where one fails.
inline bool run(DrivenPeer& client, DrivenPeer& server) {
  client.go_on();
  for (int i = 0; i < 8; ++i) {
    server.take_from(client);
    client.take_from(server);
  }
  return !client.has_failed && !server.has_failed && SSL_in_init(client.ssl.get()) == 0 &&
         SSL_in_init(server.ssl.get()) == 0;
}

}  // namespace usquic::tls::test
