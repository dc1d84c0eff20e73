// Owners of GnuTLS objects.
#pragma once

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include <memory>
#include <string_view>

namespace usquic::tls::gnutls {

template <auto release>
struct ReleaseWith {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using CertificateHandle = std::unique_ptr<gnutls_x509_crt_int, ReleaseWith<gnutls_x509_crt_deinit>>;
using PrivateKeyHandle = std::unique_ptr<gnutls_x509_privkey_int, ReleaseWith<gnutls_x509_privkey_deinit>>;
using SigningKeyHandle = std::unique_ptr<gnutls_privkey_st, ReleaseWith<gnutls_privkey_deinit>>;
using CredentialsHandle =
    std::unique_ptr<gnutls_certificate_credentials_st, ReleaseWith<gnutls_certificate_free_credentials>>;
using PublicKeyHandle = std::unique_ptr<gnutls_pubkey_st, ReleaseWith<gnutls_pubkey_deinit>>;

// Memory that GnuTLS allocated for the caller.
class Datum {
 public:
  Datum() = default;
  Datum(const Datum&) = delete;
  Datum& operator=(const Datum&) = delete;
  ~Datum() { gnutls_free(datum_.data); }

  gnutls_datum_t* out() { return &datum_; }
  const gnutls_datum_t& get() const { return datum_; }
  std::string_view text() const { return {reinterpret_cast<const char*>(datum_.data), datum_.size}; }

 private:
  gnutls_datum_t datum_{};
};

// A view in GnuTLS's terms; GnuTLS only reads through it.
inline gnutls_datum_t datum_of(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

}  // namespace usquic::tls::gnutls
