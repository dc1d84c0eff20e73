// HKDF (RFC 5869), and TLS 1.3's way to use it (RFC 8446 section 7.1).
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "crypto/cipher_suite.h"

namespace usquic::crypto {

constexpr std::size_t max_hkdf_label = 249;

// false, of all of these: the TLS library failed.

// `to` has the hash's length.
bool hkdf_extract(MutableBytes to, Hash hash, Bytes secret, Bytes salt);
bool hkdf_expand(MutableBytes to, Hash hash, Bytes key, Bytes info);
// HKDF-Expand-Label. The label, of at most max_hkdf_label bytes, comes without "tls13 "; the context is a hash or empty.
bool hkdf_expand_label(MutableBytes to, Hash hash, Bytes secret, std::string_view label, Bytes context = {});

}  // namespace usquic::crypto
