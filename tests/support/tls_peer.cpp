#include "support/tls_peer.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "base/check.h"

namespace usquic::test {
namespace {

constexpr int unknown_extension_number = 0x4a4a;  // reserved for this (RFC 8701)
constexpr int quic_transport_parameters = 0x39;   // RFC 9001 section 8.2

gnutls_datum_t octets_of(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

std::string text_of(const void* data, std::size_t length) {
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), length);
}

Level to_level(gnutls_record_encryption_level_t level) {
  switch (level) {
    case GNUTLS_ENCRYPTION_LEVEL_INITIAL:
      return Level::initial;
    case GNUTLS_ENCRYPTION_LEVEL_EARLY:
      return Level::early;
    case GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE:
      return Level::handshake;
    case GNUTLS_ENCRYPTION_LEVEL_APPLICATION:
      break;
  }
  return Level::application;
}

gnutls_record_encryption_level_t from_level(Level level) {
  switch (level) {
    case Level::initial:
      return GNUTLS_ENCRYPTION_LEVEL_INITIAL;
    case Level::early:
      return GNUTLS_ENCRYPTION_LEVEL_EARLY;
    case Level::handshake:
      return GNUTLS_ENCRYPTION_LEVEL_HANDSHAKE;
    case Level::application:
      break;
  }
  return GNUTLS_ENCRYPTION_LEVEL_APPLICATION;
}

}  // namespace

struct TlsPeer::Hooks {
  static TlsPeer& self(gnutls_session_t session) {
    return *static_cast<TlsPeer*>(gnutls_session_get_ptr(session));
  }

  static int secrets(gnutls_session_t session, gnutls_record_encryption_level_t level,
                     const void* read_secret, const void* write_secret, std::size_t size) {
    self(session).events_.on_secrets(to_level(level), text_of(read_secret, size),
                                     text_of(write_secret, size));
    return 0;
  }

  static int message(gnutls_session_t session, gnutls_record_encryption_level_t level,
                     gnutls_handshake_description_t type, const void* data, std::size_t size) {
    if (type == GNUTLS_HANDSHAKE_CHANGE_CIPHER_SPEC) return 0;
    self(session).events_.on_message(to_level(level), text_of(data, size));
    return 0;
  }

  static int alert(gnutls_session_t session, gnutls_record_encryption_level_t /*level*/,
                   gnutls_alert_level_t /*alert_level*/, gnutls_alert_description_t description) {
    self(session).alert_ = description;
    return 0;
  }

  static int receive_parameters(gnutls_session_t session, const unsigned char* data, std::size_t size) {
    self(session).peer_parameters_ = text_of(data, size);
    return 0;
  }

  static int ignore(gnutls_session_t, const unsigned char*, std::size_t) { return 0; }

  static int send_unknown(gnutls_session_t session, gnutls_buffer_t buffer) {
    const std::string& bytes = self(session).unknown_extension_;
    return gnutls_buffer_append_data(buffer, bytes.data(), bytes.size());
  }

  static int send_parameters(gnutls_session_t session, gnutls_buffer_t buffer) {
    const std::string bytes = self(session).events_.transport_parameters();
    // An extension without bytes must be asked for by its own code.
    if (bytes.empty()) return GNUTLS_E_INT_RET_0;
    return gnutls_buffer_append_data(buffer, bytes.data(), bytes.size());
  }
};

