// Addresses on their way out through the C interface.
#pragma once

#include <cstring>

#include "base/address.h"
#include "usquic/error.h"

namespace usquic::quic {

// Bytes copied, or US_QUIC_E_INVALID.
inline int copy_address(const Address& address, sockaddr* storage, std::size_t capacity) {
  if (storage == nullptr || capacity < address.length() || !address.is_specified()) return US_QUIC_E_INVALID;
  std::memcpy(storage, address.get(), address.length());
  return static_cast<int>(address.length());
}

}  // namespace usquic::quic
