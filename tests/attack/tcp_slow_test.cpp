// Clients over TCP that take their time, and what they do to TLS.
#include "attack/tcp_app.h"

namespace usquic::test {
namespace {

using TcpSlowness = TcpApp;

constexpr double most_seconds = 10;

TEST_F(TcpSlowness, HandshakesAreGivenUpInTime) {
  start();
  auto attacker = connect("http/1.1");
  attacker->stop_reading();  // so that it never goes on
  const double held = seconds_until_end(*attacker, 1.5);
  attacker->go_on_reading();
  const double rest = seconds_until_end(*attacker, most_seconds);
  print_figure("tcp_slow_handshake_given_up_after", held + rest, "s, with a limit of 1 s");
  EXPECT_TRUE(attacker->has_ended());
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpSlowness, HeadersAByteAtATimeAreGivenUpInTime) {
  start();
  for (const char* alpn : {"http/1.1", "h2"}) {
    auto attacker = connect(alpn);
    ASSERT_TRUE(run_until(*attacker, [&] { return attacker->is_open(); }));
    const bool is_http2 = std::string_view(alpn) == "h2";
    if (is_http2) attacker->send(std::string(h2::preface) + h2::settings({}) + h2::settings_ack());
    const std::string field = h2::block({{"x", std::string(2000, 'y')}});
    // HTTP/2: a section that is to be continued; HTTP/1.1: a line that does not end.
    attacker->send(is_http2 ? h2::frame(h2::type_headers, 0, 1, h2::block(h2::get_fields()))
                            : std::string("GET / HTTP/1.1\r\nHost: a\r\nX: "));
    double seconds = 0;
    while (!attacker->has_ended() && seconds < most_seconds) {
      attacker->send(is_http2 ? h2::continuation(1, "").substr(0, 0) : std::string("x"));
      seconds += seconds_until_end(*attacker, 0.02);
    }
    print_figure(
        is_http2 ? "http2_unfinished_headers_given_up_after" : "http1_unfinished_headers_given_up_after",
        seconds, "s, with a limit of 1 s");
    EXPECT_TRUE(attacker->has_ended()) << alpn;
    EXPECT_TRUE(neighbours_talk()) << alpn;
  }
}

TEST_F(TcpSlowness, ABeginningWithoutAPrefaceIsGivenUpInTime) {
  start();
  auto attacker = connect("h2");
  ASSERT_TRUE(run_until(*attacker, [&] { return attacker->is_open(); }));
  const double seconds = seconds_until_end(*attacker, most_seconds);
  print_figure("http2_silence_given_up_after", seconds, "s, with a limit of 1 s");
  EXPECT_TRUE(attacker->has_ended());
  EXPECT_TRUE(neighbours_talk());
}

TEST_F(TcpSlowness, ManySmallRecordsHoldNoMemory) {
  start();
  auto attacker = connect("http/1.1");
  ASSERT_TRUE(run_until(*attacker, [&] { return attacker->is_open(); }));
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n";
  const HeapMeter heap;
  const double cpu = cpu_seconds();
  attacker->send(head);
  for (int i = 0; i < 20'000; ++i) {
    attacker->send("x");  // a record of its own
    if (i % 100 == 0) loop->tick();
  }
  std::string received;
  EXPECT_TRUE(run_until(*attacker, [&] {
    received += attacker->take_received();
    return received.find("hello") != std::string::npos;
  }));
  print_figure("tls_record_of_one_byte", (cpu_seconds() - cpu) * 1e6 / 20'000, "us, both ends");
  if (can_count_memory) print_figure("tls_small_records_memory", static_cast<double>(heap.growth()), "bytes");
  EXPECT_LE(heap.growth(), 256 << 10);
  EXPECT_TRUE(neighbours_talk());
}

}  // namespace
}  // namespace usquic::test
