// Sessions of WebTransport, their streams, datagrams and capsules, in floods and without an end: what a client can make a
// server hold. The client is driven by hand, over a real port.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "support/attack_figures.h"
#include "support/built_in_engine.h"
#include "support/development_certificate.h"
#include "support/quic_frames.h"
#include "support/raw_http3.h"
#include "usquic/http/app.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t stream_rejected = US_QUIC_WEBTRANSPORT_BUFFERED_STREAM_REJECTED;
constexpr std::uint64_t too_much_work = 0x107;
constexpr std::uint64_t bidirectional_head = 0x41;
constexpr std::uint64_t unidirectional_head = 0x54;
constexpr std::uint64_t close_capsule = 0x2843;
constexpr std::uint64_t drain_capsule = 0x78ae;
constexpr std::size_t sessions = 16;  // of a connection, where the application says nothing else
constexpr std::int64_t kib = 1 << 10;
constexpr std::int64_t mib = 1 << 20;

// A hand-driven client of a server on this loop.
class Attacker {
 public:
  // name: of its connection, another for each. window: of bytes that the server may send.
  Attacker(Loop& loop, int port, const std::string& name, std::uint64_t window = mib) : loop_(loop) {
    fd_ = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    RawPeer::Options options;
    options.tls.alpn = {"h3"};
    options.scid = "scid-" + name;
    options.first_dcid = "dcid-" + name;
    options.edit_parameters = [window](TransportParameters& parameters) {
      parameters.set(parameter_initial_max_data, window);
    };
    peer_ = std::make_unique<RawPeer>(std::move(options));
    peer_->transmit = [this](const std::string& datagram) {
      EXPECT_EQ(::send(fd_, datagram.data(), datagram.size(), 0), static_cast<ssize_t>(datagram.size()));
    };
    peer_->start();
    EXPECT_TRUE(run_until([&] { return peer_->is_ready(); }));
    http3_.emplace(*peer_, wire_settings({{0x8, 1}, {0x33, 1}, {0x2b603742, 1}}));
  }
  ~Attacker() { close(fd_); }
  Attacker(const Attacker&) = delete;
  Attacker& operator=(const Attacker&) = delete;

  RawPeer& peer() { return *peer_; }
  RawHttp3& http3() { return *http3_; }

  // The server takes what was sent, and its answers come.
  void carry() {
    loop_.tick();
    std::array<char, 65536> room;
    for (ssize_t length; (length = recv(fd_, room.data(), room.size(), 0)) >= 0;)
      peer_->receive({room.data(), static_cast<std::size_t>(length)});
  }
  bool run_until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      carry();
    }
    return true;
  }
  // Everything that was sent before has come.
  void settle() {
    const auto acknowledgements = [this] {
      return peer_->count(frame::type_ack) + peer_->count(frame::type_ack_ecn);
    };
    const std::size_t before = acknowledgements();
    peer_->send(frame::ping());
    EXPECT_TRUE(run_until([&] { return acknowledgements() > before || peer_->close().has_value(); }));
  }

  std::uint64_t ask(const std::string& path = "/") {
    return http3_->request(wire_headers({{":method", "CONNECT"},
                                         {":protocol", "webtransport"},
                                         {":scheme", "https"},
                                         {":authority", "localhost"},
                                         {":path", path}}),
                           false);
  }
  std::uint64_t open(const std::string& path = "/") {
    const std::uint64_t id = ask(path);
    EXPECT_TRUE(run_until([&] { return http3_->status(id) == 200; }));
    return id;
  }
  std::uint64_t stream(std::uint64_t session, std::string_view bytes) {
    return http3_->open(unidirectional_head, wire_varint(session) + std::string(bytes));
  }
  void datagram(std::uint64_t session, std::string_view bytes) {
    peer_->send(frame::datagram(wire_varint(session / 4) + std::string(bytes)));
  }

 private:
  Loop& loop_;
  int fd_ = -1;
  std::unique_ptr<RawPeer> peer_;
  std::optional<RawHttp3> http3_;
};

