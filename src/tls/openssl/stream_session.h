// TLS over a byte stream, by OpenSSL.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tls/openssl/agreement.h"
#include "tls/openssl/lent_bytes.h"
#include "tls/openssl/openssl_handles.h"
#include "tls/openssl/peer_check.h"
#include "tls/openssl/shared_state.h"
#include "tls/openssl/shown_identity.h"
#include "tls/stream_session.h"

namespace usquic::tls::openssl {

// Owns the application data of its SSL, by which callbacks find it.
class StreamSessionImpl final : public StreamSession {
 public:
  static Result<std::unique_ptr<StreamSession>> create(const SharedState& shared,
                                                       std::span<const std::string> alpn);

  // What a context calls for sessions of this kind.
  static void set_callbacks(SSL_CTX* context);

  State state() const override { return state_; }
  State receive(Bytes from_peer, std::vector<std::uint8_t>& plain,
                std::vector<std::uint8_t>& records) override;
  Result<void> send(Bytes plain, std::vector<std::uint8_t>& records) override;
  void close(std::vector<std::uint8_t>& records) override;

  std::string alpn() const override { return alpn_of(ssl_.get()); }
  std::string server_name() const override { return shown_.server_name; }
  Bytes peer_certificate() const override;
  // A server that wants certificates does not resume.
  bool is_authorized() const override { return check_.is_verified; }
  bool is_resumed() const override { return SSL_session_reused(ssl_.get()) == 1; }
  Parameters parameters() const override { return parameters_of(ssl_.get()); }
  Error failure() const override { return failure_of(check_.refusal.get(), alert_); }
  std::string failure_text() const override { return failure_text_of(check_.refusal.get(), alert_, true); }

 private:
  struct Callbacks;  // OpenSSL's
  class Lending;

  StreamSessionImpl(const SharedState& shared, std::span<const std::string> alpn)
      : shared_(shared), protocols_(alpn.begin(), alpn.end()) {}
  bool initialize();  // false: OpenSSL's queue says why
  bool may_send() const;
  void advance();
  void read_records(std::vector<std::uint8_t>& plain);
  bool is_accepted(X509_STORE_CTX* context);
  void note_alert(int level, Alert alert);
  // What SSL_get_error() says of a call that returned `result`.
  void after(int result);

  const SharedState& shared_;
  const std::vector<std::string> protocols_;
  LentBytes lent_;
  SslHandle ssl_;  // reads and writes lent_ to its end
  ShownIdentity shown_;
  PeerCheck check_;
  mutable std::vector<std::uint8_t> peer_certificate_;  // once somebody asked
  State state_ = State::handshaking;
  bool is_closed_ = false;      // a close_notify was sent
  std::optional<Alert> alert_;  // that ended it, sent or received
};

}  // namespace usquic::tls::openssl
