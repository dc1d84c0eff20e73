/* Plain UDP sockets on the loop: µSockets' calls with batches of packets. QUIC users need none of these. */
#ifndef USQUIC_UDP_H
#define USQUIC_UDP_H

#include "usquic/loop.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct us_udp_socket_t us_udp_socket_t;
typedef struct us_udp_packet_buffer_t us_udp_packet_buffer_t;

/* Packets that one packet buffer holds. */
#define US_UDP_MAX_PACKETS 64

/* Create a packet buffer, for receiving and for sending; one per loop is enough.
 * Ownership: the caller's, freed with us_udp_packet_buffer_free.   Returns: NULL when memory is used up. */
US_API us_udp_packet_buffer_t* us_create_udp_packet_buffer(void);
US_API void us_udp_packet_buffer_free(us_udp_packet_buffer_t* buf);

/* Payload, length in bytes, peer (a struct sockaddr), and ECN bits (RFC 3168: 0 to 3) of packet `index`.
 * Ownership: valid until data_cb returns. */
US_API char* us_udp_packet_buffer_payload(us_udp_packet_buffer_t* buf, int index);
US_API int us_udp_packet_buffer_payload_length(us_udp_packet_buffer_t* buf, int index);
US_API char* us_udp_packet_buffer_peer(us_udp_packet_buffer_t* buf, int index);
US_API int us_udp_packet_buffer_ecn(us_udp_packet_buffer_t* buf, int index);

/* Copy the local IP address that packet `index` was sent to into ip (room for 16 bytes).
 * Returns: 4 or 16, the bytes copied; 0 when the kernel did not tell. */
US_API int us_udp_packet_buffer_local_ip(us_udp_packet_buffer_t* buf, int index, char* ip);

/* Set packet `index` for sending: payload bytes are copied to `offset` of the packet; peer_addr is a struct
 * sockaddr_in or sockaddr_in6.
 * Returns: 0, or US_QUIC_E_INVALID for an index, offset or length out of range. */
US_API int us_udp_buffer_set_packet_payload(us_udp_packet_buffer_t* buf, int index, int offset,
                                            const void* payload, int length, const void* peer_addr);

/* Create a UDP socket bound to host (NULL = any address, IPv6 and IPv4) and port (0 = any).
 * buf: where packets are received; NULL = the socket makes its own. data_cb gets 1 to US_UDP_MAX_PACKETS
 * packets; drain_cb runs when a socket that could not send can send again; may be NULL. Ownership: the
 * loop's; close with us_udp_socket_close. Returns: NULL on failure. *error (unless error is NULL) is US_QUIC_OK
 * or _E_ADDRESS_IN_USE, _E_ADDRESS, _E_ACCESS, _E_RESOLVE, _E_NOMEM, _E_IO. Thread: the loop's. */
US_API us_udp_socket_t* us_create_udp_socket(us_loop_t* loop, us_udp_packet_buffer_t* buf,
                                             void (*data_cb)(us_udp_socket_t* s, us_udp_packet_buffer_t* buf,
                                                             int packets),
                                             void (*drain_cb)(us_udp_socket_t* s), const char* host,
                                             unsigned short port, void* user, int* error);

/* Send packets 0 to count - 1 of buf.
 * Returns: packets that the kernel took (fewer than count: wait for drain_cb), or a negative US_QUIC_E_*.
 * Thread: the loop's. */
US_API int us_udp_socket_send(us_udp_socket_t* s, us_udp_packet_buffer_t* buf, int count);

/* The bound port in host byte order; user: what was given at creation; loop. Thread: the loop's. */
US_API int us_udp_socket_bound_port(us_udp_socket_t* s);
US_API void* us_udp_socket_user(us_udp_socket_t* s);
US_API us_loop_t* us_udp_socket_loop(us_udp_socket_t* s);

/* Stop now; memory is freed at the end of the iteration. Thread: the loop's. */
US_API void us_udp_socket_close(us_udp_socket_t* s);

#ifdef __cplusplus
}
#endif

#endif
