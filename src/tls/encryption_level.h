// Encryption levels: which keys protect a TLS message (RFC 9001 section 4.1.4).
#pragma once

#include <cstdint>

namespace usquic::tls {

// In order.
enum class EncryptionLevel : std::uint8_t { initial, early_data, handshake, application };

}  // namespace usquic::tls
