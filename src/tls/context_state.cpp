#include "tls/context_state.h"

#include <algorithm>
#include <span>

#include "usquic/error.h"

namespace usquic::tls {
namespace {

// GnuTLS's limits, which hold over every library.
constexpr std::size_t max_protocols = 8;
constexpr std::size_t max_protocol_length = 31;

}  // namespace

bool are_protocols_valid(std::span<const std::string> protocols) {
  return protocols.size() <= max_protocols && std::ranges::all_of(protocols, [](const std::string& protocol) {
           return !protocol.empty() && protocol.size() <= max_protocol_length;
         });
}

Result<void> ContextState::initialize(const Options& options) {
  request_client_certificate = options.request_client_certificate;
  verify_server = options.verify_server;
  verify_client = options.verify_client;
  certificate_hashes = options.certificate_hashes;
  alpn = options.alpn;
  keylog = options.keylog;
  keylog_user = options.keylog_user;
  log = options.log;
  if (!are_protocols_valid(alpn)) {
    log.log(LogLevel::error, "ALPN: at most %zu protocols, of 1 to %zu bytes", max_protocols,
            max_protocol_length);
    return Error{US_QUIC_E_INVALID};
  }
  Result<TicketSecret> drawn = tls::ticket_secret(std::span<const std::uint8_t, 32>(options.secret));
  if (!drawn) return Error{drawn.error()};
  ticket_secret = *drawn;
  return {};
}

}  // namespace usquic::tls
