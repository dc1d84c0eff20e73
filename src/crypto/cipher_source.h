// Who encrypts packets.
#pragma once

namespace usquic::crypto {

// The fastest that the library was built with and the processor can do, or the TLS library.
enum class CipherSource { fastest, tls_library };

}  // namespace usquic::crypto
