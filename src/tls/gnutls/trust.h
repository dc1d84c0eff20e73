// The roots that a context trusts, loaded once and shared by its sessions.
#pragma once

#include <gnutls/x509.h>

#include <memory>
#include <span>

#include "base/log.h"
#include "base/result.h"
#include "tls/context.h"

namespace usquic::tls::gnutls {

class Trust {
 public:
  // A source that is not given means the system's roots (about 10 ms); a system without any trusts nobody,
  // and the log gets a warning. extra: roots beside these. Errors: US_QUIC_E_CERT_FILE, _CERT_PARSE, _NOMEM.
  static Result<std::unique_ptr<Trust>> load(const PemSource& source, const PemSource& extra,
                                             const Logger& log);

  explicit Trust(gnutls_x509_trust_list_t native) : native_(native) {}
  ~Trust() { gnutls_x509_trust_list_deinit(native_, 1); }
  Trust(const Trust&) = delete;
  Trust& operator=(const Trust&) = delete;

  gnutls_x509_trust_list_t native() const { return native_; }

 private:
  gnutls_x509_trust_list_t native_;
};

// Trusts the roots in the first of these PEM files that has any. Returns how many that were; 0 where none has one.
int add_first_bundle(Trust& trust, std::span<const char* const> files);

}  // namespace usquic::tls::gnutls
