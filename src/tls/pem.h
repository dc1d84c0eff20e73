// PEM texts, from a file or from memory.
#pragma once

#include <string>
#include <string_view>

#include "base/log.h"
#include "base/result.h"
#include "tls/context.h"

namespace usquic::tls {

// The text of a source that is given. Error: US_QUIC_E_CERT_FILE, with a line to the log.
Result<std::string> read_pem(const PemSource& source, const Logger& log);

// What log lines call it: the file's name, or that it came from memory.
const char* describe(const PemSource& source);

// How a private key's PEM says that it is encrypted: PKCS#8 (RFC 7468 section 11), or the older
// form of OpenSSL.
enum class KeyEncryption { none, pkcs8, openssl };

KeyEncryption key_encryption_of(std::string_view pem);

// Overwrites a text that held a private key.
void wipe(std::string& text);

}  // namespace usquic::tls
