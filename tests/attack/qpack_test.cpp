// Header sections that cost more to read than to send.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_http3.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t decompression_failed = 0x200;

struct Http3Target {
  explicit Http3Target(std::size_t max_header_list_size = option_defaults::max_header_list_size) {
    net.pair.server.config.max_header_list_size = max_header_list_size;
    net.pair.server.on_fin = answer_ok;
    net.start();
    h3.emplace(net.join_client());
    net.run();
  }
  std::optional<int> ask(std::string_view bytes) {
    const std::uint64_t id = h3->request(bytes);
    net.run();
    return h3->status(id);
  }
  RawNetwork net{"h3"};
  std::optional<RawHttp3> h3;
};

std::string set_capacity(std::uint64_t capacity) {
  return wire_prefixed(0x20, 5, capacity);
}
std::string insert(std::string_view name, std::string_view value) {
  return wire_prefixed(0x40, 5, name.size()) + std::string(name) + wire_prefixed(0, 7, value.size()) +
         std::string(value);
}
// A section that needs `inserts` table entries.
std::string section(std::uint64_t inserts, std::string_view lines) {
  return wire_frame(h3frame::headers,
                    wire_prefixed(0, 8, inserts + 1) + wire_prefixed(0, 7, 0) + std::string(lines));
}
const std::string request_lines = std::string("\xd1\xd7\xc1\x50\x01h", 6);

// A table entry of 4 KiB, named 16,000 times: 64 MiB of fields in 16 kB.
TEST(QpackBomb, IsAnsweredWith431BeforeItUnfolds) {
  Http3Target target;
  target.h3->encoder(set_capacity(4096) + insert("x", std::string(4000, 'b')));
  target.net.run();
  HeapMeter heap;
  const std::string bomb = section(1, request_lines + std::string(16000, '\x80'));
  std::optional<int> status;
  constexpr int requests = 20;
  for (int i = 0; i < requests; ++i) {
    status = target.ask(bomb);
    heap.sample();
    ASSERT_EQ(status, 431);
  }
  print_figure("qpack_bomb_bytes_named_per_request", 16000.0 * 4000, "bytes");
  print_figure("memory_peak_of_20_qpack_bombs", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), 2 << 20);
  EXPECT_EQ(target.ask(wire_headers(get_fields())), 200);
  EXPECT_TRUE(target.net.neighbours_talk());
}

TEST(BlockedStreams, HoldABoundedAmountAndStallNoOther) {
  Http3Target target;
  HeapMeter heap;
  const std::string waits = section(1, request_lines + "\x80");
  std::vector<std::uint64_t> blocked;
  for (int i = 0; i < 90; ++i) {
    blocked.push_back(target.h3->request(waits + wire_data(std::string(5000, 'x'))));
    target.net.run(milliseconds(1));
    heap.sample();
  }
  target.net.run();
  print_figure("memory_peak_of_90_blocked_streams", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), 4 << 20);
  EXPECT_EQ(target.ask(wire_headers(get_fields())), 200);
  EXPECT_TRUE(target.net.neighbours_talk());
  target.h3->encoder(set_capacity(4096) + insert("x", "y"));
  target.net.run();
  for (const std::uint64_t id : blocked) EXPECT_EQ(target.h3->status(id), 200);
}

TEST(LargeHeaders, PassUpToTheLimitAndGet431Above) {
  const std::size_t limit = built_in_capabilities().long_fields ? 64 << 10 : 32 << 10;
  Http3Target target(limit);
  HeapMeter heap;
  EXPECT_EQ(target.ask(wire_headers(get_fields({{"a", std::string(limit - (4 << 10), 'x')}}))), 200);
  EXPECT_EQ(target.ask(wire_headers(get_fields({{"a", std::string(limit + (2 << 10), 'x')}}))), 431);
  // 10,000 fields: 32 bytes count for each (RFC 9114 section 4.2.2).
  WireFields fields = get_fields();
  for (int i = 0; i < 10000; ++i) fields.emplace_back("", "");
  for (auto& [name, value] : fields) name = name.empty() ? "a" : name;
  EXPECT_EQ(target.ask(wire_headers(fields)), 431);
  // The same as references to the static table: one byte each.
  const std::string references = std::string(2, '\0') + request_lines + std::string(10000, '\xc2');
  EXPECT_EQ(target.ask(wire_frame(h3frame::headers, references)), 431);
  print_figure("memory_peak_of_large_headers", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), 4 << 20);
  EXPECT_EQ(target.ask(wire_headers(get_fields())), 200);
  EXPECT_TRUE(target.net.neighbours_talk());
}

TEST(HuffmanGarbage, EndsItsConnectionAndNoOther) {
  SeededRandom random(1);
  constexpr int rounds = 60;
  RawNetwork net("h3");
  net.start();
  int refused = 0;
  for (int round = 0; round < rounds; ++round) {
    std::string garbage(40, '\0');
    random.source().fill({reinterpret_cast<std::uint8_t*>(garbage.data()), garbage.size()});
    RawHttp3 h3(net.join_client());
    // A literal value in Huffman code.
    h3.request(wire_frame(h3frame::headers, std::string(2, '\0') + request_lines + "\x21x" +
                                                wire_prefixed(0x80, 7, garbage.size()) + garbage));
    net.run();
    // Some of it decodes, to a value of strange bytes.
    if (!h3.peer().close()) continue;
    EXPECT_EQ(h3.peer().close()->code, decompression_failed);
    ++refused;
  }
  print_figure("huffman_garbage_refused", refused, "of_60");
  EXPECT_GT(refused, 0);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
