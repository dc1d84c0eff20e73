// The one declaration of every option: name, type, default, bounds, unit, where it arrives, and what it is for.
//
// The defaults and bounds of us_quic_socket_context_options_t, the defaults of engine::Config and the copying
// from one to the other (quic/options.cpp) are made from this list. tests/project/option_list_test.py checks
// the struct, docs/tuning.md, the command's switches and the names in JavaScript against it.
#pragma once

#include <climits>
#include <cstddef>
#include <cstdint>

#include "base/varint.h"
#include "usquic/quic_options.h"

namespace usquic::option_bounds {

inline constexpr std::uint64_t max_streams = std::uint64_t{1} << 60;  // RFC 9000 section 4.6
inline constexpr std::uint32_t max_rate = 100'000'000;                // ten times as many are a 32-bit burst
inline constexpr std::size_t min_udp_payload = 1200;                  // RFC 9000 section 14
inline constexpr std::size_t max_udp_payload = 65527;                 // RFC 9000 section 18.2
inline constexpr int max_worker_index = 255;                          // an octet of the connection ID
inline constexpr std::size_t max_table = 16 << 20;
inline constexpr std::size_t max_blocked = 65535;
inline constexpr std::size_t max_sessions = 65535;
inline constexpr std::size_t max_settings = 128;  // a frame of them all is one that this library reads

}  // namespace usquic::option_bounds

