// Data with holes: what an endpoint must keep of it.
#include <gtest/gtest.h>

#include "figures.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;

// One byte at every `step`th offset from 1 on, so that nothing can be delivered. Heap and CPU that it took.
struct Cost {
  double bytes;
  double seconds;
};

Cost send_sparse(std::uint64_t fragments, std::uint64_t step) {
  RawNetwork net;
  net.pair.server.forgets = true;
  net.start();
  RawPeer& peer = net.join_client();
  peer.forget();
  HeapMeter heap;
  double seconds = 0;
  std::uint64_t sent = 0;
  while (sent < fragments) {
    std::string frames;
    for (; frames.size() < 1100 && sent < fragments; ++sent) frames += frame::stream(0, 1 + sent * step, "x");
    const std::string packet = peer.make_packet(Level::application, frames);
    const double began = cpu_seconds();
    net.deliver(net.pair.server, peer.address, packet);
    seconds += cpu_seconds() - began;
    net.run(milliseconds(1));
    heap.sample();
  }
  EXPECT_FALSE(peer.close());
  EXPECT_TRUE(net.neighbours_talk());
  return {static_cast<double>(heap.peak()), seconds};
}

TEST(SparseStreamData, CostsMemoryWithinAMultipleOfTheWindow) {
  constexpr double window = 256 << 10;  // of a stream, EnginePair's
  const Cost cost = send_sparse(60000, 4);
  print_figure("memory_peak_of_60000_stream_fragments", cost.bytes, "bytes");
  print_figure("memory_of_sparse_stream_per_window_byte", cost.bytes / window, "x");
  EXPECT_LT(cost.bytes, 64 * window);
}

TEST(SparseStreamData, TakesNoQuadraticTime) {
  const Cost few = send_sparse(10000, 4);
  const Cost many = send_sparse(40000, 4);
  print_figure("cpu_per_stream_fragment", 1e6 * many.seconds / 40000, "us");
  // Four times as many in four times the time; sixteen times would be quadratic.
  EXPECT_LT(many.seconds, 10 * few.seconds + 0.05);
}

TEST(SparseCryptoData, IsKeptWithinABound) {
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
  EXPECT_EQ(peer.close()->code, 0x0du);  // CRYPTO_BUFFER_EXCEEDED
  EXPECT_LT(heap.peak(), 24 << 20);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
