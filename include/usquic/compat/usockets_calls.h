/* What usockets_quic.h maps µSockets' names to. Programs include that file; this one has the functions themselves, whose
 * names collide with nothing in usquic/quic.h.
 *
 * Rules for every call: everything runs on the loop's thread; no call runs a callback inside; a handle can be read until the
 * end of the iteration in which its close was told. The calls that µSockets gives no way to fail (void, or a number that
 * programs do not check) never end the process: what cannot be sent closes the stream. */
#ifndef USQUIC_COMPAT_USOCKETS_CALLS_H
#define USQUIC_COMPAT_USOCKETS_CALLS_H

#include "usquic/error.h"
#include "usquic/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The first three are µSockets' own. A file name may be NULL or "". All memory but *error is borrowed for the creating call. */
typedef struct us_compat_quic_socket_context_options_t {
  const char* cert_file_name; /* PEM, the chain, leaf first; a context without one can only connect */
  const char* key_file_name;
  const char* passphrase;
  /* Not in µSockets, whose clients take any server for the right one. */
  const char* ca_file_name; /* clients: trusted roots in place of the system's */
  int allow_any_server;     /* clients, 1: verify nothing, as µSockets does */
  int*
      error; /* where creating, listening and connecting put US_QUIC_OK or why they returned NULL (usquic/error.h); it lives
                 as long as the context. NULL = nowhere */
} us_compat_quic_socket_context_options_t;

/* A connection. */
typedef struct us_compat_quic_socket_t {
  void* udp_socket; /* a us_udp_socket_t (usquic/udp.h): the listen socket, or the client's own; NULL once the
                       connection has been told closed */
} us_compat_quic_socket_t;

typedef struct us_compat_quic_socket_context_t us_compat_quic_socket_context_t;
typedef struct us_compat_quic_listen_socket_t us_compat_quic_listen_socket_t; /* also a us_udp_socket_t */
typedef struct us_compat_quic_stream_t us_compat_quic_stream_t;

/* ---- Context ---- */

/* current: where the context of the callback that runs is noted, for calls that are given no context; one variable for each
 * thread, which outlives the loop. ext_size: bytes of zeroed ext memory.
 * Ownership: the loop's; us_loop_free frees it, after on_stream_close and on_close of all that is open.
 * Returns: NULL on failure, and why in *options.error. */
US_API us_compat_quic_socket_context_t* us_compat_quic_create_socket_context(
    us_loop_t* loop, us_compat_quic_socket_context_options_t options, int ext_size,
    us_compat_quic_socket_context_t** current);
US_API void* us_compat_quic_socket_context_ext(us_compat_quic_socket_context_t* context);
/* The context of a connection, until its on_close returned. */
US_API us_compat_quic_socket_context_t* us_compat_quic_socket_context(us_compat_quic_socket_t* s);

/* Listen on host (NULL or "": all addresses) and port (0: any). ext_size: of each stream that a client opens there.
 * Returns: NULL on failure, and why in *options.error. */
US_API us_compat_quic_listen_socket_t* us_compat_quic_socket_context_listen(
    us_compat_quic_socket_context_t* context, const char* host, int port, int ext_size);
/* Connect to host and port. ext_size: of streams that are created with an ext_size of 0.
 * Returns: the connection; on_open tells that it is there, or on_close that it will not be. NULL on failure, and why in
 * *options.error. */
US_API us_compat_quic_socket_t* us_compat_quic_socket_context_connect(
    us_compat_quic_socket_context_t* context, const char* host, int port, int ext_size);

/* Callbacks, each may stay unset. on_stream_headers: a request, or a final response; 1xx responses and trailers are not told,
 * for which µSockets has no word. on_stream_data: data is borrowed for the callback, and not to be written to. Nothing but
 * on_stream_close comes after us_compat_quic_stream_close. on_stream_close: exactly once for each stream whose on_stream_open
 * ran, and last. on_close: exactly once for each connection, last, also for a connect that failed. */
US_API void us_compat_quic_socket_context_on_stream_data(us_compat_quic_socket_context_t* context,
                                                         void (*cb)(us_compat_quic_stream_t* s, char* data,
                                                                    int length));
