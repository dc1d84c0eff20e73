#include "tls/first_flight.h"

namespace usquic::tls {
namespace {

constexpr std::size_t first_flight_bytes = 3 * 1200;
// ServerHello, EncryptedExtensions with transport parameters, CertificateVerify, Finished, and what packets take.
constexpr std::size_t other_bytes = 600;

}  // namespace

void warn_of_long_chain(std::size_t chain_bytes, const char* name, const Logger& log) {
  if (chain_bytes + other_bytes <= first_flight_bytes) return;
  log.log(LogLevel::warning,
          "%s: a chain of %zu bytes does not fit three times a client's first datagram (1,200 bytes): "
          "handshakes may "
          "take a round trip more",
          name, chain_bytes);
}

}  // namespace usquic::tls
