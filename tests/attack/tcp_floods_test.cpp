// Clients over TCP that cost more than they pay: streams that are given up, frames that bring nothing, sections that unfold.
#include "attack/tcp_app.h"
#include "support/wire.h"

namespace usquic::test {
namespace {

using TcpFloods = TcpApp;

std::uint32_t id_of(int number) {
  return static_cast<std::uint32_t>(2 * number + 1);
}

// The code of the GOAWAY among the frames that came, or -1.
int goaway_code(std::string_view frames) {
  while (frames.size() >= 9) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(frames[at]); };
    const std::size_t length = (byte(0) << 16U) | (byte(1) << 8U) | byte(2);
    if (frames.size() < 9 + length) break;
    if (byte(3) == h2::type_goaway) return byte(16);
    frames.remove_prefix(9 + length);
  }
  return -1;
}

TEST_F(TcpFloods, RapidResetsCostAThousandHandlers) {
  answers = false;
  start();
  auto attacker = greet();
  const int sent = repeat(
      *attacker, [](int i) { return h2::get(id_of(i)) + h2::rst_stream(id_of(i), h2::cancel); }, 50'000);
  print_figure("http2_rapid_resets_until_closed", sent, "streams");
  print_figure("http2_rapid_reset_handlers", handled, "calls");
  EXPECT_TRUE(attacker->has_ended());
  EXPECT_EQ(goaway_code(attacker->take_received()), h2::enhance_your_calm);
  EXPECT_LE(handled, 1200);
  EXPECT_EQ(aborted, handled);
  EXPECT_TRUE(neighbours_talk());
}

// The client never resets: it makes the server do so.
TEST_F(TcpFloods, ResetsThatTheServerIsMadeToSendCostAThousandHandlers) {
  answers = false;
  start();
  auto attacker = greet();
  const int sent = repeat(
      *attacker,
      [](int i) {
        return h2::post(id_of(i), {{"content-length", "1"}}) + h2::data(id_of(i), "xx");
      },
      50'000);
  print_figure("http2_provoked_resets_until_closed", sent, "streams");
  EXPECT_GE(handled, 500) << "a few are a fault of the client's, and no attack";
  EXPECT_TRUE(attacker->has_ended());
  EXPECT_LE(handled, 1200);
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpFloods, FramesThatBringNothingCloseTheConnection) {
  start();
  const std::pair<const char*, std::function<std::string(int)>> floods[] = {
      {"http2_settings",
       [](int) {
         return h2::settings({{h2::initial_window_size, 65535}});
       }},
      {"http2_pings", [](int) { return h2::ping(); }},
      {"http2_priorities", [](int) { return h2::priority(1, 0); }},
      {"http2_window_updates", [](int) { return h2::window_update(0, 1); }},
      {"http2_empty_data", [](int i) { return (i == 0 ? h2::post(1) : "") + h2::data(1, ""); }},
  };
  answers = false;
  for (const auto& [name, flood] : floods) {
    auto attacker = greet();
    const int sent = repeat(*attacker, flood, 20'000);
    print_figure((std::string(name) + "_until_closed").c_str(), sent, "frames");
    EXPECT_TRUE(attacker->has_ended()) << name;
    EXPECT_LE(sent, 1500) << name;
    EXPECT_TRUE(neighbours_talk()) << name;
  }
}

// RFC 9113 section 5.5: they are skipped, and cost what their bytes cost.
TEST_F(TcpFloods, UnknownFramesHoldNoMemory) {
  start();
  auto attacker = greet();
  const HeapMeter heap;
  const double cpu = cpu_seconds();
  const int sent = repeat(
      *attacker, [](int) { return h2::frame(0x21, 0, 0, "x"); }, 20'000);
  print_figure("http2_unknown_frame", (cpu_seconds() - cpu) * 1e6 / sent, "us, both ends");
  EXPECT_LE(heap.growth(), 256 << 10);
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpFloods, AHeaderSectionWithoutEndHoldsNoMemory) {
  start();
  for (const bool is_empty : {true, false}) {
    auto attacker = greet();
    const HeapMeter heap;
    attacker->send(h2::frame(h2::type_headers, h2::end_stream, 1, h2::block(h2::get_fields())));
    const std::string more = is_empty ? "" : h2::block({{"x", std::string(16'000, 'y')}});
    const int sent = repeat(
        *attacker, [&](int) { return h2::continuation(1, more); }, 20'000);
    print_figure(is_empty ? "http2_empty_continuations_until_closed" : "http2_continuations_until_closed",
                 sent, "frames");
    if (can_count_memory)
      print_figure("http2_continuations_memory", static_cast<double>(heap.growth()), "bytes");
    EXPECT_TRUE(attacker->has_ended());
    EXPECT_LE(sent, 1500);
    EXPECT_LE(heap.growth(), 1 << 20);
    EXPECT_EQ(handled, 0);
    EXPECT_TRUE(neighbours_talk());
    handled = 0;
  }
}

// 4,000 bytes stand in the table, and a byte for each field refers to them: 16 kB name 64 MB.
TEST_F(TcpFloods, HpackBombsAreAnswered431) {
  start();
  auto attacker = greet();
  const std::string entry = "\x40" + h2::block_string("x") + h2::block_string(std::string(4000, 'y'));
  attacker->send(h2::headers_of(1, h2::block(h2::get_fields()) + entry, h2::end_stream));
  HeapMeter heap;
  std::string received;
  for (std::uint32_t id = 3; id < 43; id += 2) {
    attacker->send(
        h2::headers_of(id, h2::block(h2::get_fields()) + std::string(16'000, '\xbe'), h2::end_stream));
    run_until(
        *attacker, [&] { return attacker->has_ended(); }, 0.02);
    heap.sample();
  }
  if (can_count_memory) print_figure("http2_hpack_bombs_memory", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LE(heap.peak(), 2 << 20);
  EXPECT_LE(handled, 1) << "the one that filled the table";
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpFloods, PipelinedRequestsWithoutReadingHoldABoundedAmountOfMemory) {
  body = std::string(10'000, 'x');
  core.send_buffer_bytes = 128 << 10;
  start();
  auto attacker = connect("http/1.1", "NORMAL", 4096);
  ASSERT_TRUE(run_until(*attacker, [&] { return attacker->is_open(); }));
  attacker->stop_reading();
  const HeapMeter heap;
  std::string requests;
  for (int i = 0; i < 20'000; ++i) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::int64_t own = heap.growth();
  attacker->send(requests);
  run_until(
      *attacker, [] { return false; }, 0.5);
  print_figure("http1_pipelined_without_reading", handled, "handlers");
  // The test's own bytes wait twice: as text and as records.
  const std::int64_t held = heap.growth() - own - static_cast<std::int64_t>(2 * requests.size());
  if (can_count_memory)
    print_figure("http1_pipelined_without_reading_memory", static_cast<double>(held), "bytes");
  EXPECT_LT(handled, 2000);
  EXPECT_LE(held, 2 << 20);
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpFloods, ResponsesThatAreNotReadHoldTheirSendBuffersAlone) {
  body = std::string(10 << 20, 'x');
  core.send_buffer_bytes = 64 << 10;
  start();
  auto attacker = connect("h2", "NORMAL", 4096);
  attacker->send(std::string(h2::preface) + h2::settings({{h2::initial_window_size, 0x7fffffff}}) +
                 h2::settings_ack() + h2::window_update(0, 0x7fff0000));
  ASSERT_TRUE(run_until(*attacker, [&] { return attacker->is_open(); }));
  attacker->stop_reading();
  // What end() is given waits in the application's memory: once for each response.
  HeapMeter heap;
  for (int i = 0; i < 5; ++i) attacker->send(h2::get(id_of(i)));
  run_until(*attacker, [&] { return handled == 5; });
  run_until(
      *attacker, [] { return false; }, 0.2);
  const std::int64_t beside = heap.growth() - 5 * static_cast<std::int64_t>(body.size());
  if (can_count_memory)
    print_figure("http2_unread_responses_memory_beside_bodies", static_cast<double>(beside), "bytes");
  EXPECT_LE(beside, 1 << 20);
  EXPECT_TRUE(neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
