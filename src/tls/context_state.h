// What all sessions of a context share, whatever TLS library they are of.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/log.h"
#include "tls/context.h"
#include "tls/ticket_key.h"
#include "tls/ticket_store.h"

namespace usquic::tls {

// As many and as long as every TLS library takes.
bool are_protocols_valid(std::span<const std::string> protocols);

// It outlives the sessions.
struct ContextState {
  bool request_client_certificate = false;
  bool verify_server = true;
  bool verify_client = false;
  std::vector<CertificateHash> certificate_hashes;
  std::vector<std::string> alpn;
  void (*keylog)(void* user, const char* line) = nullptr;
  void* keylog_user = nullptr;
  Logger log;
  TicketSecret ticket_secret{};
  TicketStore tickets;

  bool asks_for_client_certificate() const { return request_client_certificate || verify_client; }

  // Takes over what the options say. Errors: US_QUIC_E_INVALID (protocols), _TLS.
  Result<void> initialize(const Options& options);
};

}  // namespace usquic::tls
