// Peers that take their time.
#include <gtest/gtest.h>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/raw_http3.h"
#include "support/raw_network.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

double seconds_of(Duration d) {
  return std::chrono::duration<double>(d).count();
}

TEST(SlowHandshakes, AreGivenUpInTime) {
  RawNetwork net;
  net.start();
  RawPeer::Options options = net.client_options();
  options.edit_message = [](Level level, std::string& message) {
    if (level == Level::handshake) message.clear();  // never its Finished
  };
  RawPeer& peer = net.add_client(options);
  peer.start();
  const TimePoint began = net.pair.now;
  // It stays alive for all that it says nothing new.
  while (net.server_stats().handshakes_failed == 0 && net.pair.now - began < seconds(60)) {
    net.run(milliseconds(500));
    peer.send(Level::handshake, frame::ping());
  }
  print_figure("slow_handshake_given_up_after", seconds_of(net.pair.now - began), "s");
  EXPECT_LE(net.pair.now - began, seconds(11));
  EXPECT_EQ(net.server_stats().connections_open, 0u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(UnfinishedHeaders, AreGivenUpInTime) {
  RawNetwork net("h3");
  net.start();
  RawHttp3 h3(net.join_client());
  const TimePoint began = net.pair.now;
  const std::string request = wire_headers(get_fields({{"x", std::string(200, 'x')}}));
  // Nothing but the first byte; a byte a second; and a section that waits for a table entry that never comes.
  const std::uint64_t silent = h3.request(request.substr(0, 1), false);
  const std::uint64_t slow = h3.request(request.substr(0, 1), false);
  const std::uint64_t blocked = h3.request(wire_frame(1, std::string("\x02\x00\x80", 3)), false);
  const std::uint64_t honest = h3.request(request, false);  // its body may take longer
  std::size_t sent = 1;
  while (!h3.peer().stream(slow).stopped && net.pair.now - began < seconds(60)) {
    h3.peer().write(slow, request.substr(sent++, 1));
    net.run(seconds(1));
  }
  print_figure("unfinished_headers_given_up_after", seconds_of(net.pair.now - began), "s");
  EXPECT_LE(net.pair.now - began, seconds(12));
  net.run();
  for (const std::uint64_t id : {silent, slow, blocked}) {
    h3.peer().send(frame::reset_stream(id, 0, h3.peer().written(id)));
    if (built_in_capabilities().error_codes) {
      EXPECT_EQ(h3.peer().stream(id).stopped, 0x10bu) << id;
      EXPECT_EQ(h3.peer().stream(id).reset, 0x10bu) << id;
    } else {
      EXPECT_TRUE(h3.peer().stream(id).stopped && h3.peer().stream(id).reset) << id;
    }
  }
  EXPECT_FALSE(h3.peer().stream(honest).stopped);
  EXPECT_FALSE(h3.peer().close());
  // The application was told of the streams, and of their ends.
  net.run();
  std::size_t closed = 0;
  for (const auto& s : net.pair.server.streams) closed += s->closes == 1 && s->sections.empty() ? 1 : 0;
  EXPECT_EQ(closed, 3u);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(SlowBodies, HoldNoMemoryAndStallNoOther) {
  RawNetwork net("h3");
  net.pair.server.forgets = true;
  net.start();
  RawHttp3 h3(net.join_client());
  h3.peer().forget();
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 90; ++i) ids.push_back(h3.request(wire_headers(get_fields()), false));
  net.run();
  HeapMeter heap;
  for (int second = 0; second < 120; ++second) {
    for (const std::uint64_t id : ids) h3.peer().write(id, wire_data("x"));
    net.run(seconds(1));
  }
  print_figure("memory_of_90_bodies_at_a_byte_a_second", static_cast<double>(heap.growth()), "bytes");
  EXPECT_FALSE(h3.peer().close());
  // The records of the test hold the body: 120 bytes each. lsquic has some bytes more of its own for each.
  EXPECT_LT(heap.growth(), built_in_capabilities().any_credit ? 256 << 10 : 320 << 10);
  EXPECT_TRUE(net.neighbours_talk());
}

TEST(UnreadResponses, HoldNoMoreThanTheSendBuffer) {
  RawNetwork net("h3");
  constexpr std::size_t buffer = 256 << 10;
  net.pair.server.config.send_buffer_bytes = buffer;
  net.pair.server.on_fin = [](StreamRecord& s) {
    constexpr us_quic_header_t ok[] = {{":status", 7, "200", 3, 0}};
    s.handle->send_headers(ok, false);
    const std::string piece(64 << 10, 'x');
    for (int i = 0; i < 1000; ++i) {
      if (s.write(piece) < static_cast<std::ptrdiff_t>(piece.size())) break;
    }
  };
  net.start();
  RawPeer::Options options = net.client_options();
  // It never gives credit.
  options.edit_parameters = [](TransportParameters& p) {
    p.set(parameter_initial_max_data, 100);
    p.set(parameter_max_stream_data_bidi_local, 10);
  };
  RawHttp3 h3(net.join_client(options));
  HeapMeter heap;
  constexpr int requests = 20;
  for (int i = 0; i < requests; ++i) h3.get();
  net.run(seconds(20));
  print_figure("memory_per_unread_response", static_cast<double>(heap.growth()) / requests, "bytes");
  if (can_count_memory) {
    EXPECT_LT(heap.growth(), static_cast<std::int64_t>(requests * buffer * 5 / 4));
  }
  for (const auto& s : net.pair.server.streams) EXPECT_LE(s->handle->buffered(), buffer);
  // When it falls silent the connection goes, and all of that with it.
  // lsquic asks for credit again and again, which keeps a connection alive whose peer acknowledges that.
  if (!built_in_capabilities().any_credit) h3.peer().transmit = [](const std::string&) {};
  net.run(seconds(60));
  EXPECT_EQ(net.server_stats().connections_open, 0u);
  EXPECT_TRUE(net.neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
