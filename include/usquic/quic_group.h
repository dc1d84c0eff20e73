/* Groups of workers: one port, served by several loops.
 *
 * A worker is a context (usquic/quic.h) that was made with the options `group` and `worker_index`, on a loop of its
 * own. The workers of a group are threads of one process, or processes.
 *
 * Every connection ID names the worker that made it in its last octet. A program in the kernel
 * (SO_ATTACH_REUSEPORT_CBPF, which needs no privilege) gives each datagram to the worker that its connection ID names, so
 * a connection stays where it is when the client's address changes (RFC 9000 section 9). What comes to another worker all
 * the same is handed over inside the library, so nothing depends on the kernel.
 *
 * What workers share: the secret, and with it tickets, tokens and stateless resets; where they are threads, also the
 * bounds on handshakes in flight (options max_handshakes and max_handshakes_per_address). */
#ifndef USQUIC_QUIC_GROUP_H
#define USQUIC_QUIC_GROUP_H

#include <stddef.h>
#include <stdint.h>

#include "usquic/quic.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  US_QUIC_STEERING_AUTO = 0, /* by the kernel's program where it is to be had, and by handing over */
  US_QUIC_STEERING_NONE = 1  /* by handing over alone */
};

/* Start from {.struct_size = sizeof(us_quic_group_options_t)}. All memory is borrowed for the creating call only. */
typedef struct us_quic_group_options_t {
  size_t struct_size;
  unsigned int worker_count; /* 1 to 256 */
  /* 32 bytes, not all zero, as in us_quic_socket_context_options_t. NULL = random at creation; workers that are
   * processes all need the same. */
  const uint8_t* secret;
  /* NULL: the workers are threads of this process, and this object is for all of them. Else they are processes, each with
   * an object of its own, and this is a folder where they keep the Unix sockets (mode 0600) over which they hand datagrams
   * over; it must belong to their user, and nobody else may write to it. */
  const char* directory;
  int steering; /* US_QUIC_STEERING_* */
} us_quic_group_options_t;

/* Create a group. Ownership: the caller frees with us_quic_group_free; contexts that are in it keep what they need.
 * Returns: NULL on failure, and then *error (when error is not NULL) = US_QUIC_E_INVALID, _NOMEM, or, of the directory,
 * _ACCESS (it is not there, is somebody else's, or others may write to it). Thread: any. */
US_API us_quic_group_t* us_create_quic_group(const us_quic_group_options_t* options, int* error);
/* Thread: any. NULL does nothing. */
US_API void us_quic_group_free(us_quic_group_t* group);

typedef struct us_quic_group_stats_t {
  us_quic_context_stats_t
      contexts; /* the sums of us_quic_socket_context_stats over the workers of this process, those
                                         that are gone included, each as of its loop's last iteration */
  uint64_t datagrams_handed_over; /* to the worker that their connection ID names */
  uint64_t datagrams_taken_over;  /* from another worker, by those of this process */
  uint64_t datagrams_passed_on;   /* of new clients, to a worker with fewer connections */
  uint64_t hand_over_drops;       /* more than 1,024 waited for a worker, or it could not be reached */
  unsigned int workers;           /* contexts of this process that are in the group now */
  int is_steered;                 /* 1: the kernel's program was attached to a port by this process */
} us_quic_group_stats_t;

/* Counts since the group was made, into *stats. Thread: any. */
US_API void us_quic_group_stats(us_quic_group_t* group, us_quic_group_stats_t* stats);

#ifdef __cplusplus
}
#endif

#endif
