// us_quic_development_certificate() of usquic/quic.h.
#include <unistd.h>

#include <array>
#include <cstring>
#include <ctime>
#include <string>

#include "tls/development_certificate.h"
#include "usquic/quic.h"

namespace {

using usquic::Result;
using usquic::tls::DevelopmentCertificate;

void copy_text(char* to, const std::string& text) {
  std::memcpy(to, text.c_str(), text.size() + 1);
}

int write_certificate(unsigned days, char* cert_pem, std::size_t cert_capacity, char* key_pem,
                      std::size_t key_capacity, char* hash) {
  std::array<char, 256> host_name{};
  // A machine without a usable name gets a certificate without it.
  if (gethostname(host_name.data(), host_name.size() - 1) != 0) host_name[0] = '\0';
  Result<DevelopmentCertificate> made =
      usquic::tls::make_development_certificate(days, host_name.data(), std::time(nullptr));
  if (!made) return made.error();
  if (made->certificate.size() >= cert_capacity || made->key.size() >= key_capacity)
    return US_QUIC_E_TOO_LARGE;
  copy_text(cert_pem, made->certificate);
  copy_text(key_pem, made->key);
  if (hash != nullptr) copy_text(hash, made->hash);
  return 0;
}

}  // namespace

extern "C" int us_quic_development_certificate(unsigned int days, char* cert_pem, std::size_t cert_capacity,
                                               char* key_pem, std::size_t key_capacity, char* hash) {
  if (cert_pem == nullptr || key_pem == nullptr) return US_QUIC_E_INVALID;
  try {
    return write_certificate(days, cert_pem, cert_capacity, key_pem, key_capacity, hash);
  } catch (...) {
    return US_QUIC_E_NOMEM;
  }
}
