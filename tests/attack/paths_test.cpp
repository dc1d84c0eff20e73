// Attacks with addresses and connection IDs.
#include <gtest/gtest.h>

#include <functional>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(MigrationSpoofing, NeverMovesAConnection) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  const Address own = net.connection->handle->path().remote;
  constexpr int rounds = 6, spoofed = 1000;
  HeapMeter heap;
  std::vector<std::int64_t> after;
  for (int round = 0; round < rounds; ++round) {
    for (int i = 0; i < spoofed; ++i) {
      const Address elsewhere =
          *Address::parse("203.0.113." + std::to_string(i % 250), static_cast<std::uint16_t>(1 + i));
      net.deliver(net.pair.server, elsewhere, peer.make_packet(Level::application, frame::ping()));
      net.run(milliseconds(1));
      peer.send(frame::ping());  // the peer itself is where it was
      ASSERT_EQ(net.connection->handle->path().remote, own);
    }
    net.run(seconds(5));
    after.push_back(heap.growth());
  }
  print_figure("memory_after_1000_spoofed_migrations", static_cast<double>(after.front()), "bytes");
  print_figure("memory_after_6000_spoofed_migrations", static_cast<double>(after.back()), "bytes");
  // ngtcp2 keeps what it once needed for packets that were not acknowledged yet; it does not grow.
  EXPECT_LT(after.front(), 1 << 20);
  EXPECT_LT(after.back(), after[2] + (64 << 10));
  EXPECT_FALSE(peer.close());
  EXPECT_EQ(net.connection->handle->path().remote, own);
  EXPECT_TRUE(net.neighbours_talk());
}

// Sends frames of one kind, a hundred in a packet, until the connection is closed: how many it took.
std::size_t frames_until_closed(RawNetwork& net, RawPeer& peer,
                                const std::function<std::string(std::size_t)>& make) {
  constexpr std::size_t per_packet = 100, packets = 100;
  std::size_t sent = 0;
  for (std::size_t i = 0; i < packets && !peer.close(); ++i) {
    std::string frames;
    for (std::size_t j = 0; j < per_packet; ++j) frames += make(sent++);
    net.deliver(net.pair.server, peer.address, peer.make_packet(Level::application, frames));
    net.run(milliseconds(1));
  }
  net.run();
  return sent;
}

constexpr std::uint64_t protocol_violation = 0xa;  // RFC 9000 section 20.1

void expect_closed_for_excess(RawNetwork& net, const RawPeer& peer) {
  ASSERT_TRUE(peer.close());
  EXPECT_EQ(peer.close()->code, protocol_violation);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(ControlFrames, PathChallengesBeyondTheBudgetEndTheConnection) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << "this engine does not see frames";
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  const std::size_t sent = frames_until_closed(
      net, peer, [](std::size_t i) { return frame::path_challenge("data" + wire_integer(i, 4)); });
  print_figure("path_challenges_until_closed", static_cast<double>(sent), "frames");
  EXPECT_GE(sent, 1000u);
  EXPECT_LE(sent, 1200u);
  expect_closed_for_excess(net, peer);
}

TEST(ControlFrames, EmptyStreamFramesBeyondTheBudgetEndTheConnection) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << "this engine does not see frames";
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  const std::size_t sent =
      frames_until_closed(net, peer, [](std::size_t) { return frame::stream(0, 0, ""); });
  print_figure("empty_stream_frames_until_closed", static_cast<double>(sent), "frames");
  EXPECT_GE(sent, 1000u);
  EXPECT_LE(sent, 1200u);
  expect_closed_for_excess(net, peer);
}