class WebTransportFloods : public testing::Test {
 protected:
  void SetUp() override {
    if (!built_in_capabilities().webtransport) GTEST_SKIP() << "this engine has no streams of sessions";
    core_.header_timeout_ms = 60'000;
    AppOptions options;
    options.cert = identity_.cert;
    options.key = identity_.key;
    options.core = &core_;
    app_.emplace(options, loop_);
    app_->webTransport("/", {.open = [this](WebTransport*) { ++opened; },
                             .stream = [this](WebTransport*, WebTransportStream*) { ++streams; },
                             .datagram = [this](WebTransport*, std::string_view) { ++datagrams; },
                             .drain = [this](WebTransport*) { ++drains; },
                             .close = [this](auto&&...) { ++closed; }});
    // As much as is taken, on streams that nobody reads.
    app_->webTransport("/push", {.open = [](WebTransport* session) {
                         const std::string piece(64 * kib, 'x');
                         for (int i = 0; i < 8; ++i) {
                           WebTransportStream* stream = session->openUniStream();
                           while (stream->write(piece)) {
                           }
                         }
                       }});
    app_->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      ASSERT_NE(socket, nullptr);
      port_ = socket->port();
    });
  }
  void TearDown() override {
    attacker_.reset();
    app_.reset();
  }

  Attacker& attack(std::uint64_t window = mib) {
    attacker_ = std::make_unique<Attacker>(*loop_, port_, "attacker", window);
    return *attacker_;
  }
  // Whoever comes after the attack is served.
  bool others_are_served() {
    Attacker other(*loop_, port_, "neighbour");
    const int before = opened;
    other.open();
    return other.run_until([&] { return opened == before + 1; });
  }

  int opened = 0, streams = 0, datagrams = 0, drains = 0, closed = 0;

 private:
  us_quic_socket_context_options_t core_ = US_QUIC_OPTIONS_INIT;
  std::shared_ptr<Loop> loop_ = Loop::create();
  const DevelopmentCertificate identity_ = DevelopmentCertificate::make();
  std::optional<App> app_;
  int port_ = 0;
  std::unique_ptr<Attacker> attacker_;
};

