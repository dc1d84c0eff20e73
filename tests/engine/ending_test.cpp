// How connections end: close, detach, shutdown, failure.
#include <cerrno>

#include "contract.h"
#include "support/http3_message.h"

namespace usquic::test {
namespace {

using Ending = Contract;

TEST_F(Ending, CloseTellsThePeerCodeAndReason) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  pair.client.close(*client, 5, "that was all");
  ASSERT_TRUE(run_until([&] { return server->closes == 1; }));
  EXPECT_EQ(server->close.is_remote, 1);
  EXPECT_EQ(server->close.is_application, 1);
  EXPECT_EQ(server->close.code, 5U);
  EXPECT_EQ(server->close.error, US_QUIC_E_APPLICATION);
  EXPECT_EQ(server->close_reason, "that was all");
}

// "No callback names this connection or its streams again, but the objects stay until detach()."
TEST_F(Ending, CloseIsTheLastThatTheCallerHearsOfIt) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  remote->write("under way");
  pair.server.endpoint->flush(pair.now, pair.server);
  const std::size_t before = pair.client.log.size();
  client->handle->close(1, "");
  settle();
  EXPECT_EQ(pair.client.log.size(), before);
  EXPECT_FALSE(client->handle->id().empty());
  EXPECT_GE(s->handle->id(), 0);
  client->handle->detach();
  s->handle = nullptr;
  client->handle = nullptr;
  settle();
  EXPECT_EQ(pair.client.log.size(), before);
  EXPECT_EQ(server->closes, 1);
}

TEST_F(Ending, DetachClosesWhatWasNotClosed) {
  join();
  std::exchange(client->handle, nullptr)->detach();
  ASSERT_TRUE(run_until([&] { return server->closes == 1; }));
  EXPECT_EQ(client->closes, 0);
}

TEST_F(Ending, StreamsAreClosedBeforeTheirConnection) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  pair.client.close(*client, 6);
  ASSERT_TRUE(run_until([&] { return server->closes == 1; }));
  EXPECT_EQ(remote->closes, 1);
  EXPECT_EQ(remote->close.reason, US_QUIC_E_CLOSED);
  const std::vector<std::string>& log = pair.server.log;
  EXPECT_EQ(log.back(), "connection_close");
  EXPECT_EQ(log[log.size() - 2], "stream_close");
}

// "Why the connection ends, ... inside the on_stream_close() of its streams."
TEST_F(Ending, FailureIsKnownWhileStreamsAreTold) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  int seen = 0;
  pair.server.on_stream_closed = [&](StreamRecord& r) {
    const auto failure = r.connection->handle->failure();
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, 9U);
    EXPECT_EQ(std::string_view(failure->reason, failure->reason_length), "why");
    ++seen;
  };
  pair.server.on_closed = [&](ConnectionRecord& c) { EXPECT_FALSE(c.handle->failure()); };
  pair.client.close(*client, 9, "why");
  ASSERT_TRUE(run_until([&] { return server->closes == 1; }));
  EXPECT_EQ(seen, 1);
}

// "While there is a failure(), the CONNECTION_CLOSE carries that": no event comes twice, no close is late.
TEST_F(Ending, CloseInsideTheEndChangesNothing) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  pair.server.on_stream_closed = [&](StreamRecord& r) { r.connection->handle->close(77, "mine"); };
  pair.client.close(*client, 9, "why");
  settle();
  EXPECT_EQ(client->closes, 0);
  EXPECT_LE(server->closes, 1);
}

TEST_F(Ending, ShutdownOfARawConnectionWaitsForItsStreams) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  client->handle->shutdown();
  settle();
  EXPECT_EQ(client->closes, 0);
  remote->write("last words");
  remote->handle->finish();
  s->handle->finish();
  ASSERT_TRUE(run_until([&] { return client->closes == 1 && server->closes == 1; }));
  EXPECT_EQ(s->body, "last words");
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  EXPECT_EQ(client->close.error, US_QUIC_OK);
  EXPECT_EQ(server->close.error, US_QUIC_OK);
}

