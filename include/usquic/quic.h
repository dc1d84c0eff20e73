/* QUIC and HTTP/3 sockets in the µSockets style.
 *
 * loop -> context (configuration, callbacks, identity) -> socket (one UDP socket) -> connection -> stream.
 * Every object has ext memory: zeroed, aligned to US_EXT_ALIGNMENT, of the size given where it is made.
 *
 * Rules that hold for every call (docs/lifetimes.md):
 * - Everything runs on the loop's thread. No call runs a callback inside, but for us_quic_socket_context_free
 *   and us_loop_free made outside callbacks; what calls cause is told later in the same iteration.
 * - Closing takes effect at once, memory is freed at the end of the iteration. Until then a closed handle can
 *   be read (ext, getters), and other calls on it return US_QUIC_E_CLOSED or do nothing.
 * - Any call is allowed inside any callback, also closing the object that the callback is about.
 * - Functions return 0 or a positive value, or a negative US_QUIC_E_* (usquic/error.h). Those that make an
 *   object return NULL, and the reason in *error; with the object that is US_QUIC_OK. error may be NULL. */
#ifndef USQUIC_QUIC_H
#define USQUIC_QUIC_H

#include <stddef.h>
#include <stdint.h>

#include "usquic/error.h"
#include "usquic/loop.h"
#include "usquic/quic_options.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct us_quic_socket_context_t us_quic_socket_context_t;
typedef struct us_quic_socket_t us_quic_socket_t;
typedef struct us_quic_socket_t us_quic_listen_socket_t;
typedef struct us_quic_connection_t us_quic_connection_t;
typedef struct us_quic_stream_t us_quic_stream_t;
typedef struct us_quic_prepared_response_t us_quic_prepared_response_t;

struct sockaddr;

/* ---- Header sections (RFC 9114 section 4.1) ---- */

enum {
  /* Never put the field into a compression table, also not on later hops (RFC 9204 section 4.5.4). */
  US_QUIC_HEADER_NEVER_INDEX = 1,
  /* For sending: name and value live as long as the process; they are not copied. */
  US_QUIC_HEADER_STATIC = 2
};

/* One field line, not NUL-terminated. Names are lower case; pseudo-header fields begin with ':', come first. */
typedef struct us_quic_header_t {
  const char* name;
  size_t name_length;
  const char* value;
  size_t value_length;
  unsigned int flags;
} us_quic_header_t;

/* What a header section is. */
enum {
  US_QUIC_HEADERS_MESSAGE = 0,       /* a request, or a final response */
  US_QUIC_HEADERS_INFORMATIONAL = 1, /* a 1xx response: another section follows */
  US_QUIC_HEADERS_TRAILERS = 2
};

/* ---- Why something closed ---- */

typedef struct us_quic_close_info_t {
  int error;          /* US_QUIC_OK for a close without error, else a US_QUIC_E_* */
  int is_remote;      /* 1: the peer closed */
  int is_application; /* 1: code is an application code (RFC 9114 section 8.1 for HTTP/3), 0: RFC 9000
                         section 20.1 */
  uint64_t code;      /* protocol error code as sent or received; 0 where none was */
  const char* reason; /* what us_quic_strerror(error) does not say, maybe from the peer; never NULL, "" =
                         nothing to add; valid inside on_close */
  size_t reason_length;
} us_quic_close_info_t;

typedef struct us_quic_stream_close_info_t {
  int reason;    /* US_QUIC_OK: both sides finished; _RESET, _STOPPED, _CLOSED (by this side or with the
                    connection), _GOAWAY (not processed, safe to retry: a request above the one that GOAWAY
                    names, which some servers still answer), _STREAM_LIMIT, _HEADERS (a malformed message),
                    _TOO_LARGE (a header section over max_header_list_size)... */
  uint64_t code; /* protocol error code that came with it, or 0 */
} us_quic_stream_close_info_t;

