#include "support/development_certificate.h"

#include <array>
#include <stdexcept>

#include "usquic/quic.h"

namespace usquic::test {

DevelopmentCertificate DevelopmentCertificate::make() {
  constexpr unsigned days = 10;
  std::array<char, 8192> cert;
  std::array<char, 8192> key;
  if (us_quic_development_certificate(days, cert.data(), cert.size(), key.data(), key.size(), nullptr) != 0) {
    throw std::runtime_error("no development certificate");
  }
  return {cert.data(), key.data()};
}

}  // namespace usquic::test
