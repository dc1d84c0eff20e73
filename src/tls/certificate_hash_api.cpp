// us_quic_certificate_hash() of usquic/quic.h.
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "crypto/digest.h"
#include "usquic/quic.h"

namespace {

// The first certificate of a PEM text (RFC 7468 section 5), without the lines around it; "": there is none.
std::string_view first_certificate(std::string_view pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  const std::size_t from = pem.find(begin);
  if (from == std::string_view::npos) return {};
  pem.remove_prefix(from + begin.size());
  const std::size_t length = pem.find(end);
  return length != std::string_view::npos ? pem.substr(0, length) : std::string_view();
}

int write_hash(std::string_view pem, char* hash) {
  const auto certificate = usquic::from_base64(first_certificate(pem));
  if (!certificate || certificate->empty()) return US_QUIC_E_CERT_PARSE;
  std::array<std::uint8_t, 32> digest{};
  if (!usquic::crypto::digest(digest, usquic::crypto::Hash::sha256, *certificate)) return US_QUIC_E_TLS;
  const std::string text = usquic::to_base64(digest);
  std::memcpy(hash, text.c_str(), text.size() + 1);
  return US_QUIC_OK;
}

}  // namespace

extern "C" int us_quic_certificate_hash(const char* cert_pem, std::size_t length, char* hash) {
  if (cert_pem == nullptr || hash == nullptr) return US_QUIC_E_INVALID;
  try {
    return write_hash({cert_pem, length}, hash);
  } catch (const std::bad_alloc&) {
    return US_QUIC_E_NOMEM;
  }
}
