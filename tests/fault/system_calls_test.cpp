// Transfers over a kernel that fails: byte-exact, in bounded time, and every end is told.
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <vector>

#include "base_seed.h"
#include "echo_exchange.h"
#include "faulty_kernel.h"
#include "support/attack_figures.h"

namespace usquic::test {
namespace {

constexpr std::size_t transfer_bytes = 4 << 20;
constexpr int transfer_limit_seconds = 30;

struct PassingFault {
  const char* name;
  Fault fault;
};

constexpr PassingFault passing_faults[] = {
    {"SendIsInterrupted", {Call::send, EINTR}},
    {"SendBlocks", {Call::send, EAGAIN}},
    {"SendHasNoBuffers", {Call::send, ENOBUFS}},
    {"SendHasNoMemory", {Call::send, ENOMEM}},
    {"SendIsNotPermitted", {Call::send, EPERM}},
    {"SendIsTooLarge", {Call::send, EMSGSIZE}},
    {"SendFails", {Call::send, EIO}},
    {"SendIsRefused", {Call::send, ECONNREFUSED}},
    {"SendIsInvalid", {Call::send, EINVAL}},
    {"SendHasNoRoute", {Call::send, ENETUNREACH}},
    {"SendIsShort", {Call::send, 0}},
    {"ReceiveIsInterrupted", {Call::receive, EINTR}},
    {"ReceiveFindsNothing", {Call::receive, EAGAIN}},
    {"ReceiveHasNoMemory", {Call::receive, ENOMEM}},
    {"ReceiveFails", {Call::receive, EIO}},
    {"ReceiveIsRefused", {Call::receive, ECONNREFUSED}},
    {"ReceiveIsShort", {Call::receive, 0}},
};

enum class Side { server, client };

struct FaultAtSide {
  PassingFault kind;
  Side side;
};

class Faults : public testing::TestWithParam<FaultAtSide> {};

void transfer(const FaultAtSide& c, unsigned one_in, std::uint64_t seed) {
  SCOPED_TRACE("one in " + std::to_string(one_in) + ", seed " + std::to_string(seed));
  FaultyKernel kernel(seed);
  EchoExchange exchange;
  us_quic_connection_t* connection = exchange.connect();
  ASSERT_GE(kernel.opened().size(), 2u);
  Fault fault = c.kind.fault;
  fault.one_in = one_in;
  fault.fd = kernel.opened()[c.side == Side::server ? 0 : 1];
  kernel.add(fault);
  const auto begin = std::chrono::steady_clock::now();
  exchange.echo(connection, transfer_bytes);
  EXPECT_TRUE(exchange.run_until([&] { return exchange.told().responses > 0; }, transfer_limit_seconds));
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(exchange.told().right_responses, 1);
  EXPECT_GT(kernel.injected(), 0u);
  const std::string name = std::string(c.kind.name) + (c.side == Side::server ? "AtServer" : "AtClient") +
                           "OneIn" + std::to_string(one_in);
  print_figure(name.c_str(), taken.count(), "s");
  kernel.heal();
  EXPECT_TRUE(exchange.close_all());
  EXPECT_EQ(exchange.told().closes, 1);
  EXPECT_EQ(exchange.told().responses, 1);
  EXPECT_EQ(exchange.server().open_connections, 1);
}

TEST_P(Faults, LeaveTransfersByteExact) {
  for (const unsigned one_in : {30u, 3u}) transfer(GetParam(), one_in, base_seed() * 1000 + one_in);
}

std::vector<FaultAtSide> all_cases() {
  std::vector<FaultAtSide> cases;
  for (const PassingFault& kind : passing_faults) {
    for (const Side side : {Side::server, Side::client}) cases.push_back({kind, side});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(SystemCalls, Faults, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<FaultAtSide>& one) {
                           return std::string(one.param.kind.name) +
                                  (one.param.side == Side::server ? "AtServer" : "AtClient");
                         });

}  // namespace
}  // namespace usquic::test