typedef struct us_quic_stats_t {
  uint64_t bytes_sent; /* UDP payload bytes, as are bytes_received */
  uint64_t bytes_received;
  uint64_t packets_sent;
  uint64_t packets_received;
  uint64_t packets_lost; /* sent after the handshake, and overtaken by three that were acknowledged (RFC 9002
                            section 6.1.1); with those that tried a larger size than the path carries */
  uint64_t smoothed_rtt_us; /* RFC 9002 section 5.3; also the next two, in microseconds */
  uint64_t latest_rtt_us;
  uint64_t min_rtt_us;
  uint64_t congestion_window; /* bytes */
  uint64_t bytes_in_flight;
  uint64_t streams_opened;  /* by either side */
  uint32_t streams_open;    /* now */
  uint32_t max_udp_payload; /* bytes of the largest datagram now sent on the path (path MTU discovery) */
} us_quic_stats_t;

/* Sums over a context. */
typedef struct us_quic_context_stats_t {
  uint64_t connections_accepted; /* handshakes finished as a server */
  uint64_t handshakes_failed;    /* as a server */
  uint64_t connections_open;
  uint64_t datagrams_received;
  uint64_t datagrams_dropped; /* malformed, unknown connection, or over a bound */
  uint64_t retries_sent;
  uint64_t stateless_resets_sent;
  uint64_t version_negotiations_sent;
  uint64_t handshakes_open; /* as a server, under way */
  uint64_t
      stream_datagrams_dropped; /* of HTTP/3: for no stream that takes them, or more than a WebTransport session
                                        that is not open yet holds */
} us_quic_context_stats_t;

/* ---- Context ---- */

/* Create a context: configuration and callbacks for sockets, connections and streams on one loop. It can
 * listen (with a certificate and key), connect, or both. ext_size: bytes of ext memory of the context.
 * Ownership: the caller frees with us_quic_socket_context_free, at the latest us_loop_free does.
 * Returns: NULL on failure, and then *error (when error is not NULL) = US_QUIC_E_INVALID, _NOMEM, or one
 * about the certificate (_CERT_FILE, _CERT_PARSE, _CERT_MISMATCH, _PASSPHRASE); the log callback gets the
 * details. */
US_API us_quic_socket_context_t* us_create_quic_socket_context(
    us_loop_t* loop, const us_quic_socket_context_options_t* options, unsigned int ext_size, int* error);
/* The ext memory that was asked for, zeroed at first; NULL when none was. Lives as long as the context. */
US_API void* us_quic_socket_context_ext(us_quic_socket_context_t* context);
/* The loop that it was made on. */
US_API us_loop_t* us_quic_socket_context_loop(us_quic_socket_context_t* context);
/* Counts since the context was made, into *stats. */
US_API void us_quic_socket_context_stats(us_quic_socket_context_t* context, us_quic_context_stats_t* stats);

/* Serve another certificate to clients that ask for a name matching pattern: exact, or "*." and a domain (one
 * label, RFC 6125). Of `options` only key, certificate and passphrase are used. The same pattern again
 * replaces the certificate for new connections; "*" replaces the context's own. A session resumes under the
 * certificate that it began with alone, so new ones begin after a replacement. Returns: 0, US_QUIC_E_INVALID
 * or one about the certificate; on an error the old one stays. */
US_API int us_quic_socket_context_add_server_name(us_quic_socket_context_t* context, const char* pattern,
                                                  const us_quic_socket_context_options_t* options);
/* Serve names of that pattern with the context's own certificate again. Returns: 0, or US_QUIC_E_INVALID when
 * there is no such pattern. */
US_API int us_quic_socket_context_remove_server_name(us_quic_socket_context_t* context, const char* pattern);

/* Stop in good order: tell new clients CONNECTION_REFUSED (RFC 9000 section 5.2.2) as long as there are
 * connections, let handshakes under way complete (three probe timeouts at most), and shut down each
 * connection as us_quic_connection_shutdown. Every connection sees on_close. How long that may take is up to
 * the peers: us_quic_socket_context_close ends it at once. */
