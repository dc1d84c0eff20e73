// The exporter master secret of a session (RFC 8446 section 7.5), read from the key log: the library gives it away in no
// other place that is left when a server's session is gone.
#pragma once

#include <string_view>

#include "crypto/exporter.h"

namespace usquic::tls::libssl {

// Takes it from a line of the key log, if that is what the line is about.
void take_exporter_secret(crypto::Exporter& to, std::string_view line);

}  // namespace usquic::tls::libssl