TEST(ControlFrames, WithinTheBudgetCostNothing) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  for (int second = 0; second < 30; ++second) {
    std::string frames;
    for (int i = 0; i < 90; ++i) frames += frame::stream(0, 0, "");
    net.deliver(net.pair.server, peer.address, peer.make_packet(Level::application, frames));
    net.run(seconds(1));
  }
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(PathChallengeFlood, IsAnsweredWithinBoundsWithoutABudget) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.pair.server.config.max_control_frames_per_second = 0;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  constexpr std::size_t per_packet = 100, packets = 200;
  std::string challenges;
  for (std::size_t i = 0; i < per_packet; ++i)
    challenges += frame::path_challenge("data" + wire_integer(i, 4));
  HeapMeter heap;
  const std::uint64_t bytes_before = peer.bytes_received();
  std::size_t bytes_sent = 0;
  for (std::size_t i = 0; i < packets; ++i) {
    const std::string packet = peer.make_packet(Level::application, challenges);
    bytes_sent += packet.size();
    net.deliver(net.pair.server, peer.address, packet);
    net.run(milliseconds(1));
    heap.sample();
  }
  net.run(seconds(2));
  const std::size_t responses = peer.count(frame::type_path_response);
  print_figure("path_responses_to_20000_challenges", static_cast<double>(responses), "frames");
  print_figure("memory_peak_of_path_challenge_flood", static_cast<double>(heap.peak()), "bytes");
  print_figure("bytes_per_byte_of_path_challenge_flood",
               static_cast<double>(peer.bytes_received() - bytes_before) / static_cast<double>(bytes_sent),
               "x");
  // ngtcp2 keeps four challenges until it writes. A response fills a datagram (RFC 9000 section 8.2.2).
  EXPECT_LE(responses, 4 * packets);
  EXPECT_LT(heap.peak(), 1 << 20);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(RetirementFlood, IsBounded) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  constexpr std::uint64_t most = 1000;
  Duration waited{};
  std::map<std::uint64_t, std::string> ids;
  std::size_t read = 0;
  HeapMeter heap;
  std::uint64_t retired = 0;
  while (retired < most && !peer.close()) {
    for (; read < peer.packets().size(); ++read) {
      for (const QuicFrame& f : peer.packets()[read].frames) {
        if (f.type == frame::type_new_connection_id) ids[f.id] = f.data;
      }
    }
    // A replacement comes when the retired one is forgotten, three probe timeouts later.
    if (ids.empty() || ids.rbegin()->first <= retired) {
      net.run(milliseconds(200));
      waited += milliseconds(200);
      if (waited > seconds(120)) break;
      continue;
    }
    peer.dcid = ids.rbegin()->second;
    net.deliver(net.pair.server, peer.address,
                peer.make_packet(Level::application, frame::retire_connection_id(retired++)));
    net.run(milliseconds(1));
  }
  net.run();
  const double per_retirement = static_cast<double>(heap.growth()) / static_cast<double>(retired);
  print_figure("connection_ids_retired_by_a_flood", static_cast<double>(retired), "ids");
  print_figure("memory_per_retired_connection_id", per_retirement, "bytes");
  EXPECT_GT(retired, 0u);
  // The hand-driven peer keeps every packet: some hundred bytes each.
  EXPECT_LT(per_retirement, 2000);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(AbsurdRetirePriorTo, IsBoundedAlsoWithoutAcknowledgements) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << "this engine does not see frames";
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  const auto transmit = std::exchange(peer.transmit, [](const std::string&) {});  // acknowledges no more
  HeapMeter heap;
  std::uint64_t sequence = 1;
  for (; sequence < 20000 && !peer.close(); ++sequence) {
    const std::string id = "id" + wire_integer(sequence, 6);
    net.deliver(
        net.pair.server, peer.address,
        peer.make_packet(Level::application, frame::new_connection_id(sequence, sequence, id, id + id)));
    if (sequence % 16 == 0) net.run(milliseconds(1));
    heap.sample();
  }
  net.run();
  print_figure("new_connection_ids_until_closed", static_cast<double>(sequence), "frames");
  print_figure("memory_peak_of_retire_prior_to_flood", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), 1 << 20);
  if (peer.close()) {
    EXPECT_FALSE(peer.close()->is_application);
    EXPECT_EQ(peer.close()->code, 9u);  // CONNECTION_ID_LIMIT_ERROR
  }
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
