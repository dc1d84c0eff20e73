// Bytes that nobody may guess: made and erased.
#pragma once

#include "base/bytes.h"

namespace usquic::crypto {

// Random bytes for keys. false: the TLS library failed.
bool make_secret(MutableBytes to);
// Overwrites with zeros, which no compiler leaves out.
void wipe(MutableBytes secret);

}  // namespace usquic::crypto
