#include "support/tls_stream_client.h"

#include <gnutls/gnutls.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace usquic::test {
namespace {

gnutls_datum_t datum_of(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

}  // namespace

struct TlsStreamClient::Hooks {
  static ssize_t pull(gnutls_transport_ptr_t user, void* to, std::size_t capacity) {
    auto& self = *static_cast<TlsStreamClient*>(user);
    if (self.incoming_.empty()) {
      gnutls_transport_set_errno(self.session_, EAGAIN);
      return -1;
    }
    const std::size_t length = self.incoming_.copy(static_cast<char*>(to), capacity, self.taken_);
    self.taken_ += length;
    if (self.taken_ == self.incoming_.size()) {
      self.incoming_.clear();
      self.taken_ = 0;
    }
    return static_cast<ssize_t>(length);
  }

  static int is_readable(gnutls_transport_ptr_t user, unsigned /*milliseconds*/) {
    return static_cast<TlsStreamClient*>(user)->incoming_.empty() ? 0 : 1;
  }

  static ssize_t push(gnutls_transport_ptr_t user, const void* data, std::size_t length) {
    static_cast<TlsStreamClient*>(user)->outgoing_.append(static_cast<const char*>(data), length);
    return static_cast<ssize_t>(length);
  }
};

TlsStreamClient::TlsStreamClient() : TlsStreamClient(Options()) {}

TlsStreamClient::TlsStreamClient(const Options& options) {
  CHECK(gnutls_init(&session_, GNUTLS_CLIENT | GNUTLS_NONBLOCK) == 0);
  CHECK(gnutls_priority_set_direct(session_, options.priority.c_str(), nullptr) == 0);
  gnutls_transport_set_ptr(session_, this);
  gnutls_transport_set_pull_function(session_, Hooks::pull);
  gnutls_transport_set_pull_timeout_function(session_, Hooks::is_readable);
  gnutls_transport_set_push_function(session_, Hooks::push);
  if (!options.server_name.empty()) {
    CHECK(gnutls_server_name_set(session_, GNUTLS_NAME_DNS, options.server_name.data(),
                                 options.server_name.size()) == 0);
  }
  std::vector<gnutls_datum_t> protocols;
  for (const std::string& protocol : options.alpn) protocols.push_back(datum_of(protocol));
  if (!protocols.empty()) {
    CHECK(gnutls_alpn_set_protocols(session_, protocols.data(), static_cast<unsigned>(protocols.size()), 0) ==
          0);
  }
  CHECK(gnutls_certificate_allocate_credentials(&credentials_) == 0);
  if (!options.identity.certificate.empty()) {
    const gnutls_datum_t certificate = datum_of(options.identity.certificate);
    const gnutls_datum_t key = datum_of(options.identity.key);
    CHECK(gnutls_certificate_set_x509_key_mem(credentials_, &certificate, &key, GNUTLS_X509_FMT_PEM) >= 0);
    // Shown also when its issuer is not among those that the server names.
    gnutls_certificate_set_flags(credentials_, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
  }
  set_trust(options);
  CHECK(gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_) == 0);
  if (!options.session.empty())
    CHECK(gnutls_session_set_data(session_, options.session.data(), options.session.size()) == 0);
}

void TlsStreamClient::set_trust(const Options& options) {
  if (options.ca.empty()) return;
  const gnutls_datum_t ca = datum_of(options.ca);
  CHECK(gnutls_certificate_set_x509_trust_mem(credentials_, &ca, GNUTLS_X509_FMT_PEM) > 0);
  // GnuTLS keeps the pointer.
  expected_name_ = options.server_name.empty() ? options.address : options.server_name;
  gnutls_session_set_verify_cert(session_, expected_name_.c_str(), 0);
}

TlsStreamClient::~TlsStreamClient() {
  gnutls_deinit(session_);
  gnutls_certificate_free_credentials(credentials_);
}

void TlsStreamClient::receive(std::string_view bytes) {
  incoming_ += bytes;
  if (!is_open_) advance();
  if (is_open_) read();
}

std::string TlsStreamClient::take_output() {
  return std::exchange(outgoing_, {});
}

std::string TlsStreamClient::take_received() {
  return std::exchange(received_, {});
}

void TlsStreamClient::advance() {
  if (has_failed_) return;
  int result = gnutls_handshake(session_);
  while (result == GNUTLS_E_WARNING_ALERT_RECEIVED) result = gnutls_handshake(session_);
  if (result == 0) {
    is_open_ = true;
  } else if (gnutls_error_is_fatal(result) != 0) {
    note_failure(result);
  }
}

void TlsStreamClient::read() {
  while (!has_failed_ && !was_closed_) {
    const std::size_t before = incoming_.size() - taken_;
    std::array<char, 20000> plain;
    const ssize_t result = gnutls_record_recv(session_, plain.data(), plain.size());
    if (result > 0) {
      longest_record_ = std::max(longest_record_, static_cast<std::size_t>(result));
      received_.append(plain.data(), static_cast<std::size_t>(result));
    } else if (result == 0) {
      was_closed_ = true;
    } else if (result == GNUTLS_E_WARNING_ALERT_RECEIVED) {
      alert_ = gnutls_alert_get(session_);
    } else if (gnutls_error_is_fatal(static_cast<int>(result)) != 0) {
      note_failure(static_cast<int>(result));
    } else if (incoming_.empty() || incoming_.size() - taken_ == before) {
      return;  // else it read a message of TLS alone, such as a ticket
    }
  }
}

void TlsStreamClient::note_failure(int result) {
  has_failed_ = true;
  if (result == GNUTLS_E_FATAL_ALERT_RECEIVED) {
    alert_ = gnutls_alert_get(session_);
  } else {
    gnutls_alert_send_appropriate(session_, result);
  }
}

void TlsStreamClient::send(std::string_view plain) {
  while (!plain.empty()) {
    const ssize_t sent = gnutls_record_send(session_, plain.data(), plain.size());
    CHECK(sent > 0);
    plain.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void TlsStreamClient::close() {
  CHECK(gnutls_bye(session_, GNUTLS_SHUT_WR) == 0);
}

void TlsStreamClient::update_keys() {
  CHECK(gnutls_session_key_update(session_, GNUTLS_KU_PEER) == 0);
}

void TlsStreamClient::renegotiate() {
  CHECK(is_open_);
  CHECK(gnutls_handshake(session_) == GNUTLS_E_AGAIN);
}

std::string TlsStreamClient::alpn() const {
  gnutls_datum_t protocol{};
  if (gnutls_alpn_get_selected_protocol(session_, &protocol) < 0) return {};
  return {reinterpret_cast<const char*>(protocol.data), protocol.size};
}

std::string TlsStreamClient::version() const {
  return gnutls_protocol_get_name(gnutls_protocol_get_version(session_));
}

bool TlsStreamClient::is_resumed() const {
  return gnutls_session_is_resumed(session_) != 0;
}

std::string TlsStreamClient::session() const {
  gnutls_datum_t data{};
  CHECK(gnutls_session_get_data2(session_, &data) == 0);
  std::string packed(reinterpret_cast<const char*>(data.data), data.size);
  gnutls_free(data.data);
  return packed;
}

std::string TlsStreamClient::server_certificate() const {
  unsigned count = 0;
  const gnutls_datum_t* chain = gnutls_certificate_get_peers(session_, &count);
  if (chain == nullptr || count == 0) return {};
  return {reinterpret_cast<const char*>(chain[0].data), chain[0].size};
}

std::string TlsStreamClient::server_common_name() const {
  const std::string leaf = server_certificate();
  if (leaf.empty()) return {};
  return common_name({reinterpret_cast<const std::uint8_t*>(leaf.data()), leaf.size()});
}

}  // namespace usquic::test
