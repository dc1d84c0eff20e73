// TLS over a byte stream.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tls/libssl/agreement.h"
#include "tls/libssl/handles.h"
#include "tls/libssl/lent_bytes.h"
#include "tls/libssl/peer_check.h"
#include "tls/libssl/shared_state.h"
#include "tls/libssl/shown_identity.h"
#include "tls/libssl/ssl_owner.h"
#include "tls/stream_session.h"

namespace usquic::tls::libssl {

class StreamSessionImpl final : public StreamSession, private SslOwner {
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
  class Lending;

  StreamSessionImpl(const SharedState& shared, std::span<const std::string> alpn)
      : shared_(shared), protocols_(alpn.begin(), alpn.end()) {}
  bool initialize();  // false: the library's queue says why
  bool may_send() const;
  void advance();
  void read_records(std::vector<std::uint8_t>& plain);
  // What SSL_get_error() says of a call that returned `result`.
  void after(int result);

  std::optional<Alert> choose_certificate(SSL* ssl, HelloFacts hello) override;
  std::span<const std::string> protocols() const override { return protocols_; }
  const TicketKeys* ticket_keys() const override { return shown_.ticket_keys(shared_, TicketUse::stream); }
  bool is_accepted(X509_STORE_CTX* context) override;
  void keep_ticket(SSL* /*ssl*/, SSL_SESSION* /*ticket*/) override {}
  void note(const SSL* ssl, int where, int value) override;
  void take_secret(const char* line) override;

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

}  // namespace usquic::tls::libssl