US_API void us_quic_socket_context_shutdown(us_quic_socket_context_t* context);
/* Close all sockets, connections and streams now (CONNECTION_CLOSE is sent). The context stays usable. */
US_API void us_quic_socket_context_close(us_quic_socket_context_t* context);
/* Close, tell everybody, free. Inside a callback: at the end of the iteration. */
US_API void us_quic_socket_context_free(us_quic_socket_context_t* context);

/* Callbacks; each may stay unset. Set them before listening or connecting. */

/* The handshake is done and the peer authenticated. */
US_API void us_quic_socket_context_on_open(us_quic_socket_context_t* context,
                                           void (*cb)(us_quic_connection_t* c, int is_client));
/* Last for a connection, exactly once, also for a connect that failed. */
US_API void us_quic_socket_context_on_close(us_quic_socket_context_t* context,
                                            void (*cb)(us_quic_connection_t* c,
                                                       const us_quic_close_info_t* info));
/* The peer will take no new requests on this connection. */
US_API void us_quic_socket_context_on_goaway(us_quic_socket_context_t* context,
                                             void (*cb)(us_quic_connection_t* c));
/* A stream is open. is_client: this side opened it (told when its id is known). */
US_API void us_quic_socket_context_on_stream_open(us_quic_socket_context_t* context,
                                                  void (*cb)(us_quic_stream_t* s, int is_client));
/* A header section was received: read it by us_quic_stream_header. kind: US_QUIC_HEADERS_*; end_stream:
 * nothing follows (on_stream_end still comes). */
US_API void us_quic_socket_context_on_stream_headers(us_quic_socket_context_t* context,
                                                     void (*cb)(us_quic_stream_t* s, int kind,
                                                                int end_stream));
/* Body bytes. data is borrowed until the callback returns; flow-control credit is given when it does. */
US_API void us_quic_socket_context_on_stream_data(us_quic_socket_context_t* context,
                                                  void (*cb)(us_quic_stream_t* s, const void* data,
                                                             size_t length));
/* FIN was received and all before it was delivered. */
US_API void us_quic_socket_context_on_stream_end(us_quic_socket_context_t* context,
                                                 void (*cb)(us_quic_stream_t* s));
/* The peer gave up sending (RESET_STREAM); bytes may be missing. */
US_API void us_quic_socket_context_on_stream_reset(us_quic_socket_context_t* context,
                                                   void (*cb)(us_quic_stream_t* s, uint64_t code));
/* The peer stopped reading (STOP_SENDING); what was not sent is dropped. It is told at once, with the peer's
 * code; us_quic_stream_close_info_t has it again.   Source: RFC 9000 sections 3.5 and 19.5. */
US_API void us_quic_socket_context_on_stream_stop(us_quic_socket_context_t* context,
                                                  void (*cb)(us_quic_stream_t* s, uint64_t code));
/* After a write that accepted less than offered: less than half of send_buffer_bytes is now unsent. */
US_API void us_quic_socket_context_on_stream_writable(us_quic_socket_context_t* context,
                                                      void (*cb)(us_quic_stream_t* s));
/* Last for a stream, exactly once; before its connection's on_close. */
US_API void us_quic_socket_context_on_stream_close(us_quic_socket_context_t* context,
                                                   void (*cb)(us_quic_stream_t* s,
                                                              const us_quic_stream_close_info_t* info));
/* A datagram (RFC 9221) came on a raw connection; data is borrowed until the callback returns. */
US_API void us_quic_socket_context_on_datagram(us_quic_socket_context_t* context,
                                               void (*cb)(us_quic_connection_t* c, const void* data,
                                                          size_t length));

/* A datagram came for an HTTP/3 stream (RFC 9297): between on_stream_open (on a server: on_stream_headers) and the
 * peer's end of the stream, not held up by us_quic_stream_pause. What comes before or later is lost, as what the
 * network loses. data is borrowed until the callback returns. With this callback and the option datagrams, and only
 * then, SETTINGS_H3_DATAGRAM is announced; who sends datagrams needs both too. A request for which datagrams mean
 * nothing is to be closed with US_QUIC_H3_DATAGRAM_ERROR.   Source: RFC 9297 section 2. */
