/* µSockets' quic.h over usquic: the same names, types and callbacks, for programs written for it, such as µWebSockets' H3App.
 * usockets_calls.h says what each call does; docs/engines.md how to build such programs.
 *
 * Many of the names are also usquic/quic.h's, for other things. They are macros here, so a file includes one of the two. New
 * programs take usquic/quic.h. */
#ifndef USQUIC_COMPAT_USOCKETS_QUIC_H
#define USQUIC_COMPAT_USOCKETS_QUIC_H

#ifdef USQUIC_QUIC_OPTIONS_H
#error "usquic/compat/usockets_quic.h and usquic/quic.h have the same names: include one of them in a file"
#endif

#include "usquic/compat/usockets_beside.h"
#include "usquic/compat/usockets_calls.h"

#ifdef __cplusplus
extern "C" {
#define US_COMPAT_INLINE inline
/* The context of the callback that runs in this thread: µWebSockets gives none to calls that want one. It is the program's,
 * for the library has no state of its own. */
inline thread_local us_compat_quic_socket_context_t*
    us_compat_quic_current;  // NOLINT(*-non-const-global-variables)
#else
#define US_COMPAT_INLINE static inline
extern _Thread_local us_compat_quic_socket_context_t* us_compat_quic_current;
__attribute__((weak)) _Thread_local us_compat_quic_socket_context_t* us_compat_quic_current;
#endif

US_COMPAT_INLINE us_compat_quic_socket_context_t* us_compat_quic_context_or_current(
    us_compat_quic_socket_context_t* context) {
  return context ? context : us_compat_quic_current;
}

US_COMPAT_INLINE us_compat_quic_socket_context_t* us_compat_quic_create_here(
    us_loop_t* loop, us_compat_quic_socket_context_options_t options, int ext_size) {
  return us_compat_quic_create_socket_context(loop, options, ext_size, &us_compat_quic_current);
}

US_COMPAT_INLINE int us_compat_quic_get_header_here(us_compat_quic_socket_context_t* context, int index,
                                                    char** name, int* name_length, char** value,
                                                    int* value_length) {
  return us_compat_quic_socket_context_get_header(us_compat_quic_context_or_current(context), index, name,
                                                  name_length, value, value_length);
}

US_COMPAT_INLINE void us_compat_quic_set_header_here(us_compat_quic_socket_context_t* context, int index,
                                                     const char* key, int key_length, const char* value,
                                                     int value_length) {
  us_compat_quic_socket_context_set_header(us_compat_quic_context_or_current(context), index, key, key_length,
                                           value, value_length);
}

#ifdef __cplusplus
}
#endif

#define us_quic_socket_context_options_t us_compat_quic_socket_context_options_t
#define us_quic_socket_t us_compat_quic_socket_t
#define us_quic_socket_context_t us_compat_quic_socket_context_t
#define us_quic_listen_socket_t us_compat_quic_listen_socket_t
#define us_quic_stream_t us_compat_quic_stream_t

#define us_create_quic_socket_context us_compat_quic_create_here
#define us_quic_socket_context us_compat_quic_socket_context
#define us_quic_socket_context_ext us_compat_quic_socket_context_ext
#define us_quic_socket_context_listen us_compat_quic_socket_context_listen
#define us_quic_socket_context_connect us_compat_quic_socket_context_connect
#define us_quic_socket_context_get_header us_compat_quic_get_header_here
#define us_quic_socket_context_set_header us_compat_quic_set_header_here
#define us_quic_socket_context_send_headers us_compat_quic_socket_context_send_headers

#define us_quic_socket_context_on_stream_data us_compat_quic_socket_context_on_stream_data
#define us_quic_socket_context_on_stream_end us_compat_quic_socket_context_on_stream_end
#define us_quic_socket_context_on_stream_headers us_compat_quic_socket_context_on_stream_headers
#define us_quic_socket_context_on_stream_open us_compat_quic_socket_context_on_stream_open
#define us_quic_socket_context_on_stream_close us_compat_quic_socket_context_on_stream_close
#define us_quic_socket_context_on_stream_writable us_compat_quic_socket_context_on_stream_writable
#define us_quic_socket_context_on_open us_compat_quic_socket_context_on_open
#define us_quic_socket_context_on_close us_compat_quic_socket_context_on_close

#define us_quic_socket_create_stream us_compat_quic_socket_create_stream
#define us_quic_stream_socket us_compat_quic_stream_socket
#define us_quic_stream_ext us_compat_quic_stream_ext
#define us_quic_stream_is_client us_compat_quic_stream_is_client
#define us_quic_stream_write us_compat_quic_stream_write
#define us_quic_stream_shutdown us_compat_quic_stream_shutdown
#define us_quic_stream_shutdown_read us_compat_quic_stream_shutdown_read
#define us_quic_stream_close us_compat_quic_stream_close

#endif
