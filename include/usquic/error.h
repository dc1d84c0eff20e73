/* Errors: one table of negative codes for the whole library. Protocol error codes (RFC 9000 section 20,
 * usquic/http3_codes.h) travel apart from these, in us_quic_close_info_t and us_quic_stream_close_info_t. */
#ifndef USQUIC_ERROR_H
#define USQUIC_ERROR_H

#include "usquic/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* X(name, value, text): every error that a function of the library returns or a close info carries. */
#define US_QUIC_ERROR_TABLE(X)                                                                    \
  X(US_QUIC_OK, 0, "no error")                                                                    \
  X(US_QUIC_E_INVALID, -1, "invalid argument")                                                    \
  X(US_QUIC_E_NOMEM, -2, "out of memory")                                                         \
  X(US_QUIC_E_CLOSED, -3, "already closed")                                                       \
  X(US_QUIC_E_STATE, -4, "not allowed in this state")                                             \
  X(US_QUIC_E_UNSUPPORTED, -5, "not supported by the peer or by this build")                      \
  X(US_QUIC_E_IO, -6, "system call failed")                                                       \
  X(US_QUIC_E_ADDRESS_IN_USE, -7, "address already in use")                                       \
  X(US_QUIC_E_ADDRESS, -8, "address cannot be used")                                              \
  X(US_QUIC_E_ACCESS, -9, "permission denied")                                                    \
  X(US_QUIC_E_RESOLVE, -10, "host name cannot be resolved")                                       \
  X(US_QUIC_E_REFUSED, -11, "connection refused: nothing listens there")                          \
  X(US_QUIC_E_UNREACHABLE, -12, "host or network unreachable")                                    \
  X(US_QUIC_E_HANDSHAKE_TIMEOUT, -13, "handshake timed out")                                      \
  X(US_QUIC_E_IDLE_TIMEOUT, -14, "connection idle for too long")                                  \
  X(US_QUIC_E_TLS, -15, "TLS handshake failed")                                                   \
  X(US_QUIC_E_CERT_FILE, -16, "certificate or key file cannot be read")                           \
  X(US_QUIC_E_CERT_PARSE, -17, "certificate or key is malformed")                                 \
  X(US_QUIC_E_CERT_MISMATCH, -18, "private key does not belong to the certificate")               \
  X(US_QUIC_E_PASSPHRASE, -19, "private key is encrypted and the passphrase is missing or wrong") \
  X(US_QUIC_E_CERT_UNTRUSTED, -20, "certificate is not trusted")                                  \
  X(US_QUIC_E_CERT_NAME, -21, "certificate is not for this host name")                            \
  X(US_QUIC_E_CERT_EXPIRED, -22, "certificate has expired or is not yet valid")                   \
  X(US_QUIC_E_CERT_REQUIRED, -23, "peer sent no certificate")                                     \
  X(US_QUIC_E_ALPN, -24, "no application protocol in common")                                     \
  X(US_QUIC_E_VERSION, -25, "no QUIC version in common")                                          \
  X(US_QUIC_E_TRANSPORT, -26, "closed with a transport error")                                    \
  X(US_QUIC_E_APPLICATION, -27, "closed with an application error")                               \
  X(US_QUIC_E_STATELESS_RESET, -28, "peer lost the connection's state (stateless reset)")         \
  X(US_QUIC_E_STREAM_LIMIT, -29, "no more streams allowed")                                       \
  X(US_QUIC_E_TOO_LARGE, -30, "too large")                                                        \
  X(US_QUIC_E_HEADERS, -31, "header section is malformed")                                        \
  X(US_QUIC_E_GOAWAY, -32, "peer is going away; the request was not processed")                   \
  X(US_QUIC_E_RESET, -33, "stream reset by the peer")                                             \
  X(US_QUIC_E_STOPPED, -34, "peer stopped reading the stream")                                    \
  X(US_QUIC_E_AGAIN, -35, "try again later")                                                      \
  X(US_QUIC_E_INTERNAL, -36, "internal error")                                                    \
  X(US_QUIC_E_TIMEOUT, -37, "request took too long")

enum {
#define US_QUIC_ERROR_ENUM(name, value, text) name = value,
  US_QUIC_ERROR_TABLE(US_QUIC_ERROR_ENUM)
#undef US_QUIC_ERROR_ENUM
};

/* Text of an error code, in English, without a final period.
 * Ownership: static storage.   Returns: never NULL; "unknown error" for a code not in the table.
 * Thread: any. */
US_API const char* us_quic_strerror(int error);

/* Name of an error code, such as "US_QUIC_E_CLOSED".
 * Ownership: static storage.   Returns: never NULL; "US_QUIC_E_UNKNOWN" for a code not in the table.
 * Thread: any. */
US_API const char* us_quic_error_name(int error);

#ifdef __cplusplus
}
#endif

#endif
