/* Options of contexts and listening sockets (usquic/quic.h). docs/tuning.md lists them all, with defaults and
 * bounds. */
#ifndef USQUIC_QUIC_OPTIONS_H
#define USQUIC_QUIC_OPTIONS_H

#ifdef USQUIC_COMPAT_USOCKETS_QUIC_H
#error "usquic/compat/usockets_quic.h and usquic/quic.h have the same names: include one of them in a file"
#endif

#include <stddef.h>
#include <stdint.h>

#include "usquic/version.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { US_QUIC_CONGESTION_CUBIC = 0, US_QUIC_CONGESTION_RENO = 1, US_QUIC_CONGESTION_BBR = 2 };

/* When a server makes a new client prove its address with a Retry packet (RFC 9000 section 8.1.2). */
enum {
  US_QUIC_ADDRESS_VALIDATION_UNDER_LOAD = 0,
  US_QUIC_ADDRESS_VALIDATION_ALWAYS = 1,
  US_QUIC_ADDRESS_VALIDATION_NEVER = 2
};

enum {
  US_QUIC_LOG_NONE = 0,
  US_QUIC_LOG_ERROR = 1,
  US_QUIC_LOG_WARNING = 2,
  US_QUIC_LOG_INFO = 3,
  US_QUIC_LOG_DEBUG = 4
};

/* Workers that serve one port together (usquic/quic_group.h). */
typedef struct us_quic_group_t us_quic_group_t;

/* A block of memory given by the user, such as a PEM text. */
typedef struct us_quic_blob_t {
  const void* data;
  size_t length;
} us_quic_blob_t;

/* A setting of HTTP/3 (RFC 9114 section 7.2.4). */
typedef struct us_quic_setting_t {
  uint64_t id;
  uint64_t value;
} us_quic_setting_t;

/* Start from US_QUIC_OPTIONS_INIT. All memory is borrowed for the creating call only, but for callbacks'
 * users. */
