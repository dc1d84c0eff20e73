// Sans-I/O proved: the same seed gives the same trace, another seed another one.
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "support/transfer_node.h"

namespace usquic::test {
namespace {

using namespace std::chrono_literals;

struct Recording {
  std::vector<TraceEntry> datagrams;
  std::vector<std::string> client_packets;
  std::vector<std::string> server_packets;
};

Recording record(const SimIdentity& identity, std::uint64_t seed) {
  SimNetwork network(seed);
  TransferNode server(network, identity, *Address::parse("192.0.2.1", 4433),
                      {.is_server = true, .gives_tickets = false});
  TransferNode client(network, identity, *Address::parse("198.51.100.7", 50000), {});
  network.set_conditions(
      {.jitter = 4ms, .loss = 0.02, .duplication = 0.01, .corruption = 0.01, .reordering = 0.02});
  client.start(server.address());
  EXPECT_TRUE(network.run_until([&] { return client.is_done() && server.is_done(); }, 60s));
  return {network.trace(), client.packet_log(), server.packet_log()};
}

// Every "0x" and the digits behind it taken out.
std::string without_hexadecimal(const std::string& line) {
  std::string kept;
  for (std::size_t at = 0; at < line.size();) {
    if (line.compare(at, 2, "0x") == 0) {
      at = std::min(line.find_first_not_of("0123456789abcdef", at + 2), line.size());
    } else {
      kept += line[at++];
    }
  }
  return kept;
}

// What was sent, from the engine's log: times, packet numbers, frame types, sizes. What was received is the
// same but for corrupted packets, whose numbers unmask to nonsense. Hexadecimal values are left out: tokens
// hold what TLS drew from its own randomness.
std::vector<std::string> packets_and_frames(const std::vector<std::string>& log) {
  std::vector<std::string> lines;
  for (const std::string& line : log) {
    const bool is_sent =
        line.find(" pkt tx ") != std::string::npos || line.find(" frm tx ") != std::string::npos;
    if (is_sent) lines.push_back(without_hexadecimal(line));
  }
  return lines;
}

void expect_same(const std::vector<std::string>& first, const std::vector<std::string>& second) {
  const auto [a, b] = std::mismatch(first.begin(), first.end(), second.begin(), second.end());
  EXPECT_TRUE(a == first.end() && b == second.end())
      << "line " << a - first.begin() << " of " << first.size() << " and " << second.size() << ":\n"
      << (a == first.end() ? "(end)" : *a) << "\n"
      << (b == second.end() ? "(end)" : *b);
}

TEST(Determinism, SameSeedGivesTheSameTimesDirectionsSizesPacketNumbersAndFrameTypes) {
  const SimIdentity identity = SimIdentity::make();
  const Recording first = record(identity, 42);
  const Recording second = record(identity, 42);

  EXPECT_GT(first.datagrams.size(), 1000U);
  ASSERT_EQ(first.datagrams.size(), second.datagrams.size());
  EXPECT_TRUE(first.datagrams == second.datagrams);
  const auto client_packets = packets_and_frames(first.client_packets);
  EXPECT_GT(client_packets.size(), 1000U) << "the engine logs packets and frames at debug level";
  expect_same(client_packets, packets_and_frames(second.client_packets));
  expect_same(packets_and_frames(first.server_packets), packets_and_frames(second.server_packets));
}

TEST(Determinism, AnotherSeedGivesAnotherTrace) {
  const SimIdentity identity = SimIdentity::make();
  EXPECT_FALSE(record(identity, 42).datagrams == record(identity, 43).datagrams);
}

}  // namespace
}  // namespace usquic::test