US_API void us_quic_socket_context_on_stream_datagram(us_quic_socket_context_t* context,
                                                      void (*cb)(us_quic_stream_t* s, const void* data,
                                                                 size_t length));

/* ---- Sockets ---- */

/* Listen for connections. host: NULL = any address, IPv6 and IPv4; else an address or a name that is in
 * /etc/hosts, of which the first address counts that this machine has. port: 0 = any. options: NULL =
 * defaults. ext_size: bytes of ext memory of the socket. Ownership: the context's; close with
 * us_quic_socket_close. Returns: NULL on failure, and then *error = US_QUIC_E_STATE (no certificate),
 * _INVALID (port out of range, or reuse_port with a secret and without worker_index), _ADDRESS_IN_USE,
 * _ADDRESS, _ACCESS, _RESOLVE, _NOMEM or _IO. */
US_API us_quic_listen_socket_t* us_quic_socket_context_listen(us_quic_socket_context_t* context,
                                                              const char* host, int port,
                                                              const us_quic_listen_options_t* options,
                                                              unsigned int ext_size, int* error);
/* The bound UDP port in host byte order. */
US_API int us_quic_listen_socket_port(us_quic_listen_socket_t* s);

/* Copy the local address (a struct sockaddr_in or _in6) into storage of `capacity` bytes.
 * Returns: bytes copied, or US_QUIC_E_INVALID when capacity is too small. */
US_API int us_quic_socket_local_address(us_quic_socket_t* s, struct sockaddr* storage, size_t capacity);
/* Its ext memory, zeroed at first, and its context. Lives until the end of the iteration in which the socket
 * closed. */
US_API void* us_quic_socket_ext(us_quic_socket_t* s);
US_API us_quic_socket_context_t* us_quic_socket_context(us_quic_socket_t* s);
/* Close the socket and its connections now; the descriptor closes after their CONNECTION_CLOSE was sent. */
US_API void us_quic_socket_close(us_quic_socket_t* s);

/* Connect to a server over a new socket (us_quic_connection_socket). The name is resolved on a thread and its
 * addresses are raced (RFC 8305). ext_size: bytes of ext memory of the connection. The socket closes with its
 * last connection.
 * Returns: a connection at once, whose outcome comes as on_open or on_close; NULL and *error for what is
 * wrong at once (US_QUIC_E_INVALID, _NOMEM, _IO; _ADDRESS: an IPv4 address and a socket that is
 * for IPv6 only, or the other way round). */
US_API us_quic_connection_t* us_quic_socket_context_connect(us_quic_socket_context_t* context,
                                                            const char* host, int port, unsigned int ext_size,
                                                            int* error);

/* Create a UDP socket to connect over with us_quic_socket_connect; it does not listen. ext_size: bytes of ext
 * memory of the socket.
 * Ownership: the context's; it closes with its last connection, before the first by us_quic_socket_close.
 * Returns: NULL on failure, and then *error (when error is not NULL) = US_QUIC_E_CLOSED, _NOMEM or _IO. */
US_API us_quic_socket_t* us_quic_socket_context_create_socket(us_quic_socket_context_t* context,
                                                              unsigned int ext_size, int* error);

/* Connect over an existing socket (also one that has other connections, or listens). server_name: what TLS
 * asks for and verifies; NULL = host. Returns: as us_quic_socket_context_connect. */
US_API us_quic_connection_t* us_quic_socket_connect(us_quic_socket_t* s, const char* host, int port,
                                                    const char* server_name, unsigned int ext_size,
                                                    int* error);

/* ---- Connections ---- */

/* Its ext memory (zeroed at first), the socket that it belongs to (a server's connection: the listen socket),
 * and its context. All may be asked for until on_close returned. Accepted connections have the ext memory
 * that us_quic_socket_context_options_t.connection_ext_size asks for. */