TEST_F(WebTransportFloods, SessionsPastTheLimitAreRefused) {
  Attacker& attacker = attack();
  HeapMeter heap;
  for (std::size_t i = 0; i < sessions; ++i) attacker.open();
  print_figure("memory_of_a_webtransport_session", static_cast<double>(heap.growth()) / sessions, "bytes");
  attacker.peer().forget();
  heap = HeapMeter();
  for (int asked = 0; asked < 2000 && !attacker.peer().close(); ++asked) {
    const std::uint64_t id = attacker.ask();
    attacker.peer().write(id, "", true);
    // No error but that of the flood: the limit of streams is kept to.
    const auto has_room = [&] {
      const QuicFrame* limit = attacker.peer().last(frame::type_max_streams_bidi);
      return id / 4 + 1 < (limit != nullptr ? limit->value : 100) || attacker.peer().close().has_value();
    };
    ASSERT_TRUE(attacker.run_until(has_room));
    heap.sample();
  }
  print_figure("memory_peak_of_2000_webtransport_sessions_past_the_limit", static_cast<double>(heap.peak()),
               "bytes");
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_EQ(opened, static_cast<int>(sessions));
  EXPECT_LT(heap.peak(), mib);
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, StreamsBeforeTheirConnectAreHeldInBounds) {
  Attacker& attacker = attack();
  HeapMeter heap;
  const std::string piece(1000, 'x');
  std::vector<std::uint64_t> ids;
  const auto write_to_all = [&](int pieces) {
    for (int k = 0; k < pieces; ++k) {
      for (std::size_t i = 0; i < ids.size(); ++i) {
        attacker.peer().write(ids[i], piece);
        if (i % 20 == 19) attacker.settle();
      }
      heap.sample();
    }
    attacker.settle();
  };
  const auto refused = [&] {
    return std::ranges::count_if(attacker.peer().streams(),
                                 [](const auto& entry) { return entry.second.stopped == stream_rejected; });
  };
  // Six streams for each of sixteen sessions, with all that is held for a session.
  ids.reserve(96);
  for (std::uint64_t i = 0; i < 96; ++i) ids.push_back(attacker.stream(4 * (i % sessions), ""));
  write_to_all(10);
  EXPECT_EQ(refused(), 0);
  print_figure("memory_peak_of_webtransport_streams_without_a_session", static_cast<double>(heap.peak()),
               "bytes");
  EXPECT_LT(heap.peak(), 3 * mib);
  // A seventeenth session is too much, and so are more than 64 KiB of one.
  attacker.stream(4 * sessions, "x");
  attacker.settle();
  EXPECT_EQ(refused(), 1);
  ids.resize(4);  // the connection's window ends at 1 MiB
  write_to_all(6);
  EXPECT_EQ(refused(), 1 + 4);
  EXPECT_LT(heap.peak(), 3 * mib);
  EXPECT_EQ(streams, 0);
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, DatagramsBeforeTheirConnectAreHeldInBounds) {
  Attacker& attacker = attack();
  // A session is expected where a stream of it came.
  for (std::uint64_t i = 0; i < sessions; ++i) attacker.stream(4 * i, "x");
  attacker.settle();
  attacker.peer().forget();
  HeapMeter heap;
  const std::string bytes(1000, 'x');
  for (int i = 0; i < 10'000; ++i) {
    attacker.datagram(4 * (static_cast<std::uint64_t>(i) % 32), bytes);
    if (i % 20 == 19) attacker.settle();
    heap.sample();
  }
  print_figure("memory_peak_of_10000_webtransport_datagrams_without_a_session",
               static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), mib);
  EXPECT_EQ(datagrams, 0);
  const std::uint64_t session = attacker.ask();
  ASSERT_EQ(session, 0u);
  EXPECT_TRUE(attacker.run_until([&] { return opened == 1 && streams == 1; }));
  EXPECT_LE(datagrams, 16);
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, StreamsThatNobodyReadsAreHeldBack) {
  Attacker& attacker = attack();
  const std::uint64_t session = attacker.open();
  HeapMeter heap;
  const std::string piece(1000, 'x');
  std::vector<std::uint64_t> ids;
  ids.reserve(90);
  for (int i = 0; i < 90; ++i) ids.push_back(attacker.stream(session, ""));
  attacker.settle();
  // The connection's window, less a little.
  for (int k = 0; k < 11; ++k) {
    for (const std::uint64_t id : ids) attacker.peer().write(id, piece);
    attacker.settle();
    heap.sample();
  }
  print_figure("memory_peak_of_webtransport_streams_that_nobody_reads", static_cast<double>(heap.peak()),
               "bytes");
  EXPECT_EQ(streams, 90);
  EXPECT_LT(heap.peak(), 4 * mib);
  EXPECT_FALSE(attacker.peer().close());
  attacker.peer().write(ids[0], std::string(900, 'x'));
  // No credit comes, so the window of 1 MiB is the bound.
  for (int k = 0; k < 100 && !attacker.peer().close(); ++k) {
    for (int n = 0; n < 10; ++n) attacker.peer().write(ids[1], piece);
    attacker.settle();
  }
  ASSERT_TRUE(attacker.peer().close());
  EXPECT_EQ(attacker.peer().close()->code, 0x3u);  // FLOW_CONTROL_ERROR
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, HeadsWithoutAnEndCostAStreamEach) {
  Attacker& attacker = attack();
  attacker.open();
  HeapMeter heap;
  const std::string unfinished = wire_varint(unidirectional_head).substr(0, 1);
  for (int i = 0; i < 97; ++i) attacker.http3().open(unfinished);
  for (int i = 0; i < 99; ++i) attacker.http3().request(wire_varint(bidirectional_head).substr(0, 1), false);
  attacker.settle();
  print_figure("memory_of_196_unfinished_webtransport_stream_heads", static_cast<double>(heap.growth()),
               "bytes");
  EXPECT_EQ(streams, 0);
  EXPECT_LT(heap.growth(), mib);
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, StreamsThatComeAndGoLeaveNothingBehind) {
  Attacker& attacker = attack();
  const std::uint64_t session = attacker.open();
  attacker.peer().forget();
  HeapMeter heap;
  int opened_streams = 0;
  for (; opened_streams < 5000 && !attacker.peer().close(); ++opened_streams) {
    const std::uint64_t id = attacker.stream(session, "");
    attacker.peer().send(frame::reset_stream(id, 0x52e4a40fa8db, 3));
    if (opened_streams % 20 == 19) attacker.settle();
    heap.sample();
  }
  print_figure("webtransport_streams_reset_until_closed", opened_streams, "streams");
  print_figure("memory_peak_of_webtransport_streams_that_are_reset", static_cast<double>(heap.peak()),
               "bytes");
  ASSERT_TRUE(attacker.peer().close());
  EXPECT_EQ(attacker.peer().close()->code, too_much_work);
  EXPECT_LT(opened_streams, 2000);
  EXPECT_LT(heap.peak(), mib);
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, CapsulesAreReadWithoutBeingKept) {
  Attacker& attacker = attack();
  const std::uint64_t session = attacker.open();
  attacker.peer().forget();
  HeapMeter heap;
  // One that is unknown, and longer than any memory; and an endless number of known ones.
  std::string drains_of_a_frame;
  for (int i = 0; i < 100; ++i) drains_of_a_frame += wire_varint(drain_capsule) + wire_varint(0);
  for (int i = 0; i < 200; ++i) {
    attacker.peer().write(session, wire_data(drains_of_a_frame));
    if (i % 10 == 9) attacker.settle();
    heap.sample();
  }
  EXPECT_EQ(drains, 20'000);
  attacker.peer().write(session, wire_data(wire_varint(0x1234) + wire_varint(1ULL << 40)));
  for (int i = 0; i < 5000; ++i) {
    attacker.peer().write(session, wire_data(std::string(1000, 'x')));
    if (i % 20 == 19) attacker.settle();
    heap.sample();
  }
  print_figure("memory_peak_of_webtransport_capsules", static_cast<double>(heap.peak()), "bytes");
  EXPECT_LT(heap.peak(), mib);
  EXPECT_EQ(closed, 0);
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, AReasonThatIsTooLongEndsTheSession) {
  Attacker& attacker = attack();
  const std::uint64_t session = attacker.open();
  // The length alone is enough, before a byte of it came.
  attacker.peer().write(session, wire_data(wire_varint(close_capsule) + wire_varint(1 << 30)));
  EXPECT_TRUE(attacker.run_until([&] { return closed == 1; }));
  attacker.settle();
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_TRUE(attacker.peer().stream(session).reset.has_value());
  EXPECT_TRUE(others_are_served());
}

TEST_F(WebTransportFloods, AReaderThatTakesNothingHoldsTheSendBuffers) {
  HeapMeter heap;
  Attacker& attacker = attack(32 * kib);
  attacker.peer().forget();
  heap = HeapMeter();
  attacker.ask("/push");
  attacker.settle();
  for (int i = 0; i < 200; ++i) {
    attacker.settle();
    heap.sample();
  }
  print_figure("memory_peak_of_8_webtransport_streams_to_who_reads_nothing", static_cast<double>(heap.peak()),
               "bytes");
  // send_buffer_bytes of each, and the last piece that was accepted beyond it.
  EXPECT_LT(heap.peak(), 12 * mib);
  EXPECT_FALSE(attacker.peer().close());
  EXPECT_TRUE(others_are_served());
}

}  // namespace
}  // namespace usquic::test
