#include "tls/certificate_hashes.h"

#include <algorithm>

#include "crypto/digest.h"
#include "tls/certificate_validity.h"
#include "usquic/error.h"

namespace usquic::tls {
namespace {

constexpr std::time_t longest_validity_s = std::time_t{14} * 24 * 60 * 60;

Verdict untrusted(const char* reason) {
  return {US_QUIC_E_CERT_UNTRUSTED, Alert::bad_certificate, reason};
}

}  // namespace

std::vector<CertificateHash> certificate_hashes_of(Bytes bytes) {
  std::vector<CertificateHash> hashes(bytes.size() / sizeof(CertificateHash));
  for (CertificateHash& hash : hashes) {
    std::ranges::copy(bytes.first(hash.size()), hash.begin());
    bytes = bytes.subspan(hash.size());
  }
  return hashes;
}

Verdict verify_by_hash(Bytes certificate, const std::vector<CertificateHash>& hashes, std::time_t now) {
  if (certificate.empty()) return {US_QUIC_E_CERT_REQUIRED, Alert::certificate_required, ""};
  CertificateHash hash{};
  if (!crypto::digest(hash, crypto::Hash::sha256, certificate))
    return {US_QUIC_E_CERT_UNTRUSTED, Alert::internal_error, "its hash could not be computed"};
  if (std::ranges::find(hashes, hash) == hashes.end())
    return untrusted("its hash is not one that is trusted");
  const std::optional<Validity> validity = validity_of(certificate);
  if (!validity) return untrusted("it is malformed");
  if (now > validity->not_after)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate has expired"};
  if (now < validity->not_before)
    return {US_QUIC_E_CERT_EXPIRED, Alert::certificate_expired, "certificate is not yet valid"};
  if (validity->not_after - validity->not_before > longest_validity_s)
    return untrusted("it is valid for more than 14 days, too long for one that is trusted by its hash");
  return {};
}

}  // namespace usquic::tls
