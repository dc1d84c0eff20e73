// Certificates for trying things out on one's own machine.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace usquic::tls {

struct DevelopmentCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS#8
  std::string hash;         // base64 of the SHA-256 of the public key (SubjectPublicKeyInfo)
};

// When such a certificate is valid, and what it is called.
struct DevelopmentValidity {
  static constexpr std::time_t clock_tolerance = 3600;
  static constexpr unsigned max_days = 36525;
  static constexpr std::string_view common_name = "localhost";

  // Nothing: no days, or too many.
  static std::optional<DevelopmentValidity> of(unsigned days, std::time_t now) {
    if (days == 0 || days > max_days) return std::nullopt;
    const std::time_t begin = now - clock_tolerance;
    return DevelopmentValidity{begin, begin + static_cast<std::time_t>(days) * 24 * 3600};
  }

  std::time_t begin;
  std::time_t end;
};

// Self-signed, ECDSA P-256, for localhost, 127.0.0.1, ::1 and host_name (left out when it cannot be in a
// certificate), valid from an hour before now for `days`. Errors: US_QUIC_E_INVALID (no days, or more than
// a century), _TLS.
Result<DevelopmentCertificate> make_development_certificate(unsigned days, std::string_view host_name,
                                                            std::time_t now);

}  // namespace usquic::tls
