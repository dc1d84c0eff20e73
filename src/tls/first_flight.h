// Whether a server can send its certificate at once.
#pragma once

#include <cstddef>

#include "base/log.h"

namespace usquic::tls {

// Until a client's address is validated a server sends three times what came (RFC 9000 section 8.1), which is at least
// 1,200 bytes. A handshake with a longer chain takes a round trip more; a line to the log says so. `chain_bytes`: the
// certificates in DER.
void warn_of_long_chain(std::size_t chain_bytes, const char* name, const Logger& log);

}  // namespace usquic::tls
