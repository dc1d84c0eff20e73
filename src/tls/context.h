// "Identity": what a socket context is to its peers, and whom it trusts. One Context for a socket context.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"
#include "tls/certificate_hashes.h"
#include "tls/parameters.h"
#include "tls/session.h"
#include "tls/stream_session.h"

namespace usquic::tls {

// A PEM text, from a file or from memory (when file is empty).
struct PemSource {
  std::string file;
  std::string text;
  bool is_given() const { return !file.empty() || !text.empty(); }
};

struct IdentitySource {
  PemSource certificate;  // chain, leaf first
  PemSource key;
  std::optional<std::string> passphrase;
};

// RFC 9001 section 5.3 and RFC 8446 section 9.1. The peer's order decides on a server: a client without AES in
// hardware puts ChaCha20 first.
constexpr CipherSuiteId default_cipher_suites[] = {CipherSuiteId::aes_128_gcm_sha256,
                                                   CipherSuiteId::aes_256_gcm_sha384,
                                                   CipherSuiteId::chacha20_poly1305_sha256};
// What the TLS library does not have is left out.
constexpr Group default_groups[] = {Group::x25519mlkem768, Group::x25519, Group::secp256r1, Group::secp384r1,
                                    Group::secp521r1};

struct Options {
  IdentitySource identity;  // may be absent (a client)
  PemSource trust;          // absent = the system's roots where verification is enforced, else none
  PemSource extra_trust;    // roots beside these
  std::vector<CertificateHash> certificate_hashes;  // as a client: whom to trust in the place of all roots
  bool request_client_certificate = false;
  bool verify_server = true;                 // as a client
  bool verify_client = false;                // as a server: refuse clients without a trusted certificate
  std::vector<std::string> alpn;             // preferred first
  std::vector<Group> groups;                 // preferred first; empty = default_groups
  std::vector<CipherSuiteId> cipher_suites;  // a client's preferred first; empty = default_cipher_suites
  std::uint8_t secret[32] = {};              // ticket keys derive from it; zeros = a random key
  void (*keylog)(void* user, const char* line) = nullptr;
  void* keylog_user = nullptr;
  Logger log;
};

class Context {
 public:
  virtual ~Context() = default;

  virtual bool can_serve() const = 0;  // has a certificate and key
  // Errors: US_QUIC_E_INVALID (no such pattern), or of the identity; what was there then stays. "*" is the
  // identity of the options. Sessions under way keep theirs.
  virtual Result<void> add_server_name(std::string_view pattern, const IdentitySource& identity) = 0;
  virtual Result<void> remove_server_name(std::string_view pattern) = 0;

  // Error: US_QUIC_E_STATE when it cannot serve.
  virtual Result<std::unique_ptr<Session>> server_session() = 0;
  // server_name: host name (sent as SNI and verified) or IP address (verified alone). Resumes from a kept
  // ticket of the same server_name, port, QUIC version and protocols when there is one. Error:
  // US_QUIC_E_INVALID for what is neither (or "" while servers are verified).
  virtual Result<std::unique_ptr<Session>> client_session(std::string_view server_name, std::uint16_t port,
                                                          std::uint32_t quic_version) = 0;
  // For a connection over TCP. alpn: preferred first, in place of that of the options; a client that offers none of
  // them is refused with no_application_protocol, one that offers nothing is let in. Errors: US_QUIC_E_STATE when it
  // cannot serve, US_QUIC_E_INVALID (protocols).
  virtual Result<std::unique_ptr<StreamSession>> server_stream_session(std::span<const std::string> alpn) = 0;
};

// Errors: US_QUIC_E_INVALID (protocols; no group or cipher suite that the library has), _CERT_FILE, _CERT_PARSE,
// _CERT_MISMATCH, _PASSPHRASE, _NOMEM, _TLS.
Result<std::unique_ptr<Context>> create_context(const Options& options);

// The library that TLS comes from.
struct Library {
  const char* name;              // "GnuTLS", "OpenSSL", "BoringSSL"
  const char* version;           // "3.5.4"; static
  bool has_x25519mlkem768;       // key exchange against quantum computers
  bool compresses_certificates;  // RFC 8879
  bool keeps_to_cipher_suites;   // false: of Options, the default ones, those with AES, or AES-256 alone
};

Library library();

}  // namespace usquic::tls