US_API void* us_quic_connection_ext(us_quic_connection_t* c);
US_API us_quic_socket_t* us_quic_connection_socket(us_quic_connection_t* c);
US_API us_quic_socket_context_t* us_quic_connection_context(us_quic_connection_t* c);
/* 1 on the side that connected. */
US_API int us_quic_connection_is_client(us_quic_connection_t* c);
/* 1 from close on, also before on_close told so. */
US_API int us_quic_connection_is_closed(us_quic_connection_t* c);
/* Close now: streams see on_stream_close, then the connection on_close; CONNECTION_CLOSE carries code (an
 * application code) and reason (NULL = none) to the peer. Inside the on_stream_close of a connection that has
 * failed it changes neither what the peer nor what on_close is told. */
US_API void us_quic_connection_close(us_quic_connection_t* c, uint64_t code, const char* reason);
/* Stop in good order. HTTP/3: send GOAWAY (RFC 9114 section 5.2), let requests in flight finish, then close.
 * Raw: close when all streams are done. What the peer acknowledged it need not have read, and some drop the
 * rest when CONNECTION_CLOSE comes: after a response, or a raw stream whose last bytes were this side's, the
 * peer gets 2 seconds or three probe timeouts, whichever is longer, to read and to close first.
 * us_quic_connection_close ends it at once. */
US_API void us_quic_connection_shutdown(us_quic_connection_t* c);
/* keep_alive_ms of the options, for this connection alone from now on. */
US_API void us_quic_connection_set_keep_alive(us_quic_connection_t* c, unsigned int keep_alive_ms);
/* Counts and estimates (RFC 9002) of the connection so far, into *stats. */
US_API void us_quic_connection_stats(us_quic_connection_t* c, us_quic_stats_t* stats);
/* As us_quic_socket_local_address, of the connection's path: it changes only after path validation. */
US_API int us_quic_connection_remote_address(us_quic_connection_t* c, struct sockaddr* storage,
                                             size_t capacity);
US_API int us_quic_connection_local_address(us_quic_connection_t* c, struct sockaddr* storage,
                                            size_t capacity);
/* The name that the client asked for (SNI), or "" ; NUL-terminated, lives as long as the connection. */
US_API const char* us_quic_connection_server_name(us_quic_connection_t* c);
/* The negotiated application protocol, or "" before on_open. */
US_API const char* us_quic_connection_alpn(us_quic_connection_t* c);
/* The peer's leaf certificate in DER, or length 0. Valid until on_close returns. */
US_API us_quic_blob_t us_quic_connection_peer_certificate(us_quic_connection_t* c);
/* 1 when the peer's certificate was verified against the trusted roots; 0 also when nothing verifies it
 * (reject_unauthorized 0 and no ca). */
US_API int us_quic_connection_is_authorized(us_quic_connection_t* c);
/* 1 when the TLS session was resumed from a ticket. */
US_API int us_quic_connection_is_resumed(us_quic_connection_t* c);
/* 1 when the server of this client connection gave a session ticket, which the context keeps for a later
 * connection to the same name and port. It comes at the earliest a round trip after on_open (RFC 8446 section
 * 4.6.1). 0 once closed. */
US_API int us_quic_connection_has_ticket(us_quic_connection_t* c);
/* What the handshake agreed on, by the names that IANA registers; static, each "" before on_open and where there was
 * none. */
typedef struct us_quic_tls_t {
  const char* cipher_suite; /* "TLS_AES_128_GCM_SHA256" */
  const char* group;        /* of the key exchange: "X25519MLKEM768", "x25519", "secp256r1" */
  const char*
      signature_scheme; /* of the server's certificate: "ecdsa_secp256r1_sha256"; "" in a resumed session */
} us_quic_tls_t;
US_API us_quic_tls_t us_quic_connection_tls(us_quic_connection_t* c);
/* Keying material that both sides of the connection can derive, and nobody else: `length` bytes into `out`, at most
 * 8,160. The label, 1 to 249 bytes, is registered with IANA or begins with a name of the application; the context
 * may be empty.
 * Returns: 0; US_QUIC_E_STATE (before on_open), _INVALID (lengths), _TLS, _CLOSED.
 * Source: RFC 8446 section 7.5. */
