// What OpenSSL and BoringSSL say differently. Each of src/tls/openssl and src/tls/boringssl defines all of these.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tls/libssl/handles.h"
#include "tls/libssl/library_handshake.h"
#include "tls/parameters.h"
#include "tls/ticket_key.h"

namespace usquic::tls::libssl {

// Of an SSL_CTX; false: the library's queue says why.

bool set_versions(SSL_CTX* context, int least, int most);
// Preferred first. Those that the library does not have are passed over.
bool set_groups(SSL_CTX* context, std::span<const Group> groups);
// Of TLS 1.3, a client's preferred first. false also where the library cannot keep to them.
bool set_cipher_suites(SSL_CTX* context, std::span<const CipherSuiteId> suites);
bool set_ticket_lifetime(SSL_CTX* context, std::uint32_t seconds);
// Beside the certificate itself, what each of them was issued by.
bool use_identity(SSL_CTX* context, const std::vector<CertificateHandle>& chain, EVP_PKEY* key);
// Has a server send its certificates compressed (RFC 8879) where the library knows a method.
void compress_certificates(SSL_CTX* context);
// What QUIC forbids and byte streams may have (RFC 9001 section 8.4), and the other way round.
void set_options(SSL_CTX* context, TicketUse use);
void set_session_cache(SSL_CTX* context, TicketUse use);
// Has SslOwner::choose_certificate() called for each ClientHello.
void call_for_client_hello(SSL_CTX* context);
// Has SslOwner::ticket_keys() called for each ticket.
void call_for_ticket_keys(SSL_CTX* context);
// Has SslOwner::note() called, at least in sessions over a byte stream.
void call_for_info(SSL_CTX* context, TicketUse use);

// Of an SSL.

// RFC 6066 section 3.
bool set_server_name(SSL* ssl, const std::string& name);
bool set_trust(SSL* ssl, X509_STORE* store);
std::optional<Group> group_of(SSL* ssl);
// The server's; nothing: there is none.
std::optional<SignatureScheme> signature_scheme_of(SSL* ssl);
// nullptr: no memory. `ssl` outlives the handshake's calls.
std::unique_ptr<LibraryHandshake> make_handshake(SSL* ssl);

// After the handshake of a server over a byte stream: the tickets that wait for its first bytes.
void write_tickets(SSL* ssl);

// In DER; empty: there is none.
std::vector<std::uint8_t> peer_certificate_of(const SSL* ssl);
// When it ends; 0: there is none, or it says nothing that can be read.
std::time_t end_of_peer_certificate(const SSL* ssl);
// In seconds, from when it came.
std::time_t ticket_lifetime_of(const SSL_SESSION* ticket);
// ECDSA over P-256; nullptr: it failed.
KeyHandle make_p256_key();

}  // namespace usquic::tls::libssl