// Fields of us_quic_socket_context_options_t in their order, struct_size apart.
//
// NUMBER(name, type, default, smallest, largest, unit, arrives, summary). `arrives` is the member of
// quic::ContextConfig that gets the value, in its own type.
// POINTER(name, arrives, summary): null or empty by default. quic/options.cpp copies what it points to.
// PART(name, type, default, smallest, largest, unit, pointer, summary): a number that belongs to a POINTER.
#define USQUIC_OPTIONS(NUMBER, PART, POINTER)                                                           \
  NUMBER(connection_ext_size, unsigned int, 0, 0, UINT_MAX, bytes, connection_ext_size,                 \
         "Ext memory of each accepted connection")                                                      \
  NUMBER(stream_ext_size, unsigned int, 0, 0, UINT_MAX, bytes, stream_ext_size,                         \
         "Ext memory of each stream that the peer opens")                                               \
  POINTER(key_file_name, tls.identity.key, "PEM file of the private key")                               \
  POINTER(cert_file_name, tls.identity.certificate, "PEM file of the certificate chain, leaf first")    \
  POINTER(passphrase, tls.identity.passphrase, "Passphrase of the private key")                         \
  POINTER(ca_file_name, tls.trust, "PEM file of the trusted roots")                                     \
  POINTER(key, tls.identity.key, "The private key as PEM text")                                         \
  POINTER(cert, tls.identity.certificate, "The certificate chain as PEM text")                          \
  POINTER(ca, tls.trust, "The trusted roots as PEM text")                                               \
  NUMBER(request_cert, int, 0, INT_MIN, INT_MAX, flag, tls.request_client_certificate,                  \
         "Server: ask clients for a certificate")                                                       \
  NUMBER(reject_unauthorized, int, -1, -1, 1, flag, tls.verify_server,                                  \
         "Refuse peers without a trusted certificate; -1 = where one was asked for")                    \
  POINTER(alpn, tls.alpn, "Application protocols, the preferred one first")                             \
  PART(alpn_count, size_t, 0, 0, SIZE_MAX, names, alpn, "Names in `alpn`")                              \
  NUMBER(idle_timeout_ms, unsigned int, 30'000, 1, UINT_MAX, ms, engine.idle_timeout,                   \
         "Silence after which a connection is given up")                                                \
  NUMBER(handshake_timeout_ms, unsigned int, 10'000, 1, UINT_MAX, ms, engine.handshake_timeout,         \
         "Time for a handshake")                                                                        \
  NUMBER(keep_alive_ms, unsigned int, 0, 0, UINT_MAX, ms, engine.keep_alive,                            \
         "Silence after which a PING is sent; 0 = none")                                                \
  NUMBER(max_data, uint64_t, 1 << 20, 1, max_varint, bytes, engine.max_data,                            \
         "Receive window of a connection to start with")                                                \
  NUMBER(max_data_limit, uint64_t, 24 << 20, 1, max_varint, bytes, engine.max_data_limit,               \
         "Receive window of a connection at most")                                                      \
  NUMBER(max_stream_data, uint64_t, 256 << 10, 1, max_varint, bytes, engine.max_stream_data,            \
         "Receive window of a stream to start with")                                                    \
  NUMBER(max_stream_data_limit, uint64_t, 16 << 20, 1, max_varint, bytes, engine.max_stream_data_limit, \
         "Receive window of a stream at most")                                                          \
  NUMBER(send_buffer_bytes, size_t, 1 << 20, 1, SIZE_MAX, bytes, engine.send_buffer_bytes,              \
         "Unsent bytes that a stream accepts")                                                          \
  NUMBER(max_streams_bidi, uint64_t, 100, 0, max_streams, streams, engine.max_streams_bidi,             \
         "Bidirectional streams that the peer may have open")                                           \
  NUMBER(max_streams_uni, uint64_t, 100, 0, max_streams, streams, engine.max_streams_uni,               \
         "Unidirectional streams that the peer may have open; at least 3 for HTTP/3")                   \
  NUMBER(max_header_list_size, size_t, 64 << 10, 1, SIZE_MAX, bytes, engine.max_header_list_size,       \
         "Size of a header section")                                                                    \
  NUMBER(header_timeout_ms, unsigned int, 10'000, 0, UINT_MAX, ms, engine.header_timeout,               \
         "Server: time for a request's header section; 0 = no limit")                                   \
  NUMBER(max_stream_resets_per_second, uint32_t, 100, 0, max_rate, streams,                             \
         engine.max_stream_resets_per_second,                                                           \
         "Streams that the peer opens and gives up in a second; 0 = no limit")                          \
  NUMBER(max_control_frames_per_second, uint32_t, 100, 0, max_rate, frames,                             \
         engine.max_control_frames_per_second,                                                          \
         "Frames that bring nothing but work in a second; 0 = no limit")                                \
  NUMBER(max_handshakes, size_t, 5000, 1, SIZE_MAX, handshakes, engine.max_handshakes,                  \
         "Server: handshakes in flight")                                                                \
  NUMBER(max_handshakes_per_address, size_t, 2000, 1, SIZE_MAX, handshakes,                             \
         engine.max_handshakes_per_address,                                                             \
         "Server: handshakes in flight from one IPv4 address, or one /64 of IPv6")                      \
  NUMBER(max_udp_payload, size_t, 0, 0, max_udp_payload, bytes, engine.max_udp_payload,                 \
         "Largest datagram to send, from 1,200; 0 = 1,452, and 32,700 within one machine")              \
  NUMBER(datagrams, int, 0, 0, 1, flag, engine.datagrams, "Allow DATAGRAM frames")                      \
  NUMBER(congestion, int, US_QUIC_CONGESTION_CUBIC, US_QUIC_CONGESTION_CUBIC, US_QUIC_CONGESTION_BBR,   \
         choice, engine.congestion, "Congestion control")                                               \
  NUMBER(address_validation, int, US_QUIC_ADDRESS_VALIDATION_UNDER_LOAD,                                \
         US_QUIC_ADDRESS_VALIDATION_UNDER_LOAD, US_QUIC_ADDRESS_VALIDATION_NEVER, choice,               \
         engine.address_validation, "When new clients must prove their address")                        \
  POINTER(secret, engine.secret, "32 bytes that tickets, tokens and stateless resets derive from")      \
  POINTER(server_id, engine.server_id, "Server id in connection IDs")                                   \
  PART(server_id_length, size_t, 0, 0, 8, bytes, server_id, "Length of `server_id`")                    \
  NUMBER(worker_index, int, -1, -1, max_worker_index, index, engine.worker_index,                       \
         "Index of this worker in connection IDs; -1 = the only one")                                   \
  POINTER(keylog, tls.keylog, "Gets lines of the NSS key log")                                          \
  POINTER(keylog_user, tls.keylog_user, "First argument of `keylog`")                                   \
  POINTER(log, log, "Gets lines about what happens inside")                                             \
  POINTER(log_user, log, "First argument of `log`")                                                     \
  PART(log_level, int, US_QUIC_LOG_WARNING, US_QUIC_LOG_NONE, US_QUIC_LOG_DEBUG, choice, log,           \
       "Most detailed level that `log` gets")                                                           \
  POINTER(random, engine.random, "Gives the protocol's randomness")                                     \
  POINTER(random_user, engine.random, "First argument of `random`")                                     \
  POINTER(extra_ca, tls.extra_trust, "Trusted roots beside the others, as PEM text")                    \
  NUMBER(http_idle_timeout_ms, unsigned int, 75'000, 0, UINT_MAX, ms, engine.http_idle_timeout,         \
         "Server: time without any open request on an HTTP/3 connection; 0 = no limit")                 \
  NUMBER(worker_count, unsigned int, 0, 0, max_worker_index + 1, workers, engine.worker_count,          \
         "Workers with this secret and server id; 0 = not known")                                       \
  NUMBER(qpack_table_capacity, size_t, 4096, 0, max_table, bytes, engine.qpack_table_capacity,          \
         "HTTP/3: dynamic QPACK table that the peer may fill")                                          \
  NUMBER(qpack_blocked_streams, size_t, 100, 0, max_blocked, streams, engine.qpack_blocked_streams,     \
         "HTTP/3: streams whose header section may wait for QPACK instructions")                        \
  NUMBER(qpack_encoder_table_capacity, size_t, 4096, 0, max_table, bytes,                               \
         engine.qpack_encoder_table_capacity,                                                           \
         "HTTP/3: dynamic QPACK table that this side fills, where the peer allows it")                  \
  POINTER(settings, engine.settings, "HTTP/3: settings to announce beside the library's own")           \
  PART(settings_count, size_t, 0, 0, max_settings, settings, settings, "Number of `settings`")          \
  POINTER(groups, tls.groups, "Groups of the key exchange, the preferred one first")                    \
  POINTER(group, group, "The group of workers that this context is one of")                             \
  NUMBER(webtransport_sessions, size_t, 0, 0, max_sessions, sessions, engine.webtransport_sessions,     \
         "HTTP/3: WebTransport sessions on a connection; 0 = none")                                     \
  POINTER(certificate_hashes, tls.certificate_hashes,                                                   \
          "Client: SHA-256 of the certificates that are trusted in the place of roots")