typedef struct us_quic_socket_context_options_t {
  size_t struct_size; /* sizeof of this struct, for later versions */

  unsigned int connection_ext_size; /* bytes, for connections that are accepted */
  unsigned int stream_ext_size;     /* bytes, for streams that the peer opens */

  /* Identity: PEM files, or the same in memory (used when the file name is NULL). A server needs both; a
   * client may have them (client certificate). */
  const char* key_file_name;
  const char* cert_file_name; /* the chain, leaf first */
  const char* passphrase;
  const char* ca_file_name; /* trusted roots in place of the system's */
  us_quic_blob_t key;
  us_quic_blob_t cert;
  us_quic_blob_t ca;
  int request_cert;        /* server: ask clients for a certificate */
  int reject_unauthorized; /* -1 = default: 1 for clients (verify chain and name), and for servers with
                              request_cert. 0: let everybody pass; what a given ca says of them is told by
                              us_quic_connection_is_authorized, the system's roots are not loaded */

  /* Application protocols (RFC 7301), preferred first; NULL = {"h3"}. "h3" speaks HTTP/3, any other raw
   * streams. */
  const char* const* alpn;
  size_t alpn_count;

  unsigned int idle_timeout_ms;
  unsigned int handshake_timeout_ms;
  unsigned int keep_alive_ms; /* a PING after so much silence, and after half the idle timeout that both
                                 sides agreed on at the latest (RFC 9000 section 10.1.2); 0 = none */
  uint64_t max_data; /* bytes of receive window per connection to start with, tuned by use up to... */
  uint64_t max_data_limit;
  uint64_t max_stream_data; /* the same per stream */
  uint64_t max_stream_data_limit;
  size_t send_buffer_bytes;    /* unsent bytes that write accepts per stream */
  uint64_t max_streams_bidi;   /* that the peer may have open at once */
  uint64_t max_streams_uni;    /* at least 3 where HTTP/3 is spoken (RFC 9114 section 6.2) */
  size_t max_header_list_size; /* bytes of a header section as RFC 9114 section 4.2.2 counts */
  /* Bounds against hostile peers (docs/tuning.md says what each costs whom). */
  unsigned int header_timeout_ms; /* server: from a request's first byte to the end of its header section,
                                     else the stream is reset with H3_REQUEST_REJECTED; 0 = no limit */
  uint32_t max_stream_resets_per_second;  /* streams that the peer opens and gives up, per connection, with
                                             bursts of ten times as many; more closes the connection with
                                             H3_EXCESSIVE_LOAD; 0 = no limit */
  uint32_t max_control_frames_per_second; /* PATH_CHALLENGE, NEW_CONNECTION_ID, RETIRE_CONNECTION_ID, and
                                             STREAM frames with neither data nor FIN, per connection, with
                                             bursts of ten times as many; more closes the connection with
                                             H3_EXCESSIVE_LOAD; 0 = no limit */
  size_t max_handshakes;                  /* server handshakes in flight; more Initials are dropped */
  size_t max_handshakes_per_address; /* the same from one IPv4 address, or one /64 of IPv6; from half of it on
                                        a client must prove its address as under load */
  size_t max_udp_payload; /* bytes of the largest datagram to send, 1200 to 65527; path MTU discovery stays
                             below. 0 = 1452, and up to 32700 between addresses of this machine, as far as
                             their interface allows it. Those above 1472 come when a connection has sent
                             256 KiB */
  int datagrams;          /* 1: allow DATAGRAM frames (RFC 9221), on HTTP/3 connections those of streams (RFC
                             9297): us_quic_socket_context_on_stream_datagram */
  int congestion;         /* US_QUIC_CONGESTION_* */
  int address_validation; /* US_QUIC_ADDRESS_VALIDATION_* */

  /* 32 bytes shared by all processes of a deployment, not all zero: tickets, tokens and stateless resets
   * derive from it. Contexts that run at the same time with one secret, on one port or on several, each need
   * a worker_index or server_id of their own: one that took another's connections for lost ones would end
   * them (RFC 9000 section 21.11). The clocks of machines that share it agree to within 5 s, or clients have
   * to prove their addresses anew. NULL = random at creation. */
  const uint8_t* secret;
  /* Routing in connection IDs: server id (0 to 8 bytes) and worker index of this context. */
  const uint8_t* server_id;
  size_t server_id_length;
  int worker_index; /* 0 to 255; -1 = default: the only one with this secret and server id */

  /* NSS key log lines, without newline. */
  void (*keylog)(void* user, const char* line);
  void* keylog_user;
  /* Lines about what happens inside, up to log_level. */
  void (*log)(void* user, int level, const char* message);
  void* log_user;
  int log_level; /* US_QUIC_LOG_* */
  /* Randomness for the protocol (not TLS); NULL = the kernel's. */
  void (*random)(void* user, uint8_t* data, size_t length);
  void* random_user;
  us_quic_blob_t extra_ca; /* PEM in memory: roots trusted beside those of ca, or beside the system's.
                              Default: none */
  unsigned int http_idle_timeout_ms; /* server: how long an HTTP/3 connection may be without any open request
                                        stream, PINGs or not, before it is shut down as by
                                        us_quic_connection_shutdown; 0 = no limit */

  /* Workers with this secret and server id, 1 to 256; worker_index is below it. Clients of an earlier run
   * with more workers are told by one of today's that their connections are gone. 0 = default: not told;
   * then each worker answers for its own index alone. */
  unsigned int worker_count;

  /* HTTP/3: bytes of QPACK's dynamic tables (RFC 9204) of a connection, 0 = none: of the one that the peer may
   * fill, and of the one that this side fills where the peer allows as many. And the peer's streams whose header
   * section may wait for what comes into its table; more of them close the connection. */
  size_t qpack_table_capacity;
  size_t qpack_blocked_streams;
  size_t qpack_encoder_table_capacity;
  /* HTTP/3: settings that are announced beside those of the library, for an extension that the application
   * speaks; us_quic_connection_peer_setting gives the peer's. Creating the context fails with US_QUIC_E_INVALID
   * for an identifier that the library announces itself (those of RFC 9114, 9204, 9220 and 9297), that is
   * reserved (RFC 9114 section 11.2.2) or given twice, and for numbers above 2^62 - 1. */
  const us_quic_setting_t* settings;
  size_t settings_count;
  /* Groups of the key exchange (RFC 8446 section 4.2.7), the preferred one first, with colons between:
   * "X25519MLKEM768:x25519:secp256r1:secp384r1:secp521r1", which is also the default (NULL). Those that the TLS
   * library does not have are left out (us_quic_tls_library); creating the context fails with US_QUIC_E_INVALID for
   * names that are none of these, and where none is left. */
  const char* groups;
  /* The group that this context is a worker of (usquic/quic_group.h), NULL = none. worker_index is then below the group's
   * worker_count and nobody else's, and secret and worker_count are the group's: creating the context fails with
   * US_QUIC_E_INVALID where one of them is given here too. */
  us_quic_group_t* group;
  /* HTTP/3: WebTransport sessions on a connection at most, 0 = none (usquic/webtransport.h). With 1 and more it is
   * announced, and DATAGRAM frames are allowed whatever `datagrams` says. */
  size_t webtransport_sessions;
  /* Client: SHA-256 of certificates in DER, one after the other, 32 bytes each. A server is trusted that shows one of these
   * as its own, valid now and for 14 days at most, whatever names it has; roots do not count. Default: none. Creating the
   * context fails with US_QUIC_E_INVALID for other lengths.   Source: W3C WebTransport, serverCertificateHashes. */
  us_quic_blob_t certificate_hashes;
} us_quic_socket_context_options_t;

/* Defaults. In C and C++: us_quic_socket_context_options_t o = US_QUIC_OPTIONS_INIT; */
US_API us_quic_socket_context_options_t us_quic_default_options(void);
#define US_QUIC_OPTIONS_INIT us_quic_default_options()

/* For us_quic_socket_context_listen. Start from {.struct_size = sizeof(us_quic_listen_options_t)}. */
typedef struct us_quic_listen_options_t {
  size_t struct_size;
  int reuse_port; /* 1: SO_REUSEPORT, so that sockets of other programs can be bound to the port as well. The kernel
                     chooses among them by both addresses: a client whose address changes may come to one that does
                     not know its connection, which is lost. Workers of a group (option group) always share their
                     port, and keep such connections. */
  int ipv6_only; /* with an IPv6 host: take no IPv4 */
  unsigned int
      stream_ext_size; /* bytes, for streams that the peer opens on connections of this socket; 0 = as
                                   us_quic_socket_context_options_t.stream_ext_size says */
} us_quic_listen_options_t;

#ifdef __cplusplus
}
#endif

#endif
