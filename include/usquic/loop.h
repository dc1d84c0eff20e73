/* The event loop and its timers: µSockets' calls, same names and meaning. One loop belongs to one thread.
 *
 * Fork: a loop, and everything on it, stays with the process that made it. In a child its descriptors are the
 * parent's own (an epoll set, an eventfd, sockets), so what the child did with them would happen to the
 * parent: it must neither run, wake, change nor free the loop, and what is left of it ends with the child. A
 * child makes loops of its own; the library has no state that is shared between loops. All descriptors close
 * on exec. Call fork while no other thread is in a call of the library's. */
#ifndef USQUIC_LOOP_H
#define USQUIC_LOOP_H

#include "usquic/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Alignment of every ext memory, in bytes. */
#define US_EXT_ALIGNMENT 16

typedef struct us_loop_t us_loop_t;
typedef struct us_timer_t us_timer_t;

/* Create a loop for the calling thread.
 * hint: reserved, pass NULL. wakeup_cb runs on the loop's thread after us_wakeup_loop; pre_cb and post_cb run
 * before and after the events of each iteration; each may be NULL. ext_size: bytes of zeroed ext memory.
 * Ownership: the caller frees with us_loop_free.
 * Returns: NULL when memory or file descriptors are used up.
 * Thread: the one that will run it. */
US_API us_loop_t* us_create_loop(void* hint, void (*wakeup_cb)(us_loop_t* loop),
                                 void (*pre_cb)(us_loop_t* loop), void (*post_cb)(us_loop_t* loop),
                                 unsigned int ext_size);

/* Close and free everything on the loop: timers, sockets, QUIC contexts with their connections and streams
 * (their close callbacks run; CONNECTION_CLOSE is sent as far as the socket takes it at once), then the loop.
 * Called from a callback of the loop it takes effect at the end of the iteration: us_loop_run then returns,
 * and us_loop_tick returns 0. NULL does nothing.
 * Callbacks: close callbacks run inside.   Thread: the loop's. */
US_API void us_loop_free(us_loop_t* loop);

/* The ext memory of the loop: ext_size zeroed bytes, aligned to US_EXT_ALIGNMENT. Thread: the loop's. */
US_API void* us_loop_ext(us_loop_t* loop);

/* Run until nothing is left that keeps the loop alive (an armed timer that is not fallthrough, an open
 * socket, a QUIC connection or listen socket). Thread: the loop's; does nothing in a callback. */
US_API void us_loop_run(us_loop_t* loop);

/* Let us_loop_run return at the end of the running iteration, or of its first one, though something keeps the loop alive.
 * It can be run again.   Thread: the loop's. */
US_API void us_loop_stop(us_loop_t* loop);

/* Make the loop run its wakeup_cb soon; many calls may be merged into one.
 * Thread: any. This is the only call allowed from another thread. Allowed while the loop ends: until
 * us_loop_free is called, and in it until the last close callback has returned, in which threads can be told
 * to stop and waited for. Whoever calls it later uses freed memory. */
US_API void us_wakeup_loop(us_loop_t* loop);

/* Number of iterations begun so far. Thread: the loop's. */
US_API long long us_loop_iteration_number(us_loop_t* loop);

/* A descriptor that turns readable when us_loop_tick has work: for embedding the loop in another loop.
 * From the first call on, a timerfd carries the loop's earliest deadline.
 * Ownership: the loop's; do not close or read it.   Returns: the descriptor, or a negative US_QUIC_E_*.
 * Thread: the loop's. */
US_API int us_loop_fd(us_loop_t* loop);

/* Run one iteration without waiting.
 * Returns: 1 while something keeps the loop alive, else 0.   Thread: the loop's; does nothing in a callback.
 */
US_API int us_loop_tick(us_loop_t* loop);

/* Create a timer, not armed. fallthrough: 1 = the timer does not keep the loop alive.
 * ext_size: bytes of zeroed ext memory.
 * Ownership: the loop's; close with us_timer_close.   Returns: NULL when memory is used up.
 * Thread: the loop's. */
US_API us_timer_t* us_create_timer(us_loop_t* loop, int fallthrough, unsigned int ext_size);

/* Arm the timer: cb runs once after ms milliseconds, then every repeat_ms milliseconds (0 = only once).
 * Both 0 disarms it, as does a cb of NULL; negative times count as 0. Replaces what was set before; on a
 * closed timer it does nothing. Never early, never more than once an iteration: repeats are counted from the
 * time they were due, and those that were missed altogether are left out. Resolution: better than 1 ms.
 * Thread: the loop's. */
US_API void us_timer_set(us_timer_t* timer, void (*cb)(us_timer_t* timer), int ms, int repeat_ms);

/* Disarm now, free at the end of the iteration. Allowed in the timer's own callback.
 * Thread: the loop's. */
US_API void us_timer_close(us_timer_t* timer);

/* The ext memory of the timer. Thread: the loop's. */
US_API void* us_timer_ext(us_timer_t* timer);

/* The loop of the timer. Thread: the loop's. */
US_API us_loop_t* us_timer_loop(us_timer_t* timer);

#ifdef __cplusplus
}
#endif

#endif