TEST_F(Ending, ShutdownOfHttp3SendsGoawayAndLetsRequestsFinish) {
  join("h3");
  StreamRecord* request = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  server->handle->shutdown();
  ASSERT_TRUE(run_until([&] { return client->goaways == 1; }));
  EXPECT_EQ(client->closes, 0);
  answer(*pair.server.streams[0], "answer");
  ASSERT_TRUE(run_until([&] { return request->closes == 1; }));
  EXPECT_EQ(request->body, "answer");
  EXPECT_EQ(request->close.reason, US_QUIC_OK);
  ASSERT_TRUE(run_until([&] { return client->closes == 1 && server->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_OK);
}

TEST_F(Ending, NoStreamIsCreatedInAConnectionThatShutsDown) {
  join("h3");
  StreamRecord* request = ask(pair.client, *client);
  ASSERT_NE(request, nullptr);
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  server->handle->shutdown();
  ASSERT_TRUE(run_until([&] { return client->goaways == 1; }));
  const auto create = [this] {
    return client->handle->create_stream(engine::Direction::bidirectional, nullptr).error();
  };
  EXPECT_EQ(create(), US_QUIC_E_GOAWAY);
}

TEST_F(Ending, NoStreamIsCreatedAfterTheOwnShutdown) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  client->handle->shutdown();
  EXPECT_EQ(client->handle->create_stream(engine::Direction::bidirectional, nullptr).error(),
            US_QUIC_E_STATE);
}

TEST_F(Ending, ByIcmpIsForConnectionsWithoutAHandshake) {
  join();
  const engine::Path path{pair.client.address, pair.server.address, &pair.client};
  pair.client.endpoint->path_failed(pair.now, path, EHOSTUNREACH);
  settle();
  EXPECT_EQ(client->closes, 0);
  pair.server.endpoint->set_accepting(&pair.server, false);
  ConnectionRecord* late = pair.client.connect(pair.server);
  pair.client.endpoint->path_failed(pair.now, path, EHOSTUNREACH);
  ASSERT_TRUE(run_until([&] { return late->closes == 1; }));
  EXPECT_EQ(late->close.error, US_QUIC_E_UNREACHABLE);
  EXPECT_EQ(client->closes, 0);
}

TEST_F(Ending, AnEndpointThatIsDestroyedTellsNobodyAndReleases) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  ASSERT_GT(s->handle->write_static(as_bytes("static"), Lent::release, &lent), 0);
  const std::size_t before = told();
  pair.client.kill();
  EXPECT_EQ(told(), before);
  EXPECT_EQ(lent.released, 1);
}

TEST_F(Ending, AnIdleConnectionIsGivenUp) {
  pair.client.config.idle_timeout = std::chrono::seconds(3);
  join();
  if (!capabilities().virtual_time) GTEST_SKIP() << "this engine reads a clock of its own";
  const TimePoint begun = pair.now;
  EXPECT_NE(pair.client.endpoint->deadline(), never);
  ASSERT_TRUE(pair.run(std::chrono::seconds(20), [&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_IDLE_TIMEOUT);
  EXPECT_LE(pair.now - begun, std::chrono::seconds(4));
}

TEST_F(Ending, AHandshakeThatNobodyAnswersIsGivenUp) {
  pair.client.config.handshake_timeout = std::chrono::seconds(2);
  start();
  if (!capabilities().virtual_time) GTEST_SKIP() << "this engine reads a clock of its own";
  pair.filter = [](Packet&) { return false; };
  const TimePoint begun = pair.now;
  client = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(std::chrono::seconds(20), [&] { return client->closes == 1; }));
  EXPECT_EQ(client->close.error, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_EQ(pair.now - begun, std::chrono::seconds(2));
}

}  // namespace
}  // namespace usquic::test
