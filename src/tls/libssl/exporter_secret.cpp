#include "tls/libssl/exporter_secret.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "crypto/cipher_suite.h"
#include "crypto/secret_bytes.h"

namespace usquic::tls::libssl {

// "EXPORTER_SECRET", the client's random bytes, the secret.
void take_exporter_secret(crypto::Exporter& to, std::string_view line) {
  if (!line.starts_with("EXPORTER_SECRET ")) return;
  const std::string_view digits = line.substr(line.rfind(' ') + 1);
  std::array<std::uint8_t, crypto::max_hash_bytes> bytes;
  const MutableBytes secret = MutableBytes(bytes).first(std::min(digits.size() / 2, bytes.size()));
  for (std::size_t i = 0; i < secret.size(); ++i)
    secret[i] = static_cast<std::uint8_t>(hex_digit(digits[2 * i]) << 4 | hex_digit(digits[2 * i + 1]));
  to.set_secret(secret);
  crypto::wipe(bytes);
}

}  // namespace usquic::tls::libssl
