// Boxes that only holders of a secret can make and open.
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace usquic::crypto {

// A box is AES-128-GCM's ciphertext, its tag, and 16 random bytes. Key and nonce derive from the secret, these
// random bytes and the purpose (HKDF with SHA-256), so that a box of one purpose is none of another.
constexpr std::size_t sealed_box_random_bytes = 16;
constexpr std::size_t sealed_box_overhead = 16 + sealed_box_random_bytes;

// `to` has room for the plaintext and the overhead. false: the TLS library failed.
bool seal_box(MutableBytes to, Bytes secret, std::string_view purpose, Bytes plaintext, Bytes associated);
// `to` has the length of the plaintext. false: the box is of another length, secret or purpose, or goes with
// other associated data.
bool open_box(MutableBytes to, Bytes secret, std::string_view purpose, Bytes box, Bytes associated);

}  // namespace usquic::crypto
