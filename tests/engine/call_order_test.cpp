// "The engine delivers events to the EventHandler from inside these three calls only."
#include <cerrno>
#include <functional>

#include "contract.h"

namespace usquic::test {
namespace {

using CallOrder = Contract;

// Everything that a caller may ask of a connection and its stream, the ends last.
std::vector<std::function<void()>> requests_of(Side& side, ConnectionRecord& c, StreamRecord& s,
                                               const Address& other, Lent& lent) {
  return {
      [&] { s.write("text"); },
      [&] { s.handle->write_static(as_bytes("static"), Lent::release, &lent); },
      [&] { s.handle->set_priority(1, true); },
      [&] { s.handle->consume(0); },
      [&] { s.handle->buffered(); },
      [&] { side.create_stream(c); },
      [&] { c.handle->send_datagram(as_bytes("datagram")); },
      [&] { c.handle->set_keep_alive(std::chrono::seconds(1)); },
      [&] { side.connect(other); },
      [&] { s.handle->finish(); },
      [&] { s.handle->reset(1); },
      [&] { s.handle->stop(2); },
      [&] { std::exchange(s.handle, nullptr)->detach(); },
      [&] { c.handle->shutdown(); },
      [&] { side.close(c, 3, "done"); },
  };
}

TEST_F(CallOrder, NoCallRunsACallbackOrSends) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  settle();
  const std::uint64_t sent = pair.datagrams_sent;
  const std::size_t before = told();
  int number = 0;
  for (const auto& request : requests_of(pair.client, *client, *s, pair.server.address, lent)) {
    request();
    EXPECT_EQ(told(), before) << "request " << number;
    EXPECT_EQ(pair.datagrams_sent, sent) << "request " << number;
    ++number;
  }
  EXPECT_EQ(lent.released, 0);
}

TEST_F(CallOrder, CallsInsideACallbackRunNoOther) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  bool is_inside = false;
  pair.server.on_data = [&](StreamRecord& r, Bytes) {
    if (is_inside) return;
    is_inside = true;
    const std::uint64_t sent = pair.datagrams_sent;
    const std::size_t before = told();
    for (const auto& request : requests_of(pair.server, *server, r, pair.client.address, lent)) request();
    EXPECT_EQ(told(), before);
    EXPECT_EQ(pair.datagrams_sent, sent);
  };
  s->write("more");
  ASSERT_TRUE(run_until([&] { return is_inside; }));
  ASSERT_TRUE(run_until([&] { return client->closes == 1; }));
  EXPECT_EQ(lent.released, 1);
}

TEST_F(CallOrder, TheNextFlushDoesWhatACallAskedFor) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  settle();
  EXPECT_FALSE(pair.client.endpoint->wants_flush());
  s->write("more");
  EXPECT_TRUE(pair.client.endpoint->wants_flush());
  const std::uint64_t sent = pair.datagrams_sent;
  pair.client.endpoint->flush(pair.now, pair.client);
  EXPECT_GT(pair.datagrams_sent, sent);
}

TEST_F(CallOrder, ConnectInsideACallbackMakesAConnection) {
  join();
  ConnectionRecord* second = nullptr;
  pair.client.on_data = [&](StreamRecord&, Bytes) {
    if (second == nullptr) second = pair.client.connect(pair.server);
  };
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  remote->write("answer");
  EXPECT_TRUE(run_until([&] { return second != nullptr && second->handshakes == 1; }));
  EXPECT_EQ(second->closes, 0);
}

// "Nothing is freed": what a callback ended can be read until it returns.
TEST_F(CallOrder, AClosedConnectionCanBeReadUntilItIsDetached) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  bool was_closed = false;
  pair.server.on_data = [&](StreamRecord& r, Bytes) {
    if (std::exchange(was_closed, true)) return;
    engine::Connection& c = *server->handle;
    c.close(4, "enough");
    EXPECT_FALSE(c.id().empty());
    EXPECT_EQ(c.path().socket, &pair.server);
    EXPECT_GE(r.handle->id(), 0);
    c.detach();
    for (StreamRecord* s : server->streams) s->handle = nullptr;
    server->handle = nullptr;
  };
  StreamRecord* s = nullptr;
  open_stream(s);
  ASSERT_TRUE(run_until([&] { return client->closes == 1; }));
  EXPECT_TRUE(was_closed);
  EXPECT_EQ(client->close.code, 4U);
}

// "Never from inside this call": a connect that cannot work fails later, too.
TEST_F(CallOrder, TheOutcomeOfConnectIsToldLater) {
  start();
  pair.server.endpoint->set_accepting(&pair.server, false);
  const std::size_t before = told();
  ConnectionRecord* c = pair.client.connect(pair.server);
  EXPECT_EQ(told(), before);
  const engine::Path path{pair.client.address, pair.server.address, &pair.client};
  pair.client.endpoint->path_failed(pair.now, path, ECONNREFUSED);
  EXPECT_EQ(told(), before);
  ASSERT_TRUE(run_until([&] { return c->closes == 1; }));
  EXPECT_EQ(c->close.error, US_QUIC_E_REFUSED);
}

}  // namespace
}  // namespace usquic::test
