// Acknowledgements that lie.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint64_t credit = 4 << 20;

struct Download {
  std::uint64_t bytes = 0;   // that the server sent
  std::uint64_t window = 0;  // its congestion window at the end
};

// A server sends all it may to a peer that loses half of the packets, and acknowledges what
// came, or everything.
Download download(bool is_optimistic) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.pair.server.config.send_buffer_bytes = 64 << 20;
  net.start();
  RawPeer::Options options = net.client_options();
  options.acknowledges = false;
  options.edit_parameters = [](TransportParameters& p) { p.set(parameter_initial_max_data, credit); };
  RawPeer& peer = net.add_client(options);
  peer.start();
  std::vector<frame::Range> ranges;
  std::size_t known = 0;
  const auto acknowledge = [&] {
    for (; known < peer.packets().size(); ++known) {
      const RawPacket& p = peer.packets()[known];
      if (p.level != Level::application || (!is_optimistic && p.number % 2 == 1 && p.number > 20)) continue;
      if (!ranges.empty() && ranges.back().largest + 1 == p.number) {
        ranges.back().largest = p.number;
      } else {
        ranges.push_back({p.number, p.number});
      }
      if (ranges.size() > 30) ranges.erase(ranges.begin());
    }
    if (!ranges.empty()) peer.send(frame::ack({ranges.rbegin(), ranges.rend()}));
  };
  net.run(milliseconds(60));
  EXPECT_TRUE(peer.is_ready());
  ConnectionRecord* c = net.pair.server.only_connection();
  StreamRecord* s = net.pair.server.create_stream(*c, engine::Direction::unidirectional);
  s->write(std::string(32 << 20, 'x'));
  const std::uint64_t before = peer.bytes_received();
  for (int i = 0; i < 100; ++i) {
    acknowledge();
    net.run(milliseconds(10));
  }
  us_quic_stats_t stats;
  c->handle->stats(stats);
  EXPECT_FALSE(peer.close());
  return {peer.bytes_received() - before, stats.congestion_window};
}

// ngtcp2 1.11 skips no packet numbers, so that it cannot tell who acknowledges what never came. What that
// buys is bounded by the flow control credit that the liar must give.
TEST(OptimisticAcknowledgements, BuyNoMoreThanTheCreditThatWasGiven) {
  if (!built_in_capabilities().local_unidirectional_streams)
    GTEST_SKIP() << "this engine opens no unidirectional streams";
  const Download honest = download(false);
  const Download liar = download(true);
  print_figure("bytes_sent_to_an_honest_lossy_peer", static_cast<double>(honest.bytes), "bytes");
  print_figure("bytes_sent_to_an_optimistic_acknowledger", static_cast<double>(liar.bytes), "bytes");
  print_figure("window_of_an_optimistic_acknowledger", static_cast<double>(liar.window), "bytes");
  EXPECT_GT(liar.bytes, honest.bytes);
  EXPECT_LE(liar.bytes, credit + credit / 4);
}

TEST(AcknowledgementsOfUnsentPackets, EndTheConnectionAtOnce) {
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  peer.send(frame::ack({{peer.packets().back().number + 1, peer.packets().back().number + 1}}));
  net.run();
  // The next number may be on its way already.
  if (!peer.close()) {
    peer.send(frame::ack({{1000000, 1000000}}));
    net.run();
  }
  ASSERT_TRUE(peer.close());
  EXPECT_FALSE(peer.close()->is_application);
  // lsquic has INTERNAL_ERROR for it.
  if (built_in_capabilities().error_codes) {
    EXPECT_EQ(peer.close()->code, 0x0au);
  }
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(AcknowledgementFloods, OfManyRangesCostLittle) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  const std::uint64_t largest = peer.packets().back().number;
  std::vector<frame::Range> ranges;
  for (std::uint64_t i = 0; i <= largest / 2; ++i) ranges.push_back({largest - 2 * i, largest - 2 * i});
  std::string frames;
  while (frames.size() < 1000) frames += frame::ack(ranges);
  constexpr int packets = 2000;
  HeapMeter heap;
  const double began = cpu_seconds();
  for (int i = 0; i < packets; ++i) {
    net.deliver(net.pair.server, peer.address, peer.make_packet(Level::application, frames));
  }
  net.run();
  print_figure("cpu_per_packet_of_ack_flood", 1e6 * (cpu_seconds() - began) / packets, "us");
  EXPECT_LT(heap.growth(), 256 << 10);
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
