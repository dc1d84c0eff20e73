// Allocations that fail: each operation succeeds or ends with an error that is told once, and the
// process goes on.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base_seed.h"
#include "faulty_kernel.h"
#include "frugal_peers.h"
#include "scarce_memory.h"

namespace usquic::test {
namespace {

constexpr int limit_seconds = 5;

struct Peering {
  const char* name;
  const char* alpn;
  const char* host;  // a name has its addresses raced, and streams that wait for the winner
};

class Allocations : public testing::TestWithParam<Peering> {
 protected:
  void make_peers() {
    memory.heal();
    peers.reset();
    peers = std::make_unique<FrugalPeers>(GetParam().alpn);
  }

  // A connection with its requests; whatever became of it, all ends were told.
  void start_and_settle(int connections = 1) {
    for (int i = 0; i < connections; ++i) peers->start(GetParam().host);
    EXPECT_TRUE(peers->settle(limit_seconds));
    // Packets that come late find no connection that is gone.
    kernel.send_again();
    peers->run(10);
    EXPECT_EQ(peers->client().broken_promises, 0);
    EXPECT_EQ(peers->server().broken_promises, 0);
  }

  // With memory again, everything works.
  void expect_recovery() {
    memory.heal();
    const int before = peers->client().right_streams;
    start_and_settle();
    EXPECT_EQ(peers->client().right_streams, before + FrugalPeers::requests_each);
  }

  ScarceMemory memory;
  FaultyKernel kernel{1};  // without faults
  std::unique_ptr<FrugalPeers> peers;
};

// Tables and pools grow: this finds what a connection after the first no longer asks for.
TEST_P(Allocations, EachOfTheFirstConnectionMayFail) {
  constexpr std::uint64_t step = 37;  // each seed tries others
  constexpr int connections = 4;      // a power of two: what ends is what makes tables grow
  for (std::uint64_t number = 1 + base_seed() % step;; number += step) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    make_peers();
    memory.fail_once(number);
    start_and_settle(connections);
    const bool was_last = memory.failed() == 0;
    expect_recovery();
    ASSERT_FALSE(HasFailure());
    if (was_last) break;
  }
}

TEST_P(Allocations, EachOfALaterConnectionMayFail) {
  constexpr std::uint64_t step = 7;
  make_peers();
  start_and_settle();
  for (std::uint64_t number = 1 + base_seed() % step;; number += step) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    memory.fail_once(number);
    start_and_settle();
    const bool was_last = memory.failed() == 0;
    expect_recovery();
    ASSERT_FALSE(HasFailure());
    if (was_last) break;
  }
}

TEST_P(Allocations, ManyOfManyConnectionsMayFail) {
  constexpr int connections = 10;
  make_peers();
  std::uint64_t failed = 0;
  for (const std::uint64_t one_in : {10, 30, 100, 300, 1000, 3000, 10000}) {
    const std::uint64_t seed = base_seed() * 1000 + one_in;
    SCOPED_TRACE("one in " + std::to_string(one_in) + ", seed " + std::to_string(seed));
    memory.fail_one_in(one_in, seed);
    start_and_settle(connections);
    failed += memory.failed();
    expect_recovery();
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GT(failed, 10u);
}

INSTANTIATE_TEST_SUITE_P(Protocols, Allocations,
                         testing::Values(Peering{"Http3", "h3", "127.0.0.1"},
                                         Peering{"Http3ByName", "h3", "localhost"},
                                         Peering{"Raw", "raw", "127.0.0.1"}),
                         [](const testing::TestParamInfo<Peering>& one) { return one.param.name; });

}  // namespace
}  // namespace usquic::test
