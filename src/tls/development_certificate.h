// Certificates for trying things out on one's own machine.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "base/result.h"

namespace usquic::tls {

struct DevelopmentCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS#8
  std::string hash;         // base64 of the SHA-256 of the public key (SubjectPublicKeyInfo)
};

// Self-signed, ECDSA P-256, for localhost, 127.0.0.1, ::1 and host_name (left out when it cannot be in a
// certificate), valid from an hour before now for `days`. Errors: US_QUIC_E_INVALID (no days, or more than
// a century), _TLS.
Result<DevelopmentCertificate> make_development_certificate(unsigned days, std::string_view host_name,
                                                            std::time_t now);

}  // namespace usquic::tls
