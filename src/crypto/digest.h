// Hash functions.
#pragma once

#include "base/bytes.h"
#include "crypto/cipher_suite.h"

namespace usquic::crypto {

// `to` has the hash's length. false: the TLS library failed.
bool digest(MutableBytes to, Hash hash, Bytes data);

}  // namespace usquic::crypto