US_API int us_quic_connection_export_keying_material(us_quic_connection_t* c, void* out, size_t length,
                                                     const char* label, size_t label_length,
                                                     const void* context, size_t context_length);
/* The connection's own first connection ID: bytes copied into id (up to 20). */
US_API int us_quic_connection_id(us_quic_connection_t* c, uint8_t* id, size_t capacity);
/* Bidirectional streams that can be opened right now. */
US_API uint64_t us_quic_connection_max_streams(us_quic_connection_t* c);
/* Send a datagram (RFC 9221) on a raw connection: unreliable, not ordered.
 * Returns: 0; US_QUIC_E_UNSUPPORTED (peer takes none), _TOO_LARGE, _AGAIN (queue full), _STATE (before on_open, or
 * HTTP/3: us_quic_stream_send_datagram), _CLOSED. */
US_API int us_quic_connection_send_datagram(us_quic_connection_t* c, const void* data, size_t length);
/* Bytes of the largest datagram that us_quic_connection_send_datagram takes now. It changes with the path: path MTU
 * discovery makes it grow, a path that carries less makes it smaller. 0: the peer takes none, or where
 * us_quic_connection_send_datagram returns _STATE or _CLOSED.   Source: RFC 9221 sections 3 and 5. */
US_API size_t us_quic_connection_max_datagram_size(us_quic_connection_t* c);
/* A setting of HTTP/3 that the peer sent, any identifier, into *value; of one that the peer left out, the
 * default where RFC 9114, 9204, 9220 or 9297 gives one (SETTINGS_MAX_FIELD_SECTION_SIZE: 2^62 - 1, no limit).
 * Returns: 0; US_QUIC_E_UNSUPPORTED (the peer left it out, and it has no default known here), _AGAIN (the
 * peer's SETTINGS frame has not come: it may be later than the first request), _STATE (not HTTP/3), _CLOSED,
 * _INVALID (value is NULL, or id above 2^62 - 1); then *value stays as it is.
 * Source: RFC 9114 section 7.2.4. */
US_API int us_quic_connection_peer_setting(us_quic_connection_t* c, uint64_t id, uint64_t* value);

/* ---- Streams ---- */

/* Create a stream; allowed before the handshake is done and before the peer allows another: it opens, and
 * sends what was written, as soon as it can. In HTTP/3 only clients create streams (requests). Returns: NULL
 * and *error: US_QUIC_E_STATE (HTTP/3 server, unidirectional in HTTP/3), _GOAWAY, _CLOSED, _NOMEM. */
US_API us_quic_stream_t* us_quic_connection_create_stream(us_quic_connection_t* c, unsigned int ext_size,
                                                          int* error);
/* The same for a unidirectional stream (RFC 9000 section 2.1), which only this side writes to. */
US_API us_quic_stream_t* us_quic_connection_create_uni_stream(us_quic_connection_t* c, unsigned int ext_size,
                                                              int* error);
/* Its ext memory (zeroed at first), connection, socket and context. All may be asked for until
 * on_stream_close returned. */
US_API void* us_quic_stream_ext(us_quic_stream_t* s);
US_API us_quic_connection_t* us_quic_stream_connection(us_quic_stream_t* s);
US_API us_quic_socket_t* us_quic_stream_socket(us_quic_stream_t* s);
US_API us_quic_socket_context_t* us_quic_stream_context(us_quic_stream_t* s);
/* The stream ID (RFC 9000 section 2.1), or -1 before it is open. */
US_API int64_t us_quic_stream_id(us_quic_stream_t* s);
/* 1 when this side opened it; 1 when only one side may write; 1 from close on. */
US_API int us_quic_stream_is_client(us_quic_stream_t* s);
US_API int us_quic_stream_is_unidirectional(us_quic_stream_t* s);
US_API int us_quic_stream_is_closed(us_quic_stream_t* s);
/* 1 when the request came as 0-RTT data (RFC 9001 section 4.6): it may be a replay. */
US_API int us_quic_stream_is_early(us_quic_stream_t* s);

