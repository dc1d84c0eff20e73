#include "engine/ngtcp2/tls_state.h"

#include <utility>

namespace usquic::engine::ngtcp2 {

void TlsState::attach(std::unique_ptr<tls::Session> session) {
  session_ = std::move(session);
  messages_ = {};
  handshake_.attach(session_->handshake());
}

// GnuTLS would act on a KeyUpdate message, and ngtcp2 1.11 aborts the process when it hears of new secrets.
int TlsState::receive(tls::EncryptionLevel level, Bytes data) {
  tls::TlsMessages::Verdict verdict = messages_.read(level, data, core_.is_client);
  // A client's Finished is its last message, also where Handshake packets can still be read.
  if (session_ == nullptr) verdict = tls::TlsMessages::Verdict::unexpected;
  if (verdict != tls::TlsMessages::Verdict::fine) return core_.fail(from_tls_messages(verdict));
  return handshake_.receive(level, data);
}

void TlsState::handshake_completed() {
  alpn_ = session_->alpn();
  if (core_.is_client) {
    // RFC 9369 section 5: tickets that come are for the version that was agreed on.
    session_->set_quic_version(ngtcp2_conn_get_negotiated_version(core_.library));
    return;
  }
  server_name_ = session_->server_name();
  const Bytes certificate = session_->peer_certificate();
  peer_certificate_.assign(certificate.begin(), certificate.end());
  is_authorized_ = session_->is_authorized();
  is_resumed_ = session_->is_resumed();
}

// A TLS session holds about 10 kB, and a server has no more use for it: its tickets are written, no
// TLS message may come (RFC 9001 section 6), and keys are updated without it. A client gets tickets
// through its own.
void TlsState::release() {
  if (!core_.is_client) session_.reset();
}

Bytes TlsState::peer_certificate() const {
  return core_.is_client ? session_->peer_certificate() : Bytes(peer_certificate_);
}

}  // namespace usquic::engine::ngtcp2
