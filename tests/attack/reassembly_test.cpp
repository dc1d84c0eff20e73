// Data with holes: what an endpoint must keep of it.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;

// One byte at every other offset, so that nothing can be delivered. Heap and CPU that it took.
struct Cost {
  double bytes;
  double seconds;
};

Cost send_sparse(std::uint64_t streams, std::uint64_t fragments) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  HeapMeter heap;
  double seconds = 0;
  for (std::uint64_t id = 0; id < 4 * streams; id += 4) {
    std::uint64_t sent = 0;
    while (sent < fragments) {
      std::string frames;
      for (; frames.size() < 1100 && sent < fragments; ++sent) frames += frame::stream(id, 1 + sent * 2, "x");
      const std::string packet = peer.make_packet(Level::application, frames);
      const double began = cpu_seconds();
      net.deliver(net.pair.server, peer.address, packet);
      seconds += cpu_seconds() - began;
      net.run(milliseconds(1));
    }
    heap.sample();
  }
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
  return {static_cast<double>(heap.peak()), seconds};
}

// ngtcp2 1.11 keeps this many gaps of a stream.
constexpr std::uint64_t max_gaps = 5000;

TEST(SparseStreamData, CostsMemoryWithinABound) {
  const Cost one = send_sparse(1, max_gaps - 1);
  print_figure("memory_peak_of_one_fragmented_stream", one.bytes, "bytes");
  EXPECT_LT(one.bytes, 2 << 20);
  // All that a connection may have open.
  const Cost all = send_sparse(100, max_gaps - 1);
  print_figure("memory_peak_of_100_fragmented_streams", all.bytes, "bytes");
  EXPECT_LT(all.bytes, 96 << 20);
}

TEST(SparseStreamData, BeyondTheBoundEndsTheConnection) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << "this engine does not see frames";
  RawNetwork net;
  net.start();
  RawPeer& peer = net.join_client();
  for (std::uint64_t sent = 0; sent <= max_gaps;) {
    std::string frames;
    for (; frames.size() < 1100; ++sent) frames += frame::stream(0, 1 + sent * 2, "x");
    peer.send(frames);
    net.run(milliseconds(1));
  }
  net.run();
  ASSERT_TRUE(peer.close());
  EXPECT_FALSE(peer.close()->is_application);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(SparseStreamData, TakesNoQuadraticTime) {
  const Cost few = send_sparse(10, 1200);
  const Cost many = send_sparse(10, 4800);
  print_figure("cpu_per_stream_fragment", 1e6 * many.seconds / 48000, "us");
  // Four times as many in four times the time; sixteen times would be quadratic.
  EXPECT_LT(many.seconds, 10 * few.seconds + 0.05);
}

TEST(SparseCryptoData, IsKeptWithinABound) {
  if (!built_in_capabilities().frame_limits) GTEST_SKIP() << "this engine does not see frames";
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  HeapMeter heap;
  std::uint64_t offset = 1;
  while (!peer.close() && offset < 1 << 22) {
    std::string frames;
    for (; frames.size() < 1100; offset += 2) frames += frame::crypto(offset, "x");
    net.deliver(net.pair.server, peer.address, peer.make_packet(Level::application, frames));
    net.run(milliseconds(1));
    heap.sample();
  }
  net.run();
  print_figure("crypto_offset_until_closed", static_cast<double>(offset), "bytes");
  print_figure("memory_peak_of_crypto_fragments", static_cast<double>(heap.peak()), "bytes");
  ASSERT_TRUE(peer.close());
  EXPECT_FALSE(peer.close()->is_application);
  EXPECT_LT(heap.peak(), 1 << 20);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
