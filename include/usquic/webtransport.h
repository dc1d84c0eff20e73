/* WebTransport over HTTP/3: sessions of streams and datagrams on a connection that other requests share.
 *
 * A session is its CONNECT stream, a us_quic_stream_t. Streams of a session are us_quic_stream_t too: they are written,
 * paused, reset and closed by us_quic_stream_*, tell what happens by the callbacks for streams, and
 * us_quic_stream_session says where they belong. Datagrams go by us_quic_stream_send_datagram on the session and come
 * by us_quic_socket_context_on_stream_datagram.
 *
 * The option webtransport_sessions turns it on, on both sides. A server is asked by on_stream_headers for a CONNECT
 * whose :protocol is "webtransport": us_quic_webtransport_accept opens the session, a response with a status of 300 or
 * more refuses it; other calls that send a 2xx return US_QUIC_E_STATE. What a client sends before the answer is held: 16
 * streams, 64 KiB and 16 datagrams for each session. Streams beyond them are refused with
 * WEBTRANSPORT_BUFFERED_STREAM_REJECTED, datagrams are dropped and counted. What follows the CONNECT on its own stream
 * waits by flow control: it is read as capsules after acceptance, and told as a body after a refusal.
 *
 * The capsules of a session are read and written here: on_stream_data and on_stream_end do not run for it while it is
 * open, and us_quic_stream_write returns US_QUIC_E_STATE, on a client's from the start. us_quic_stream_shutdown closes it
 * without a code. When it
 * ends, its streams are reset and stopped with WEBTRANSPORT_SESSION_GONE; on_stream_close runs for each of them, and
 * last for the session.
 *
 * Rules of usquic/quic.h hold here too.   Source: draft-ietf-webtrans-http3, from -02, which browsers speak, to -15. */
#ifndef USQUIC_WEBTRANSPORT_H
#define USQUIC_WEBTRANSPORT_H

#include <stddef.h>
#include <stdint.h>

#include "usquic/quic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes of HTTP/3 that WebTransport adds. */
enum {
  US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED = 0x3994bd84,
  US_QUIC_WEBTRANSPORT_SESSION_GONE = 0x170d7b68
};

/* Bytes of the reason that a session is closed with, at most. */
enum { US_QUIC_WEBTRANSPORT_MAX_REASON = 1024 };

/* The peer closed the session in good order, with a code and a reason of its application (UTF-8, not NUL-terminated,
 * borrowed until the callback returns), or without: then code 0 and length 0. on_stream_close follows. It does not run
 * for a session that ends by a reset, with its connection, or by us_quic_webtransport_close. */
US_API void us_quic_socket_context_on_webtransport_close(us_quic_socket_context_t* context,
                                                         void (*cb)(us_quic_stream_t* session, uint32_t code,
                                                                    const char* reason, size_t length));
/* The peer asks this side to end the session soon; it goes on as before until then. */
US_API void us_quic_socket_context_on_webtransport_drain(us_quic_socket_context_t* context,
                                                         void (*cb)(us_quic_stream_t* session));

/* Client: ask for a session. headers: :authority and :path (and :scheme, if it is not "https"), then others such as
 * origin; :method and :protocol are added. The request waits for the handshake and for the server's SETTINGS.
 * on_stream_headers brings the answer: with a 2xx status the session is open, with any other the stream is an ordinary
 * response. A server without WebTransport: on_stream_close with US_QUIC_E_UNSUPPORTED. ext_size: bytes of ext memory
 * of the session.
 * Returns: the session; NULL and *error: US_QUIC_E_HEADERS, _STATE (without webtransport_sessions, or a server),
 * _STREAM_LIMIT (webtransport_sessions are there already), _GOAWAY, _CLOSED, _NOMEM. */
US_API us_quic_stream_t* us_quic_webtransport_connect(us_quic_connection_t* c,
                                                      const us_quic_header_t* headers, size_t count,
                                                      unsigned int ext_size, int* error);
/* Server: open the session that a CONNECT asks for, in on_stream_headers or later, with status 200 and these fields.
 * Returns: 0; US_QUIC_E_STATE (the stream asks for none, or was answered), _HEADERS, _CLOSED, _NOMEM. */
US_API int us_quic_webtransport_accept(us_quic_stream_t* session, const us_quic_header_t* headers,
                                       size_t count);

/* 1 from the answer that opened the session until it ends. */
US_API int us_quic_webtransport_is_open(us_quic_stream_t* session);
/* The session that a stream belongs to, the session itself for a CONNECT stream of WebTransport; NULL for any other
 * stream. It may be asked for until on_stream_close of the stream returned. */
US_API us_quic_stream_t* us_quic_stream_session(us_quic_stream_t* s);

/* Open a stream of the session, both ways or with this side writing alone. It may be written to at once, and opens as
 * soon as the peer's limit of streams allows. ext_size: bytes of ext memory of the stream.
 * Returns: NULL and *error: US_QUIC_E_STATE (the session is not open), _CLOSED, _NOMEM. */
US_API us_quic_stream_t* us_quic_webtransport_create_stream(us_quic_stream_t* session, unsigned int ext_size,
                                                            int* error);
US_API us_quic_stream_t* us_quic_webtransport_create_uni_stream(us_quic_stream_t* session,
                                                                unsigned int ext_size, int* error);

/* Ask the peer to end the session soon.   Returns: 0; US_QUIC_E_STATE (not open), _CLOSED, _NOMEM. */
US_API int us_quic_webtransport_drain(us_quic_stream_t* session);
/* Close the session with a code and a reason of the application (UTF-8, at most US_QUIC_WEBTRANSPORT_MAX_REASON bytes;
 * NULL = none): its streams are reset, the peer is told, and on_stream_close runs for all of them in the same
 * iteration. Of a session that is not open yet: as us_quic_stream_close.
 * Returns: 0; US_QUIC_E_INVALID (the reason is too long), _STATE (the stream is no session), _CLOSED, _NOMEM. */
US_API int us_quic_webtransport_close(us_quic_stream_t* session, uint32_t code, const char* reason,
                                      size_t length);

/* Streams of a session are reset and stopped with 32-bit codes of the application, which HTTP/3 carries in a range of
 * its own (draft-ietf-webtrans-http3 section 4.4). The first gives the code for us_quic_stream_reset, _stop and
 * _close_with. The second reads one that came: 0 and *code, or US_QUIC_E_INVALID for a code of HTTP/3 itself.
 * Browsers know codes up to 255. */
US_API uint64_t us_quic_webtransport_to_http3_code(uint32_t code);
US_API int us_quic_webtransport_from_http3_code(uint64_t http3_code, uint32_t* code);

#ifdef __cplusplus
}
#endif

#endif
