// A kernel that fails for good: every end is told in time, nobody else waits, and the processor is
// not kept busy.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "echo_exchange.h"
#include "faulty_kernel.h"

namespace usquic::test {
namespace {

constexpr std::size_t long_body_bytes = 8 << 20;
// Above what a retry every millisecond takes, far below what a loop that never waits does.
constexpr long long max_iterations_per_second = 5000;

us_quic_socket_context_options_t impatient_options() {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.handshake_timeout_ms = 400;
  options.idle_timeout_ms = 400;
  return options;
}

struct LastingFault {
  const char* name;
  Call call;
  int error_number;
};

constexpr LastingFault lasting_faults[] = {
    {"SendBlocks", Call::send, EAGAIN},
    {"SendHasNoBuffers", Call::send, ENOBUFS},
    {"SendIsNotPermitted", Call::send, EPERM},
    {"SendIsTooLarge", Call::send, EMSGSIZE},
    {"SendFails", Call::send, EIO},
    {"SendIsRefused", Call::send, ECONNREFUSED},
    {"SendHasNoRoute", Call::send, ENETUNREACH},
    {"ReceiveFindsNothing", Call::receive, EAGAIN},
    {"ReceiveFails", Call::receive, EIO},
    {"ReceiveHasNoMemory", Call::receive, ENOMEM},
    {"ReceiveIsRefused", Call::receive, ECONNREFUSED},
};

class ForGood : public testing::TestWithParam<LastingFault> {
 protected:
  ForGood() {
    fault.call = GetParam().call;
    fault.error_number = GetParam().error_number;
  }

  // Runs until done(), which must come without spinning, and within ten seconds of a busy machine.
  template <class Done>
  void expect_told(Done done) {
    const long long before = us_loop_iteration_number(exchange.loop());
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(exchange.run_until(done, 10));
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    const long long iterations = us_loop_iteration_number(exchange.loop()) - before;
    EXPECT_LE(iterations, max_iterations_per_second * (taken.count() + 0.1));
  }

  FaultyKernel kernel{1};
  EchoExchange exchange{impatient_options()};
  Fault fault;
};

TEST_P(ForGood, EndsHandshakesOnce) {
  kernel.add(fault);
  exchange.connect();
  expect_told([&] { return exchange.told().closes > 0; });
  EXPECT_NE(exchange.told().error, US_QUIC_OK);
  EXPECT_EQ(exchange.server().open_connections, 0);
  kernel.heal();
  us_quic_connection_t* connection = exchange.connect();
  exchange.echo(connection, 100);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses > 0; }, 5));
  EXPECT_EQ(exchange.told().right_responses, 1);
  EXPECT_EQ(exchange.told().closes, 1);
}

TEST_P(ForGood, EndsTransfersOnceAtBothSides) {
  us_quic_connection_t* connection = exchange.connect();
  ASSERT_TRUE(exchange.run_until([&] { return exchange.server().open_connections == 1; }, 5));
  exchange.echo(connection, long_body_bytes);
  kernel.add(fault);
  expect_told([&] { return exchange.told().closes > 0 && exchange.server().closed_connections > 0; });
  EXPECT_EQ(exchange.told().error, US_QUIC_E_IDLE_TIMEOUT);
  EXPECT_EQ(exchange.told().closes, 1);
  EXPECT_EQ(exchange.told().responses, 1);
  EXPECT_EQ(exchange.told().right_responses, 0);
  EXPECT_EQ(exchange.server().closed_connections, 1);
}

INSTANTIATE_TEST_SUITE_P(SystemCalls, ForGood, testing::ValuesIn(lasting_faults),
                         [](const testing::TestParamInfo<LastingFault>& one) { return one.param.name; });

// One client's socket dies, without a word: the kernel says ECONNREFUSED on the server's socket for each
// packet to it.
TEST(SharedServerSocket, DeadPeersStallNobody) {
  FaultyKernel kernel(1);
  EchoExchange exchange;
  us_quic_connection_t* dead = exchange.connect();
  us_quic_connection_t* alive = exchange.connect();
  exchange.echo(dead, long_body_bytes);
  ASSERT_TRUE(exchange.run_until([&] { return exchange.server().requests == 1; }, 5));
  int pipes[2];
  ASSERT_EQ(pipe(pipes), 0);
  dup2(pipes[0], kernel.opened()[1]);  // closes the socket
  const auto begin = std::chrono::steady_clock::now();
  const long long before = us_loop_iteration_number(exchange.loop());
  for (int i = 0; i < 4; ++i) exchange.echo(alive, long_body_bytes);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().right_responses == 4; }, 25));
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(taken.count(), 20);  // a stall would last as long as the idle timeout
  EXPECT_LT(us_loop_iteration_number(exchange.loop()) - before, 100'000);
  EXPECT_EQ(exchange.told().closes, 0);
  close(pipes[0]);
  close(pipes[1]);
}

TEST(SharedServerSocket, RefusalsMeetEverybodyAndHoldUpNobody) {
  FaultyKernel kernel(1);
  EchoExchange exchange;
  const int server_fd = kernel.opened()[0];
  kernel.add({.call = Call::send, .error_number = ECONNREFUSED, .one_in = 2, .fd = server_fd});
  kernel.add({.call = Call::receive, .error_number = ECONNREFUSED, .one_in = 2, .fd = server_fd});
  for (int i = 0; i < 8; ++i) exchange.echo(exchange.connect(), 1 << 20);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses == 8; }, 20));
  EXPECT_EQ(exchange.told().right_responses, 8);
  EXPECT_EQ(exchange.told().closes, 0);
}

// Everything at once, from the first packet to the last.
TEST(EveryFault, AtOnceLeavesTransfersByteExact) {
  for (unsigned seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    FaultyKernel kernel(seed);
    EchoExchange exchange;
    for (const int error_number : {EINTR, EAGAIN, ENOBUFS, EPERM, EMSGSIZE, EIO, ECONNREFUSED, EINVAL, 0}) {
      kernel.add({.call = Call::send, .error_number = error_number, .one_in = 40});
    }
    for (const int error_number : {EINTR, EAGAIN, ENOMEM, EIO, ECONNREFUSED, 0}) {
      kernel.add({.call = Call::receive, .error_number = error_number, .one_in = 40});
    }
    for (int i = 0; i < 4; ++i) {
      us_quic_connection_t* connection = exchange.connect();
      for (int k = 0; k < 3; ++k) exchange.echo(connection, 700'000);
    }
    EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses == 12; }, 30));
    EXPECT_EQ(exchange.told().right_responses, 12);
    EXPECT_TRUE(exchange.close_all());
    EXPECT_EQ(exchange.told().closes, 4);
    EXPECT_EQ(exchange.server().open_connections, 4);
  }
}

}  // namespace
}  // namespace usquic::test
