// Segmentation offload that fails, and datagrams that are too large for the path's first link.
#include <gtest/gtest.h>

#include <cerrno>

#include "echo_exchange.h"
#include "faulty_kernel.h"

namespace usquic::test {
namespace {

constexpr std::size_t segmented_bytes = 8 << 20;
constexpr int segmentation_limit_seconds = 30;

// Two for each socket: a message that is not its call's first fails once before that is told.
constexpr unsigned max_failures = 4;

us_quic_stats_t stats_of(us_quic_connection_t* connection) {
  us_quic_stats_t stats;
  us_quic_connection_stats(connection, &stats);
  return stats;
}

// The system took what the engine wrote, once: nothing was dropped, nothing was sent twice.
void expect_all_was_sent(const FaultyKernel& kernel, us_quic_connection_t* client) {
  EXPECT_GT(stats_of(client).bytes_sent, segmented_bytes);
  EXPECT_EQ(kernel.bytes_sent(kernel.opened().at(1)), stats_of(client).bytes_sent);
}

// Echoes a body and expects it back.
void expect_echo(EchoExchange& exchange, us_quic_connection_t* connection) {
  const int before = exchange.told().right_responses;
  exchange.echo(connection, segmented_bytes);
  EXPECT_TRUE(
      exchange.run_until([&] { return exchange.told().responses > before; }, segmentation_limit_seconds));
  EXPECT_EQ(exchange.told().right_responses, before + 1);
  EXPECT_EQ(exchange.told().closes, 0);
}

TEST(Segmentation, IsSwitchedOffWhenItFailsAndTheSameBytesAreSentAgain) {
  FaultyKernel kernel(1);
  EchoExchange exchange;
  us_quic_connection_t* connection = exchange.connect();
  kernel.add({.call = Call::send, .error_number = EIO, .only_segmented = true});
  expect_echo(exchange, connection);
  EXPECT_EQ(kernel.segmented_messages(), 0u);
  EXPECT_GE(kernel.injected(), 2u);
  EXPECT_LE(kernel.injected(), max_failures);
  expect_all_was_sent(kernel, connection);
}

TEST(Segmentation, SwitchedOffInMidTransferLosesNothing) {
  FaultyKernel kernel(1);
  EchoExchange exchange;
  us_quic_connection_t* connection = exchange.connect();
  kernel.add({.call = Call::send, .error_number = EIO, .one_in = 20, .only_segmented = true});
  expect_echo(exchange, connection);
  EXPECT_GT(kernel.segmented_messages(), 0u);
  EXPECT_LE(kernel.injected(), max_failures);
  expect_all_was_sent(kernel, connection);
}

class DatagramsAbove : public testing::TestWithParam<std::size_t> {};

TEST_P(DatagramsAbove, CannotBeSentWhichOnlyPathMtuDiscoveryNotices) {
  FaultyKernel kernel(1);
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.max_udp_payload = 9000;
  EchoExchange exchange(options);
  kernel.add({.call = Call::send, .error_number = EMSGSIZE, .only_larger_datagrams = GetParam()});
  us_quic_connection_t* connection = exchange.connect();
  expect_echo(exchange, connection);
  EXPECT_LE(stats_of(connection).max_udp_payload, GetParam());
  EXPECT_LE(kernel.largest_datagram(), GetParam());
  EXPECT_GT(kernel.segmented_messages(), 0u);
  EXPECT_GT(kernel.injected(), 0u);  // the probes
}

INSTANTIATE_TEST_SUITE_P(EverySize, DatagramsAbove, testing::Values(1200, 1252, 1280, 1452));

TEST(PathMtu, OfTheLoopbackInterfaceTakesLargeDatagrams) {
  EchoExchange exchange;
  us_quic_connection_t* connection = exchange.connect();
  expect_echo(exchange, connection);
  EXPECT_EQ(stats_of(connection).max_udp_payload, 32700u);
}

TEST(PathMtu, ThatShrinksInMidTransferLeavesItByteExact) {
  FaultyKernel kernel(1);
  EchoExchange exchange;
  us_quic_connection_t* connection = exchange.connect();
  expect_echo(exchange, connection);
  ASSERT_GT(stats_of(connection).max_udp_payload, 1280u);
  kernel.add({.call = Call::send, .error_number = EMSGSIZE, .only_larger_datagrams = 1280});
  expect_echo(exchange, connection);
  EXPECT_LE(stats_of(connection).max_udp_payload, 1280u);
}

}  // namespace
}  // namespace usquic::test
