// The TLS half of a hand-driven QUIC peer: GnuTLS, with its messages and secrets given out by encryption
// level and the transport parameters extension as raw bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/certificates.h"
#include "support/packet_keys.h"

struct gnutls_session_int;
struct gnutls_certificate_credentials_st;

namespace usquic::test {

enum class Level { initial, early, handshake, application };

class TlsPeer {
 public:
  struct Options {
    bool is_server = false;
    std::string server_name = "server.test";
    std::vector<std::string> alpn = {"echo"};
    std::string priority =
        "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM:-GROUP-ALL:+GROUP-X25519:"
        "+GROUP-SECP256R1:%DISABLE_TLS13_COMPAT_MODE";
    Identity identity;  // server
    // server: more certificates than a chain may have, all the same, behind the leaf; PEM
    std::string chain_filler;
    int fillers = 0;
    std::string unknown_extension;  // client: in an extension of a number that nobody has
    std::string session;            // client: what session() gave, to be resumed
    bool sends_transport_parameters = true;
  };
  // What it tells, from inside its calls.
  struct Events {
    std::function<void(Level, std::string_view message)> on_message;  // to be sent in CRYPTO frames
    // Either secret may be empty: not given yet.
    std::function<void(Level, std::string read_secret, std::string write_secret)> on_secrets;
    // Asked once, when the extension is written; raw bytes.
    std::function<std::string()> transport_parameters;
  };

  TlsPeer(const Options& options, Events events);
  ~TlsPeer();
  TlsPeer(const TlsPeer&) = delete;
  TlsPeer& operator=(const TlsPeer&) = delete;

  void start();                                 // client: makes the ClientHello
  void set_server_name(std::string_view name);  // client: that the next ClientHello asks for
  std::string session() const;                  // client: for another connection, once a ticket has come
  bool is_resumed() const;
  void read(Level level, std::string_view message_bytes);

  // What was agreed on; known when the secrets of handshake packets are told.
  PacketCipher cipher() const;
  bool is_complete() const { return is_complete_; }
  std::optional<int> alert() const { return alert_; }  // that this side wants to send
  const std::string& peer_parameters() const { return peer_parameters_; }

 private:
  struct Hooks;

  void go_on();
  void set_overlong_chain(const Options& options);

  Events events_;
  bool sends_transport_parameters_;
  std::string unknown_extension_;
  gnutls_session_int* session_ = nullptr;
  gnutls_certificate_credentials_st* credentials_ = nullptr;
  bool is_complete_ = false;
  std::optional<int> alert_;
  std::string peer_parameters_;
};

}  // namespace usquic::test
