// Calls from inside callbacks: they only record, and whatever they end, nothing is freed below the caller.
#include <gtest/gtest.h>

#include "support/engine_pair.h"
#include "support/header_field.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

enum class Act { close_connection, detach_stream, reset_and_stop, create_and_write, shutdown, connect_again };
enum class Moment { open, handshake, stream, section, data, fin, writable, stream_close, connection_close };

class InsideCallback : public ::testing::TestWithParam<std::tuple<const char*, bool, Moment, Act>> {
 protected:
  void act(Side& side, ConnectionRecord* c, StreamRecord* s) {
    if (acted_++ > 3) return;
    switch (std::get<3>(GetParam())) {
      case Act::close_connection:
        if (c->handle != nullptr) side.close(*c, 7);
        break;
      case Act::detach_stream:
        if (s != nullptr && s->handle != nullptr) std::exchange(s->handle, nullptr)->detach();
        break;
      case Act::reset_and_stop:
        if (s == nullptr || s->handle == nullptr) break;
        s->handle->reset(1);
        s->handle->stop(1);
        break;
      case Act::create_and_write:
        if (c->handle == nullptr) break;
        if (StreamRecord* made = side.create_stream(*c)) {
          if (std::string_view(std::get<0>(GetParam())) == "echo") made->write("more");
          std::exchange(made->handle, nullptr)->detach();
        }
        break;
      case Act::shutdown:
        if (c->handle != nullptr) c->handle->shutdown();
        break;
      case Act::connect_again:
        if (connected_++ == 0) side.connect(&side == &pair_.client ? pair_.server : pair_.client);
        break;
    }
  }

  void hook(Side& side, Moment moment) {
    const auto connection = [this, &side](ConnectionRecord& c) { act(side, &c, nullptr); };
    const auto stream = [this, &side](StreamRecord& s) { act(side, s.connection, &s); };
    switch (moment) {
      case Moment::open:
        side.on_open = connection;
        break;
      case Moment::handshake:
        side.on_done = connection;
        break;
      case Moment::connection_close:
        side.on_closed = connection;
        break;
      case Moment::stream:
        side.on_stream = stream;
        break;
      case Moment::section:
        side.on_section = stream;
        break;
      case Moment::data:
        side.on_data = [stream](StreamRecord& s, Bytes) { stream(s); };
        break;
      case Moment::fin:
        side.on_fin = stream;
        break;
      case Moment::writable:
        side.on_stream_writable = stream;
        break;
      case Moment::stream_close:
        side.on_stream_closed = stream;
        break;
    }
  }

  EnginePair pair_;
  int acted_ = 0;
  int connected_ = 0;
};

TEST_P(InsideCallback, IsSafe) {
  const auto [alpn, at_server, moment, what] = GetParam();
  const bool is_http3 = std::string_view(alpn) == "h3";
  pair_.client.config.send_buffer_bytes = pair_.server.config.send_buffer_bytes = 5000;
  Side& side = at_server ? pair_.server : pair_.client;
  // Something happens in every callback: the other side answers, unless the hook below takes its place.
  pair_.server.on_data = [](StreamRecord& s, Bytes data) {
    if (s.handle != nullptr) s.handle->write(data);
  };
  pair_.server.on_section = [](StreamRecord& s) {
    s.handle->send_headers(std::vector{field(":status", "200")}, false);
  };
  pair_.server.on_fin = [](StreamRecord& s) {
    if (s.handle != nullptr) s.handle->finish();
  };
  hook(side, moment);
  pair_.client.tls_options.alpn = pair_.server.tls_options.alpn = {std::string(alpn)};
  pair_.start();
  ConnectionRecord* c = pair_.client.connect(pair_.server);
  for (int i = 0; i < 3; ++i) {
    StreamRecord* s = pair_.client.create_stream(*c);
    if (is_http3) {
      s->handle->send_headers(std::vector{field(":method", "POST"), field(":scheme", "https"),
                                          field(":authority", "server.test"), field(":path", "/")},
                              false);
    }
    s->write(std::string(8000, 'x'));
    s->handle->finish();
  }
  pair_.run(seconds(3));
  for (auto& connection : pair_.client.connections) {
    if (connection->handle != nullptr) pair_.client.close(*connection, 0);
  }
  pair_.run(seconds(5));
  for (Side* each : {&pair_.client, &pair_.server}) {
    for (const auto& record : each->connections) EXPECT_LE(record->closes, 1);
    for (const auto& record : each->streams) EXPECT_LE(record->closes, 1);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, InsideCallback,
    ::testing::Combine(::testing::Values("echo", "h3"), ::testing::Bool(),
                       ::testing::Values(Moment::open, Moment::handshake, Moment::stream, Moment::section,
                                         Moment::data, Moment::fin, Moment::writable, Moment::stream_close,
                                         Moment::connection_close),
                       ::testing::Values(Act::close_connection, Act::detach_stream, Act::reset_and_stop,
                                         Act::create_and_write, Act::shutdown, Act::connect_again)));

// Nobody would be told its end, and a callback that always makes another would never be done.
TEST(ConnectionsEnd, IsNoTimeForNewStreams) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  constexpr int more_than_the_peer_allows = 300;
  for (int i = 0; i < more_than_the_peer_allows; ++i) {
    ASSERT_NE(pair.client.create_stream(*pair.connection, engine::Direction::unidirectional), nullptr);
  }
  int refused = 0;
  pair.client.on_stream_closed = [&](StreamRecord& s) {
    engine::Connection* c = s.connection->handle;
    for (const auto direction : {engine::Direction::bidirectional, engine::Direction::unidirectional}) {
      refused += c->create_stream(direction, nullptr).error() == US_QUIC_E_CLOSED ? 1 : 0;
    }
  };
  pair.server.close(*pair.server.only_connection(), 7);
  ASSERT_TRUE(pair.run(seconds(1), [&] { return pair.connection->closes == 1; }));
  EXPECT_EQ(refused, 2 * more_than_the_peer_allows);
}

}  // namespace
}  // namespace usquic::test