/* Send a header section: informational responses, the message's, trailers, by order. Fields are copied (but
 * for US_QUIC_HEADER_STATIC). end_stream: 1 = nothing follows. Returns: 0; US_QUIC_E_HEADERS (malformed
 * field, CR/LF/NUL, upper case, missing or misplaced pseudo-header), _STATE (raw stream, or out of order),
 * _CLOSED.   Source: RFC 9114 section 4. */
US_API int us_quic_stream_send_headers(us_quic_stream_t* s, const us_quic_header_t* headers, size_t count,
                                       int end_stream);
/* Send a complete response: final header section, body and FIN; everything is copied. Takes the least time for a
 * small one. Returns: as above, _STATE also for a client; US_QUIC_E_TOO_LARGE: the body is longer than
 * send_buffer_bytes, and nothing was sent.   Source: RFC 9114 section 4.1. */
US_API int us_quic_stream_send_response(us_quic_stream_t* s, const us_quic_header_t* headers, size_t count,
                                        const void* body, size_t length);
/* The latest header section received; it may be asked for until the next one, or until on_stream_close
 * returned. The pointers are valid until the callback returns in which they were got: the section can move.
 * index out of range gives NULL. */
US_API size_t us_quic_stream_header_count(us_quic_stream_t* s);
US_API const us_quic_header_t* us_quic_stream_header(us_quic_stream_t* s, size_t index);
/* All fields of it, in order; *count = how many. NULL when there are none. */
US_API const us_quic_header_t* us_quic_stream_headers(us_quic_stream_t* s, size_t* count);

/* Queue body bytes for sending; never blocks. data is borrowed for this call only.
 * Returns: bytes accepted, 0 to length; fewer than length = wait for on_stream_writable; or US_QUIC_E_CLOSED,
 * _STATE (after shutdown, or HTTP/3 before headers), _STOPPED. */
US_API ptrdiff_t us_quic_stream_write(us_quic_stream_t* s, const void* data, size_t length);
/* Queue bytes without copying them: all or nothing, data stays the caller's and must not change until release
 * ran. release: runs exactly once on the loop's thread when the bytes are acknowledged or given up (after a
 * reset, or the peer's STOP_SENDING, without waiting for the peer), maybe after on_stream_close; not when an
 * error or 0 is returned; may be NULL. Returns: length, 0 = the buffer is full (wait for on_stream_writable),
 * or as us_quic_stream_write. */
US_API ptrdiff_t us_quic_stream_write_static(us_quic_stream_t* s, const void* data, size_t length,
                                             void (*release)(void* user), void* user);
/* Send a datagram for an HTTP/3 stream (RFC 9297): unreliable, not ordered. The context needs what
 * us_quic_socket_context_on_stream_datagram says. data is copied.
 * Returns: 0; US_QUIC_E_UNSUPPORTED (the peer takes none), _TOO_LARGE, _AGAIN (queue full, or the peer's SETTINGS
 * have not come), _INVALID (an empty one for a WebTransport session, which browsers do not take), _STATE (a raw stream,
 * not open yet, after shutdown or reset, or this side takes none), _STOPPED, _CLOSED.   Source: RFC 9297 section 2.1. */
US_API int us_quic_stream_send_datagram(us_quic_stream_t* s, const void* data, size_t length);
/* Bytes of the largest datagram that us_quic_stream_send_datagram takes now, as us_quic_connection_max_datagram_size. 0
 * where it returns an error other than _TOO_LARGE, _AGAIN for a full queue, and _INVALID. */
US_API size_t us_quic_stream_max_datagram_size(us_quic_stream_t* s);
/* Bytes accepted and not yet sent. */
US_API size_t us_quic_stream_buffered(us_quic_stream_t* s);

/* Three endings: shutdown = FIN after what was written; reset(code) = give up sending (RESET_STREAM);
 * stop(code) = give up reading (STOP_SENDING). close = reset + stop, and on_stream_close follows in the same
 * iteration. close_with gives the code; close takes H3_REQUEST_CANCELLED (RFC 9114 section 8.1), raw 0.
 * Returns: 0, US_QUIC_E_CLOSED, or _STATE for a side that the stream does not have. */
