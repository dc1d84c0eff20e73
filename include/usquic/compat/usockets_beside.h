/* The part of µSockets' libusockets.h that µWebSockets' HTTP/3 needs beside quic.h: loops and timers, which are usquic's own
 * (usquic/loop.h has the same calls), the UDP socket below a listen socket (usquic/udp.h), and the names of TCP sockets.
 *
 * There is no TCP here. µWebSockets' headers name its calls, also in a program that serves HTTP/3 alone, so they stand below;
 * us_create_socket_context returns NULL, as µSockets does for a certificate that it cannot read, and a program that goes on
 * without sockets never gets to the others. What they return is what is true of a socket that does not exist. */
#ifndef USQUIC_COMPAT_USOCKETS_BESIDE_H
#define USQUIC_COMPAT_USOCKETS_BESIDE_H

#include <stddef.h>

#include "usquic/loop.h"
#include "usquic/udp.h"

#ifdef __cplusplus
extern "C" {
#define US_BESIDE_INLINE inline
#else
#define US_BESIDE_INLINE static inline
#endif

#define LIBUS_EXT_ALIGNMENT US_EXT_ALIGNMENT
/* Of a buffer for TCP, by which µWebSockets bounds its loops. */
#define LIBUS_RECV_BUFFER_LENGTH (512 * 1024)
#define LIBUS_RECV_BUFFER_PADDING 32
#define LIBUS_SOCKET_DESCRIPTOR int

enum { LIBUS_LISTEN_DEFAULT = 0, LIBUS_LISTEN_EXCLUSIVE_PORT = 1 };

struct us_socket_t;
struct us_socket_context_t;
struct us_listen_socket_t;
struct us_poll_t;

/* µWebSockets takes the layout for granted. */
struct us_socket_context_options_t {
  const char* key_file_name;
  const char* cert_file_name;
  const char* passphrase;
  const char* dh_params_file_name;
  const char* ca_file_name;
  const char* ssl_ciphers;
  int ssl_prefer_low_memory_usage;
};

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#endif
/* C has neither parameters without names nor nullptr. NOLINTBEGIN(misc-unused-parameters,modernize-use-nullptr) */

/* A loop of another library cannot be had, and one of usquic has its timers from the start: nothing is left to do. */
US_BESIDE_INLINE void us_loop_integrate(struct us_loop_t* loop) {}

/* ---- TCP ---- */

US_BESIDE_INLINE int us_poll_events(struct us_poll_t* p) {
  return 0;
}
US_BESIDE_INLINE void us_poll_change(struct us_poll_t* p, struct us_loop_t* loop, int events) {}

US_BESIDE_INLINE struct us_socket_context_t* us_create_socket_context(
    int ssl, struct us_loop_t* loop, int ext_size, struct us_socket_context_options_t options) {
  return NULL;
}
US_BESIDE_INLINE struct us_socket_context_t* us_create_child_socket_context(
    int ssl, struct us_socket_context_t* context, int ext_size) {
  return NULL;
}
US_BESIDE_INLINE void us_socket_context_free(int ssl, struct us_socket_context_t* context) {}
US_BESIDE_INLINE void us_socket_context_close(int ssl, struct us_socket_context_t* context) {}
US_BESIDE_INLINE void* us_socket_context_ext(int ssl, struct us_socket_context_t* context) {
  return NULL;
}
US_BESIDE_INLINE struct us_loop_t* us_socket_context_loop(int ssl, struct us_socket_context_t* context) {
  return NULL;
}
US_BESIDE_INLINE void* us_socket_context_get_native_handle(int ssl, struct us_socket_context_t* context) {
  return NULL;
}
US_BESIDE_INLINE void us_socket_context_add_server_name(int ssl, struct us_socket_context_t* context,
                                                        const char* pattern,
                                                        struct us_socket_context_options_t options,
                                                        void* user) {}
US_BESIDE_INLINE void us_socket_context_remove_server_name(int ssl, struct us_socket_context_t* context,
                                                           const char* pattern) {}
US_BESIDE_INLINE void* us_socket_context_find_server_name_userdata(int ssl,
                                                                   struct us_socket_context_t* context,
                                                                   const char* pattern) {
  return NULL;
}
US_BESIDE_INLINE void us_socket_context_on_server_name(int ssl, struct us_socket_context_t* context,
                                                       void (*cb)(struct us_socket_context_t*,
                                                                  const char* name)) {}
US_BESIDE_INLINE void us_socket_context_on_pre_open(int ssl, struct us_socket_context_t* context,
                                                    int (*cb)(struct us_socket_context_t*, int fd, char* ip,
                                                              int ip_length)) {}
US_BESIDE_INLINE void us_socket_context_on_open(int ssl, struct us_socket_context_t* context,
                                                struct us_socket_t* (*cb)(struct us_socket_t*, int is_client,
                                                                          char* ip, int ip_length)) {}
US_BESIDE_INLINE void us_socket_context_on_close(int ssl, struct us_socket_context_t* context,
                                                 struct us_socket_t* (*cb)(struct us_socket_t*, int code,
                                                                           void* reason)) {}
US_BESIDE_INLINE void us_socket_context_on_data(int ssl, struct us_socket_context_t* context,
                                                struct us_socket_t* (*cb)(struct us_socket_t*, char* data,
                                                                          int length)) {}
US_BESIDE_INLINE void us_socket_context_on_writable(int ssl, struct us_socket_context_t* context,
                                                    struct us_socket_t* (*cb)(struct us_socket_t*)) {}
US_BESIDE_INLINE void us_socket_context_on_timeout(int ssl, struct us_socket_context_t* context,
                                                   struct us_socket_t* (*cb)(struct us_socket_t*)) {}
US_BESIDE_INLINE void us_socket_context_on_long_timeout(int ssl, struct us_socket_context_t* context,
                                                        struct us_socket_t* (*cb)(struct us_socket_t*)) {}
US_BESIDE_INLINE void us_socket_context_on_end(int ssl, struct us_socket_context_t* context,
                                               struct us_socket_t* (*cb)(struct us_socket_t*)) {}
US_BESIDE_INLINE struct us_listen_socket_t* us_socket_context_listen(int ssl,
                                                                     struct us_socket_context_t* context,
                                                                     const char* host, int port, int options,
                                                                     int ext_size) {
  return NULL;
}
US_BESIDE_INLINE struct us_listen_socket_t* us_socket_context_listen_unix(int ssl,
                                                                          struct us_socket_context_t* context,
                                                                          const char* path, int options,
                                                                          int ext_size) {
  return NULL;
}
US_BESIDE_INLINE struct us_socket_t* us_adopt_accepted_socket(int ssl, struct us_socket_context_t* context,
                                                              int fd, unsigned int ext_size, char* ip,
                                                              int ip_length) {
  return NULL;
}
US_BESIDE_INLINE struct us_socket_t* us_socket_context_adopt_socket(int ssl,
                                                                    struct us_socket_context_t* context,
                                                                    struct us_socket_t* s, int ext_size) {
  return NULL;
}

US_BESIDE_INLINE struct us_socket_context_t* us_socket_context(int ssl, struct us_socket_t* s) {
  return NULL;
}
US_BESIDE_INLINE void* us_socket_ext(int ssl, struct us_socket_t* s) {
  return NULL;
}
US_BESIDE_INLINE void* us_socket_get_native_handle(int ssl, struct us_socket_t* s) {
  return NULL;
}
US_BESIDE_INLINE void* us_socket_server_name_userdata(int ssl, struct us_socket_t* s) {
  return NULL;
}
US_BESIDE_INLINE int us_socket_write(int ssl, struct us_socket_t* s, const char* data, int length,
                                     int msg_more) {
  return 0;
}
US_BESIDE_INLINE int us_socket_write2(int ssl, struct us_socket_t* s, const char* header, int header_length,
                                      const char* payload, int payload_length) {
  return 0;
}
US_BESIDE_INLINE void us_socket_timeout(int ssl, struct us_socket_t* s, unsigned int seconds) {}
US_BESIDE_INLINE void us_socket_long_timeout(int ssl, struct us_socket_t* s, unsigned int minutes) {}
US_BESIDE_INLINE void us_socket_shutdown(int ssl, struct us_socket_t* s) {}
US_BESIDE_INLINE void us_socket_shutdown_read(int ssl, struct us_socket_t* s) {}
US_BESIDE_INLINE int us_socket_is_shut_down(int ssl, struct us_socket_t* s) {
  return 1;
}
US_BESIDE_INLINE int us_socket_is_closed(int ssl, struct us_socket_t* s) {
  return 1;
}
US_BESIDE_INLINE struct us_socket_t* us_socket_close(int ssl, struct us_socket_t* s, int code, void* reason) {
  return NULL;
}
US_BESIDE_INLINE int us_socket_remote_port(int ssl, struct us_socket_t* s) {
  return -1;
}
US_BESIDE_INLINE void us_socket_remote_address(int ssl, struct us_socket_t* s, char* buf, int* length) {
  *length = 0;
}

#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif
/* NOLINTEND(misc-unused-parameters,modernize-use-nullptr) */

#ifdef __cplusplus
}
#endif

#endif
