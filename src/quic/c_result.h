// Where a Result leaves through the C interface.
#pragma once

#include "base/result.h"

namespace usquic::quic {

// What a function of the C interface returns that makes an object: the object, or nullptr. *error, where the
// caller wants it: US_QUIC_OK, or the reason.
template <class Object>
Object* to_c(Result<Object*> made, int* error) {
  if (error != nullptr) *error = made.error();
  return made ? *made : nullptr;
}

}  // namespace usquic::quic
