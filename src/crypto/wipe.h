// Erases secrets.
#pragma once

#include "base/bytes.h"

namespace usquic::crypto {

// Overwrites with zeros, which no compiler leaves out.
void wipe(MutableBytes secret);

}  // namespace usquic::crypto