// What programs of this project call an option where they let people set it.
//
// NAME(option, program, name, unit); unit: of numbers, in what the program takes them.
#define USQUIC_OPTION_NAMES(NAME)                                           \
  NAME(cert_file_name, "usquic serve", "--cert", file)                      \
  NAME(key_file_name, "usquic serve", "--key", file)                        \
  NAME(passphrase, "usquic serve", "--passphrase", text)                    \
  NAME(secret, "usquic serve", "--secret", file)                            \
  NAME(http_idle_timeout_ms, "usquic serve", "--http-idle-timeout", s)      \
  NAME(cert_file_name, "usquic echo server", "--cert", file)                \
  NAME(key_file_name, "usquic echo server", "--key", file)                  \
  NAME(passphrase, "usquic echo server", "--passphrase", text)              \
  NAME(alpn, "usquic echo server", "--alpn", text)                          \
  NAME(ca_file_name, "usquic echo client", "--cacert", file)                \
  NAME(reject_unauthorized, "usquic echo client", "--insecure", flag)       \
  NAME(alpn, "usquic echo client", "--alpn", text)                          \
  NAME(ca_file_name, "usquic get", "--cacert", file)                        \
  NAME(cert_file_name, "usquic get", "--cert", file)                        \
  NAME(key_file_name, "usquic get", "--key", file)                          \
  NAME(passphrase, "usquic get", "--pass", text)                            \
  NAME(reject_unauthorized, "usquic get", "--insecure", flag)               \
  NAME(groups, "usquic get", "--curves", text)                              \
  NAME(ca_file_name, "usquic load", "--cacert", file)                       \
  NAME(cert_file_name, "usquic load", "--cert", file)                       \
  NAME(key_file_name, "usquic load", "--key", file)                         \
  NAME(passphrase, "usquic load", "--pass", text)                           \
  NAME(reject_unauthorized, "usquic load", "--insecure", flag)              \
  NAME(groups, "usquic load", "--curves", text)                             \
  NAME(handshake_timeout_ms, "usquic load", "--timeout", duration)          \
  NAME(cert, "quic()", "tls.cert", text)                                    \
  NAME(key, "quic()", "tls.key", text)                                      \
  NAME(passphrase, "quic()", "tls.passphrase", text)                        \
  NAME(ca, "quic()", "tls.ca", text)                                        \
  NAME(reject_unauthorized, "quic()", "tls.rejectUnauthorized", flag)       \
  NAME(request_cert, "quic()", "tls.requestCert", flag)                     \
  NAME(secret, "quic()", "secret", bytes)                                   \
  NAME(alpn, "quic()", "alpn", text)                                        \
  NAME(idle_timeout_ms, "quic()", "idleTimeoutMs", ms)                      \
  NAME(handshake_timeout_ms, "quic()", "handshakeTimeoutMs", ms)            \
  NAME(keep_alive_ms, "quic()", "keepAliveMs", ms)                          \
  NAME(max_streams_bidi, "quic()", "maxStreams", streams)                   \
  NAME(datagrams, "quic()", "datagrams", flag)                              \
  NAME(cert, "serve()", "tls.cert", text)                                   \
  NAME(key, "serve()", "tls.key", text)                                     \
  NAME(passphrase, "serve()", "tls.passphrase", text)                       \
  NAME(ca, "serve()", "tls.ca", text)                                       \
  NAME(reject_unauthorized, "serve()", "tls.rejectUnauthorized", flag)      \
  NAME(request_cert, "serve()", "tls.requestCert", flag)                    \
  NAME(secret, "serve()", "secret", bytes)                                  \
  NAME(idle_timeout_ms, "serve()", "idleTimeout", s)                        \
  NAME(http_idle_timeout_ms, "serve()", "httpIdleTimeout", s)               \
  NAME(cert, "fetch3()", "tls.cert", text)                                  \
  NAME(key, "fetch3()", "tls.key", text)                                    \
  NAME(passphrase, "fetch3()", "tls.passphrase", text)                      \
  NAME(ca, "fetch3()", "tls.ca", text)                                      \
  NAME(reject_unauthorized, "fetch3()", "tls.rejectUnauthorized", flag)     \
  NAME(cert, "WebTransport", "tls.cert", text)                              \
  NAME(key, "WebTransport", "tls.key", text)                                \
  NAME(passphrase, "WebTransport", "tls.passphrase", text)                  \
  NAME(ca, "WebTransport", "tls.ca", text)                                  \
  NAME(reject_unauthorized, "WebTransport", "tls.rejectUnauthorized", flag) \
  NAME(certificate_hashes, "WebTransport", "serverCertificateHashes", bytes)

namespace usquic::option_defaults {

#define USQUIC_DEFAULT(name, type, value, ...) inline constexpr type name = value;
#define USQUIC_NO_DEFAULT(...)
USQUIC_OPTIONS(USQUIC_DEFAULT, USQUIC_DEFAULT, USQUIC_NO_DEFAULT)
#undef USQUIC_DEFAULT
#undef USQUIC_NO_DEFAULT

}  // namespace usquic::option_defaults
