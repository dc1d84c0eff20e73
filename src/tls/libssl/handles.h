// Owners of OpenSSL objects, and what turns bytes into them and back.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace usquic::tls::libssl {

template <auto release>
struct ReleaseWith {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using BioHandle = std::unique_ptr<BIO, ReleaseWith<BIO_free>>;
using BioMethodHandle = std::unique_ptr<BIO_METHOD, ReleaseWith<BIO_meth_free>>;
using CertificateHandle = std::unique_ptr<X509, ReleaseWith<X509_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, ReleaseWith<EVP_PKEY_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, ReleaseWith<X509_STORE_free>>;
using ContextHandle = std::unique_ptr<SSL_CTX, ReleaseWith<SSL_CTX_free>>;
using SslHandle = std::unique_ptr<SSL, ReleaseWith<SSL_free>>;
using SessionHandle = std::unique_ptr<SSL_SESSION, ReleaseWith<SSL_SESSION_free>>;

// To read from; nullptr: no memory.
inline BioHandle bio_of(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Empty: OpenSSL failed.
inline std::vector<std::uint8_t> der_of(X509* certificate) {
  std::vector<std::uint8_t> der(static_cast<std::size_t>(std::max(i2d_X509(certificate, nullptr), 0)));
  std::uint8_t* end = der.data();
  if (!der.empty() && i2d_X509(certificate, &end) <= 0) der.clear();
  return der;
}

}  // namespace usquic::tls::libssl