US_API void us_compat_quic_socket_context_on_stream_end(us_compat_quic_socket_context_t* context,
                                                        void (*cb)(us_compat_quic_stream_t* s));
US_API void us_compat_quic_socket_context_on_stream_headers(us_compat_quic_socket_context_t* context,
                                                            void (*cb)(us_compat_quic_stream_t* s));
US_API void us_compat_quic_socket_context_on_stream_open(us_compat_quic_socket_context_t* context,
                                                         void (*cb)(us_compat_quic_stream_t* s,
                                                                    int is_client));
US_API void us_compat_quic_socket_context_on_stream_close(us_compat_quic_socket_context_t* context,
                                                          void (*cb)(us_compat_quic_stream_t* s));
US_API void us_compat_quic_socket_context_on_stream_writable(us_compat_quic_socket_context_t* context,
                                                             void (*cb)(us_compat_quic_stream_t* s));
US_API void us_compat_quic_socket_context_on_open(us_compat_quic_socket_context_t* context,
                                                  void (*cb)(us_compat_quic_socket_t* s, int is_client));
US_API void us_compat_quic_socket_context_on_close(us_compat_quic_socket_context_t* context,
                                                   void (*cb)(us_compat_quic_socket_t* s));

/* ---- Header sections ---- */

/* Field `index` of the section that was received last on the stream whose callback runs; outside callbacks, on the stream
 * whose ext memory was asked for last. Valid until the callback returns, or for the next call.
 * Returns: 1, or 0 when there is no such field; then nothing is written. */
US_API int us_compat_quic_socket_context_get_header(us_compat_quic_socket_context_t* context, int index,
                                                    char** name, int* name_length, char** value,
                                                    int* value_length);
/* Note a field to send, in place of what was noted at that index; key and value are copied. It belongs to the stream whose
 * ext memory was asked for last in this callback, else to the stream whose callback runs, else to the context. Names
 * become lower case, and of :status the number counts ("200 OK" is 200). */
US_API void us_compat_quic_socket_context_set_header(us_compat_quic_socket_context_t* context, int index,
                                                     const char* key, int key_length, const char* value,
                                                     int value_length);
/* Send fields 0 to num - 1: those that belong to s, or where there are none, those that were noted last in s's context. They
 * are forgotten then. A request gets the pseudo-header fields that are missing: GET, https, the host and port connected to,
 * "/". has_body 0: nothing follows. What is not a message of HTTP/3 closes the stream with H3_INTERNAL_ERROR. */
US_API void us_compat_quic_socket_context_send_headers(us_compat_quic_socket_context_t* context,
                                                       us_compat_quic_stream_t* s, int num, int has_body);

/* ---- Streams ---- */

/* Open a request's stream, as soon as the handshake is done and the server allows one: on_stream_open tells it. Does nothing
 * on a connection that is closed or that the server goes away from, and on a server's. */
US_API void us_compat_quic_socket_create_stream(us_compat_quic_socket_t* s, int ext_size);
US_API us_compat_quic_socket_t* us_compat_quic_stream_socket(us_compat_quic_stream_t* s);
/* Zeroed at first. */
US_API void* us_compat_quic_stream_ext(us_compat_quic_stream_t* s);
/* 1 on the side that opened it. */
US_API int us_compat_quic_stream_is_client(us_compat_quic_stream_t* s);
/* Returns: bytes taken, 0 to length, never less: also 0 where nothing can be sent (any more). After fewer than length,
 * on_stream_writable comes, unless the stream ends before. */
US_API int us_compat_quic_stream_write(us_compat_quic_stream_t* s, char* data, int length);
/* FIN after what was written. Returns: 0, also when it was sent before; or a negative US_QUIC_E_*. */
US_API int us_compat_quic_stream_shutdown(us_compat_quic_stream_t* s);
/* Read no more (STOP_SENDING): no on_stream_data, no on_stream_end. Returns: 0, or US_QUIC_E_CLOSED. */
US_API int us_compat_quic_stream_shutdown_read(us_compat_quic_stream_t* s);
/* Both: what was written still goes out, and on_stream_close comes after it. Before any header section was sent it gives the
 * stream up at once. */
US_API void us_compat_quic_stream_close(us_compat_quic_stream_t* s);

#ifdef __cplusplus
}
#endif

#endif