TlsPeer::TlsPeer(const Options& options, Events events)
    : events_(std::move(events)), sends_transport_parameters_(options.sends_transport_parameters) {
  const unsigned role = options.is_server ? GNUTLS_SERVER : GNUTLS_CLIENT;
  CHECK(gnutls_init(&session_, role | GNUTLS_NO_END_OF_EARLY_DATA) == 0);
  CHECK(gnutls_priority_set_direct(session_, options.priority.c_str(), nullptr) == 0);
  gnutls_session_set_ptr(session_, this);
  gnutls_handshake_set_secret_function(session_, Hooks::secrets);
  gnutls_handshake_set_read_function(session_, Hooks::message);
  gnutls_alert_set_read_function(session_, Hooks::alert);
  if (sends_transport_parameters_) {
    CHECK(gnutls_session_ext_register(
              session_, "QUIC Transport Parameters", quic_transport_parameters, GNUTLS_EXT_TLS,
              Hooks::receive_parameters, Hooks::send_parameters, nullptr, nullptr, nullptr,
              GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO | GNUTLS_EXT_FLAG_EE) == 0);
  }
  unknown_extension_ = options.unknown_extension;
  if (!unknown_extension_.empty()) {
    CHECK(gnutls_session_ext_register(session_, "unknown", unknown_extension_number, GNUTLS_EXT_TLS,
                                      Hooks::ignore, Hooks::send_unknown, nullptr, nullptr, nullptr,
                                      GNUTLS_EXT_FLAG_TLS | GNUTLS_EXT_FLAG_CLIENT_HELLO) == 0);
  }
  std::vector<gnutls_datum_t> protocols;
  for (const std::string& protocol : options.alpn) protocols.push_back(octets_of(protocol));
  if (!protocols.empty()) {
    CHECK(gnutls_alpn_set_protocols(session_, protocols.data(), static_cast<unsigned>(protocols.size()), 0) ==
          0);
  }
  CHECK(gnutls_certificate_allocate_credentials(&credentials_) == 0);
  if (options.is_server && options.fillers > 0) {
    set_overlong_chain(options);
  } else if (options.is_server) {
    const gnutls_datum_t certificate = octets_of(options.identity.certificate);
    const gnutls_datum_t key = octets_of(options.identity.key);
    CHECK(gnutls_certificate_set_x509_key_mem(credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM) >= 0);
  } else {
    set_server_name(options.server_name);
    if (!options.session.empty())
      CHECK(gnutls_session_set_data(session_, options.session.data(), options.session.size()) == 0);
  }
  CHECK(gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_) == 0);
}

PacketCipher TlsPeer::cipher() const {
  switch (gnutls_cipher_get(session_)) {
    case GNUTLS_CIPHER_AES_256_GCM:
      return PacketCipher::aes_256_gcm;
    case GNUTLS_CIPHER_CHACHA20_POLY1305:
      return PacketCipher::chacha20_poly1305;
    default:
      return PacketCipher::aes_128_gcm;
  }
}

TlsPeer::~TlsPeer() {
  gnutls_deinit(session_);
  gnutls_certificate_free_credentials(credentials_);
}

// GnuTLS takes over the key and what the chain's elements hold.
void TlsPeer::set_overlong_chain(const Options& options) {
  gnutls_privkey_t key = nullptr;
  CHECK(gnutls_privkey_init(&key) == 0);
  const gnutls_datum_t key_pem = octets_of(options.identity.key);
  CHECK(gnutls_privkey_import_x509_raw(key, &key_pem, GNUTLS_X509_FMT_PEM, nullptr, 0) == 0);
  std::vector<gnutls_pcert_st> chain(static_cast<std::size_t>(options.fillers) + 1);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const gnutls_datum_t pem = octets_of(i == 0 ? options.identity.certificate : options.chain_filler);
    CHECK(gnutls_pcert_import_x509_raw(&chain[i], &pem, GNUTLS_X509_FMT_PEM, 0) == 0);
  }
  CHECK(gnutls_certificate_set_key(credentials_, nullptr, 0, chain.data(), static_cast<int>(chain.size()),
                                   key) == 0);
}

void TlsPeer::start() {
  go_on();
}

void TlsPeer::set_server_name(std::string_view name) {
  CHECK(gnutls_server_name_set(session_, GNUTLS_NAME_DNS, name.data(), name.size()) == 0);
}

std::string TlsPeer::session() const {
  gnutls_datum_t data{};
  CHECK(gnutls_session_get_data2(session_, &data) == 0);
  std::string packed = text_of(data.data, data.size);
  gnutls_free(data.data);
  return packed;
}

bool TlsPeer::is_resumed() const {
  return gnutls_session_is_resumed(session_) != 0;
}

void TlsPeer::read(Level level, std::string_view message_bytes) {
  if (alert_) return;
  const int result =
      gnutls_handshake_write(session_, from_level(level), message_bytes.data(), message_bytes.size());
  if (result == GNUTLS_E_AGAIN || result == GNUTLS_E_SUCCESS) go_on();
}

void TlsPeer::go_on() {
  if (is_complete_) return;
  const int result = gnutls_handshake(session_);
  if (result == 0) {
    is_complete_ = true;
  } else if (gnutls_error_is_fatal(result) != 0) {
    gnutls_alert_send_appropriate(session_, result);
  }
}

}  // namespace usquic::test
