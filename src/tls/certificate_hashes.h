// Trust in certificates that are known by their hash, in the place of roots: serverCertificateHashes of the web (W3C
// WebTransport, "custom certificate requirements").
#pragma once

#include <array>
#include <cstdint>
#include <ctime>
#include <vector>

#include "base/bytes.h"
#include "tls/verdict.h"

namespace usquic::tls {

// SHA-256 of a certificate in DER.
using CertificateHash = std::array<std::uint8_t, 32>;

// From the hashes one after the other; what does not make a whole one is left out.
std::vector<CertificateHash> certificate_hashes_of(Bytes bytes);

// Whether a server's leaf certificate is one of these, and valid now, and for 14 days at most: hashes are for certificates
// that are exchanged often. Names in it do not matter.
Verdict verify_by_hash(Bytes certificate, const std::vector<CertificateHash>& hashes, std::time_t now);

}  // namespace usquic::tls