US_API int us_quic_stream_shutdown(us_quic_stream_t* s);
US_API int us_quic_stream_reset(us_quic_stream_t* s, uint64_t code);
US_API int us_quic_stream_stop(us_quic_stream_t* s, uint64_t code);
US_API void us_quic_stream_close(us_quic_stream_t* s);
US_API void us_quic_stream_close_with(us_quic_stream_t* s, uint64_t code);

/* After pause returned, no on_stream_data and no on_stream_end comes until resume; what is in flight (at most
 * one window) is held, and the peer gets no more credit. When the connection ends by itself, what is held comes before
 * on_stream_close. */
US_API void us_quic_stream_pause(us_quic_stream_t* s);
US_API void us_quic_stream_resume(us_quic_stream_t* s);

/* urgency 0 (most urgent) to 7, default 3; incremental 0 or 1 (RFC 9218). */
US_API int us_quic_stream_set_priority(us_quic_stream_t* s, int urgency, int incremental);

/* ---- Prepared responses: checked once, sent many times without copying ---- */

/* Headers and body are copied once, here. content-length is added unless given, or status is 204 or 304.
 * Ownership: the caller frees with us_quic_prepared_response_free, also while responses are in flight.
 * Returns: NULL and *error: US_QUIC_E_HEADERS, _NOMEM.   Thread: send and free on one loop's thread only. */
US_API us_quic_prepared_response_t* us_quic_create_prepared_response(const us_quic_header_t* headers,
                                                                     size_t count, const void* body,
                                                                     size_t length, int* error);
/* Send headers, body and FIN.   Returns: 0, or as us_quic_stream_send_headers. */
US_API int us_quic_stream_send_prepared(us_quic_stream_t* s, us_quic_prepared_response_t* prepared);
US_API void us_quic_prepared_response_free(us_quic_prepared_response_t* prepared);

/* ---- Development certificates ---- */

/* The library that TLS comes from, and what depends on it. Static. */
typedef struct us_quic_tls_library_t {
  const char* name; /* "OpenSSL", "GnuTLS", "BoringSSL" */
  const char*
      version; /* of the library that runs: "3.5.4"; BoringSSL has the number of its interface alone: "43" */
  int has_x25519mlkem768; /* 1: key exchange that a quantum computer does not break, in use with peers that have it */
  int compresses_certificates; /* 1: RFC 8879, in use with peers that know a method of it */
} us_quic_tls_library_t;
US_API us_quic_tls_library_t us_quic_tls_library(void);
/* Make a self-signed ECDSA P-256 certificate for localhost, 127.0.0.1, ::1 and this machine's host name,
 * valid for `days` (at most 14 for Chromium to take it by hash). Writes PEM texts, NUL-terminated. hash: 45
 * bytes, the base64 SHA-256 of the public key, as Chromium's --ignore-certificate-errors-spki-list wants it;
 * may be NULL. Returns: 0, US_QUIC_E_TOO_LARGE when a buffer is too small (4096 bytes are enough),
 * US_QUIC_E_TLS. */
US_API int us_quic_development_certificate(unsigned int days, char* cert_pem, size_t cert_capacity,
                                           char* key_pem, size_t key_capacity, char* hash);
/* The hash of a whole certificate, as `serverCertificateHashes` of WebTransport in browsers wants it: base64 of the
 * SHA-256 over the DER of the first certificate in a PEM text of `length` bytes. Browsers take it for ECDSA certificates
 * that are valid for at most 14 days, as us_quic_development_certificate makes them. hash: 45 bytes, NUL-terminated.
 * Returns: 0, US_QUIC_E_CERT_PARSE (there is none), _INVALID (NULL), _NOMEM, _TLS.   Thread: any. */
US_API int us_quic_certificate_hash(const char* cert_pem, size_t length, char* hash);

#ifdef __cplusplus
}
#endif

#endif
