#include "engine/ngtcp2/tls_state.h"

#include <utility>

#include "usquic/error.h"

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
  parameters_ = session_->parameters();
  exporter_.set_secret(session_->exporter_secret());
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

us_quic_tls_t TlsState::parameters() const {
  const auto text = [](auto id) { return id ? tls::name_of(*id) : ""; };
  return {text(parameters_.cipher_suite), text(parameters_.group), text(parameters_.signature_scheme)};
}

Result<void> TlsState::export_keying_material(MutableBytes to, std::string_view label, Bytes context) const {
  if (!exporter_.has_secret()) return Error{US_QUIC_E_STATE};
  return exporter_.derive(to, label, context) ? Result<void>() : Error{US_QUIC_E_TLS};
}

Bytes TlsState::peer_certificate() const {
  return core_.is_client ? session_->peer_certificate() : Bytes(peer_certificate_);
}

}  // namespace usquic::engine::ngtcp2
