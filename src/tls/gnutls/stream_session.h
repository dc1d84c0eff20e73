// TLS over a byte stream, by GnuTLS.
#pragma once

#include <gnutls/gnutls.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tls/gnutls/agreement.h"
#include "tls/gnutls/peer_check.h"
#include "tls/gnutls/shared_state.h"
#include "tls/gnutls/shown_identity.h"
#include "tls/stream_session.h"

namespace usquic::tls::gnutls {

// Of the native session it owns the session pointer (gnutls_session_set_ptr) and the transport pointer, by which callbacks
// find it, the push and pull functions, the post-client-hello function, and the verify and keylog functions.
class StreamSessionImpl final : public StreamSession {
 public:
  static Result<std::unique_ptr<StreamSession>> create(const SharedState& shared,
                                                       std::span<const std::string> alpn);
  ~StreamSessionImpl() override;
  StreamSessionImpl(const StreamSessionImpl&) = delete;
  StreamSessionImpl& operator=(const StreamSessionImpl&) = delete;

  State state() const override { return state_; }
  State receive(Bytes from_peer, std::vector<std::uint8_t>& plain,
                std::vector<std::uint8_t>& records) override;
  Result<void> send(Bytes plain, std::vector<std::uint8_t>& records) override;
  void close(std::vector<std::uint8_t>& records) override;

  std::string alpn() const override { return alpn_of(native_); }
  std::string server_name() const override { return shown_.server_name; }
  Bytes peer_certificate() const override { return peer_certificate_of(native_); }
  // A server that wants certificates does not resume.
  bool is_authorized() const override { return check_.is_verified; }
  bool is_resumed() const override { return gnutls_session_is_resumed(native_) != 0; }
  Parameters parameters() const override { return parameters_of(native_); }
  Error failure() const override { return failure_of(check_.refusal.get(), alert_); }
  std::string failure_text() const override { return failure_text_of(check_.refusal.get(), alert_, true); }

 private:
  struct Callbacks;  // GnuTLS's

  explicit StreamSessionImpl(const SharedState& shared) : shared_(shared) {}
  int initialize(std::span<const std::string> alpn);  // 0 or a negative GnuTLS error
  bool may_send() const;
  void advance();
  void read_records(std::vector<std::uint8_t>& plain);
  void refuse_renegotiation();
  void fail(int error);

  const SharedState& shared_;
  gnutls_session_t native_ = nullptr;
  ShownIdentity shown_;
  PeerCheck check_;
  Bytes incoming_;                                 // of the running call: what GnuTLS has not asked for
  std::vector<std::uint8_t>* outgoing_ = nullptr;  // of the running call
  State state_ = State::handshaking;
  bool is_closed_ = false;      // a close_notify was sent
  std::optional<Alert> alert_;  // that ended it, sent or received
};

}  // namespace usquic::tls::gnutls
