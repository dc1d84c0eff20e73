#include "engine/ngtcp2/tls_handshake.h"

#include "engine/ngtcp2/connection_core.h"
#include "engine/ngtcp2/packet_protection.h"

namespace usquic::engine::ngtcp2 {

tls::EncryptionLevel to_level(ngtcp2_encryption_level level) {
  switch (level) {
    case NGTCP2_ENCRYPTION_LEVEL_0RTT:
      return tls::EncryptionLevel::early_data;
    case NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE:
      return tls::EncryptionLevel::handshake;
    case NGTCP2_ENCRYPTION_LEVEL_1RTT:
      return tls::EncryptionLevel::application;
    case NGTCP2_ENCRYPTION_LEVEL_INITIAL:
      break;
  }
  return tls::EncryptionLevel::initial;
}

ngtcp2_encryption_level to_ngtcp2_level(tls::EncryptionLevel level) {
  switch (level) {
    case tls::EncryptionLevel::early_data:
      return NGTCP2_ENCRYPTION_LEVEL_0RTT;
    case tls::EncryptionLevel::handshake:
      return NGTCP2_ENCRYPTION_LEVEL_HANDSHAKE;
    case tls::EncryptionLevel::application:
      return NGTCP2_ENCRYPTION_LEVEL_1RTT;
    case tls::EncryptionLevel::initial:
      break;
  }
  return NGTCP2_ENCRYPTION_LEVEL_INITIAL;
}

void TlsHandshake::attach(tls::QuicHandshake& session) {
  session_ = &session;
  session.set_events(*this);
}

int TlsHandshake::start() {
  return result_of(session_->start());
}

int TlsHandshake::receive(tls::EncryptionLevel level, Bytes data) {
  return result_of(session_->receive(level, data));
}

int TlsHandshake::result_of(bool is_going_on) const {
  if (!is_going_on) {
    const int error = ngtcp2_conn_get_tls_error(core_.library);
    return error != 0 ? error : NGTCP2_ERR_CRYPTO;
  }
  const bool is_news = session_->is_complete() && ngtcp2_conn_get_handshake_completed(core_.library) == 0;
  if (is_news) ngtcp2_conn_tls_handshake_completed(core_.library);
  return 0;
}

bool TlsHandshake::on_secret(tls::EncryptionLevel level, tls::Direction direction, crypto::CipherSuite suite,
                             Bytes secret) {
  return install_secret(core_, reader_, to_ngtcp2_level(level), direction, suite, secret);
}

bool TlsHandshake::on_message(tls::EncryptionLevel level, Bytes message) {
  const int result =
      ngtcp2_conn_submit_crypto_data(core_.library, to_ngtcp2_level(level), message.data(), message.size());
  if (result != 0) ngtcp2_conn_set_tls_error(core_.library, result);
  return result == 0;
}

bool TlsHandshake::on_transport_parameters(Bytes parameters) {
  const int result =
      ngtcp2_conn_decode_and_set_remote_transport_params(core_.library, parameters.data(), parameters.size());
  if (result != 0) ngtcp2_conn_set_tls_error(core_.library, result);
  return result == 0;
}

std::optional<std::size_t> TlsHandshake::write_transport_parameters(MutableBytes to) {
  const ngtcp2_ssize length = ngtcp2_conn_encode_local_transport_params(core_.library, to.data(), to.size());
  if (length < 0) return std::nullopt;
  return static_cast<std::size_t>(length);
}

void TlsHandshake::on_alert(tls::Alert alert) {
  ngtcp2_conn_set_tls_alert(core_.library, number_of(alert));
}

}  // namespace usquic::engine::ngtcp2
