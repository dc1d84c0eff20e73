// The part of libusockets.h that µWebSockets needs beside quic.h.
#include <gtest/gtest.h>

#include <cstring>

#include "usquic/compat/usockets_beside.h"

namespace usquic::test {
namespace {

struct Counts {
  int before = 0, after = 0, woken = 0, timer = 0;
};

Counts& counts_of(struct us_loop_t* loop) {
  return *static_cast<Counts*>(us_loop_ext(loop));
}

// uWS::Loop: create, ext memory, a timer that keeps nothing alive, a wakeup, run, free.
TEST(CompatBeside, ALoopRunsItsTimersAndItsWakeup) {
  struct us_loop_t* loop = us_create_loop(
      nullptr, [](struct us_loop_t* l) { ++counts_of(l).woken; },
      [](struct us_loop_t* l) { ++counts_of(l).before; }, [](struct us_loop_t* l) { ++counts_of(l).after; },
      sizeof(Counts));
  us_loop_integrate(loop);
  struct us_timer_t* forever = us_create_timer(loop, 1, 0);
  us_timer_set(
      forever, [](struct us_timer_t*) {}, 100'000, 100'000);
  struct us_timer_t* timer = us_create_timer(loop, 0, sizeof(int));
  const int value = 7;
  std::memcpy(us_timer_ext(timer), &value, sizeof value);
  us_timer_set(
      timer,
      [](struct us_timer_t* t) {
        counts_of(us_timer_loop(t)).timer += *static_cast<int*>(us_timer_ext(t));
        us_wakeup_loop(us_timer_loop(t));
        us_timer_set(t, nullptr, 0, 0);
      },
      1, 1);
  us_loop_run(loop);
  const Counts& counts = counts_of(loop);
  EXPECT_EQ(counts.timer, 7);
  EXPECT_GT(counts.before, 0);
  EXPECT_GE(counts.before, counts.after);
  EXPECT_LE(us_loop_iteration_number(loop), counts.before);
  us_timer_close(timer);
  us_timer_close(forever);
  us_loop_free(loop);
}

// uWS::SSLApp takes this for a certificate that cannot be read, and has no sockets then.
TEST(CompatBeside, ThereIsNoTcp) {
  struct us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  for (const int ssl : {0, 1})
    EXPECT_EQ(us_create_socket_context(ssl, loop, 8, us_socket_context_options_t{}), nullptr);
  EXPECT_EQ(us_socket_context_listen(0, nullptr, nullptr, 0, LIBUS_LISTEN_DEFAULT, 0), nullptr);
  EXPECT_EQ(us_socket_is_closed(0, nullptr), 1);
  EXPECT_EQ(us_socket_write(0, nullptr, "x", 1, 0), 0);
  char address[16];
  int length = 16;
  us_socket_remote_address(0, nullptr, address, &length);
  EXPECT_EQ(length, 0);
  us_loop_free(loop);
}

// µWebSockets copies its own options over these.
TEST(CompatBeside, TcpOptionsHaveMicroSocketsLayout) {
  struct Theirs {
    const char* texts[6];
    int low_memory;
  };
  static_assert(sizeof(Theirs) == sizeof(us_socket_context_options_t));
  static_assert(offsetof(us_socket_context_options_t, key_file_name) == 0);
  static_assert(offsetof(us_socket_context_options_t, cert_file_name) == sizeof(char*));
  static_assert(offsetof(us_socket_context_options_t, ssl_ciphers) == 5 * sizeof(char*));
  static_assert(LIBUS_EXT_ALIGNMENT == 16);
}

}  // namespace
}  // namespace usquic::test
