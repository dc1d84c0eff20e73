#include "tcp/connection.h"

#include "fixture.h"

namespace usquic::tcp::test {
namespace {

using Connections = TcpTest;

TEST_F(Connections, EchoWhatComes) {
  recorder_.echoes = true;
  listen();
  RawClient client(listener_.local_address());
  client.send("hello");
  EXPECT_TRUE(run_until([&] { return client.receive().received == "hello"; }));
  EXPECT_EQ(recorder_.first().data, "hello");
  EXPECT_EQ(recorder_.first().opens, 1);
  client.finish();
  EXPECT_TRUE(run_until([&] { return recorder_.first().ends == 1; }));
  EXPECT_EQ(recorder_.latest->tls(), nullptr);
}

TEST_F(Connections, TellTheirAddressesAndRoundTripTime) {
  listen();
  RawClient client(listener_.local_address());
  client.send("x");
  ASSERT_TRUE(run_until([&] { return !recorder_.heard.empty() && recorder_.first().data == "x"; }));
  const Socket& socket = recorder_.latest->socket();
  EXPECT_EQ(socket.local_address(), listener_.local_address());
  EXPECT_EQ(socket.remote_address().ip_string(), "127.0.0.1");
  ASSERT_TRUE(socket.smoothed_rtt().has_value());
  EXPECT_GT(*socket.smoothed_rtt(), Duration::zero());
  EXPECT_LT(*socket.smoothed_rtt(), std::chrono::seconds(1));
}

TEST_F(Connections, GoOnSendingWhenThePeerHasEnded) {
  recorder_.ended = [](Connection& connection) { connection.write(as_bytes("the answer")); };
  listen();
  RawClient client(listener_.local_address());
  client.send("question");
  client.finish();
  EXPECT_TRUE(run_until([&] { return client.receive().received == "the answer"; }));
  loop_.settle();
  EXPECT_FALSE(client.receive().has_ended);
  EXPECT_EQ(recorder_.first().closes, 0);
  recorder_.latest->write_end();
  EXPECT_TRUE(run_until([&] { return client.receive().has_ended; }));
  EXPECT_EQ(recorder_.first().closes, 1);
  EXPECT_EQ(recorder_.first().error, 0);
}

TEST_F(Connections, GoOnReceivingWhenTheyHaveEnded) {
  recorder_.opened = [](Connection& connection) {
    connection.write(as_bytes("first and last"));
    connection.write_end();
    EXPECT_TRUE(connection.write(as_bytes("nobody hears this")));
  };
  listen();
  RawClient client(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return client.receive().has_ended; }));
  EXPECT_EQ(client.received, "first and last");
  client.send("still here");
  EXPECT_TRUE(run_until([&] { return recorder_.first().data == "still here"; }));
  EXPECT_EQ(recorder_.first().closes, 0);
  client.finish();
  EXPECT_TRUE(run_until([&] { return recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().error, 0);
}

TEST_F(Connections, KeepWhatTheClientDoesNotRead) {
  listen();
  RawClient client(listener_.local_address(), 1 << 20);
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  Connection& connection = *recorder_.latest;
  const std::string body = pattern(16 << 20);
  EXPECT_FALSE(connection.write(as_bytes(body)));
  EXPECT_EQ(connection.buffered(), body.size());
  loop_.settle();
  const std::size_t waiting = connection.buffered();
  EXPECT_GT(waiting, 8U << 20);
  loop_.settle();
  EXPECT_EQ(connection.buffered(), waiting);
  EXPECT_EQ(recorder_.first().writables, 0);
  EXPECT_TRUE(run_until([&] { return client.receive().received.size() == body.size(); }));
  EXPECT_TRUE(client.received == body);
  EXPECT_EQ(recorder_.first().writables, 1);
  EXPECT_EQ(connection.buffered(), 0U);
  EXPECT_TRUE(connection.write(as_bytes("more")));
}

// The kernel would take some megabytes at once.
TEST_F(Connections, SendABoundedAmountAnIteration) {
  constexpr std::size_t body = 4 << 20;
  constexpr std::size_t bound = 256 << 10;
  recorder_.opened = [](Connection& connection) { connection.write(as_bytes(pattern(body))); };
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  EXPECT_EQ(recorder_.latest->buffered(), body - bound);
  us_loop_tick(loop_.get());
  EXPECT_EQ(recorder_.latest->buffered(), body - 2 * bound);
  EXPECT_TRUE(run_until([&] { return client.receive().received.size() == body; }));
}

TEST_F(Connections, ReadNothingWhilePaused) {
  recorder_.received = [](Connection& connection) { connection.pause(); };
  listen();
  RawClient client(listener_.local_address());
  client.send("one");
  ASSERT_TRUE(run_until([&] { return !recorder_.heard.empty() && recorder_.first().data == "one"; }));
  client.send("two");
  client.finish();
  loop_.settle();
  EXPECT_EQ(recorder_.first().data, "one");
  EXPECT_EQ(recorder_.first().ends, 0);
  recorder_.latest->resume();
  EXPECT_TRUE(run_until([&] { return recorder_.first().data == "onetwo"; }));
  loop_.settle();
  EXPECT_EQ(recorder_.first().ends, 0);
  recorder_.latest->resume();
  EXPECT_TRUE(run_until([&] { return recorder_.first().ends == 1; }));
}

// Both directions have a FIN, and there is still something to read.
TEST_F(Connections, WaitForResumeWhenBothSidesHaveEnded) {
  recorder_.opened = [](Connection& connection) {
    connection.pause();
    connection.write_end();
  };
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return client.receive().has_ended; }));
  client.send("late");
  client.finish();
  loop_.settle();
  EXPECT_EQ(recorder_.first().data, "");
  EXPECT_EQ(recorder_.first().closes, 0);
  const long long before = us_loop_iteration_number(loop_.get());
  loop_.settle(50);
  EXPECT_LT(us_loop_iteration_number(loop_.get()) - before, 5);  // it does not spin
  recorder_.latest->resume();
  EXPECT_TRUE(run_until([&] { return recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().data, "late");
  EXPECT_EQ(recorder_.first().ends, 1);
  EXPECT_EQ(recorder_.first().error, 0);
}

TEST_F(Connections, AreClosedByAResetOfThePeer) {
  for (const bool is_paused : {false, true}) {
    recorder_.opened = [=](Connection& connection) {
      if (is_paused) connection.pause();
    };
    if (!listener_.is_open()) listen();
    RawClient client(listener_.local_address());
    const std::size_t known = recorder_.heard.size();
    ASSERT_TRUE(run_until([&] { return recorder_.heard.size() > known; }));
    client.reset();
    EXPECT_TRUE(run_until([&] { return recorder_.heard.back().closes == 1; }));
    EXPECT_EQ(recorder_.heard.back().error, US_QUIC_E_RESET);
    EXPECT_EQ(recorder_.heard.back().ends, 0);
  }
}

TEST_F(Connections, WriteToAPeerThatIsGone) {
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  recorder_.latest->pause();
  client.close();
  recorder_.latest->write(as_bytes(pattern(100)));
  loop_.settle();
  if (recorder_.latest != nullptr) recorder_.latest->write(as_bytes(pattern(100)));
  EXPECT_TRUE(run_until([&] { return recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_RESET);
}

TEST_F(Connections, AbortWithAReset) {
  recorder_.received = [](Connection& connection) {
    connection.write(as_bytes("never sent"));
    connection.abort();
  };
  listen();
  RawClient client(listener_.local_address());
  client.send("x");
  EXPECT_TRUE(run_until([&] { return client.receive().error != 0; }));
  EXPECT_EQ(client.error, ECONNRESET);
  EXPECT_EQ(client.received, "");
  EXPECT_EQ(recorder_.first().error, 0);
}

// close() inside each callback: the connection can still be read there, and hears of nothing but its end.
TEST_F(Connections, MayBeClosedInsideEveryCallback) {
  const auto closes = [](Connection& connection) {
    connection.close(US_QUIC_E_APPLICATION);
    EXPECT_EQ(connection.state(), Connection::State::closed);
    EXPECT_EQ(connection.buffered(), 0U);
    connection.write(as_bytes("x"));
    connection.write_end();
    connection.pause();
    connection.resume();
    connection.set_deadline(Duration(1));
    connection.abort();
    connection.close();
    EXPECT_FALSE(connection.socket().local_address().is_specified());
    EXPECT_FALSE(connection.socket().smoothed_rtt().has_value());
  };
  Recorder::Action* const places[] = {&recorder_.accepting, &recorder_.opened,   &recorder_.received,
                                      &recorder_.ended,     &recorder_.writable, &recorder_.expired};
  listen();
  for (Recorder::Action* place : places) {
    recorder_.accepting = recorder_.opened = recorder_.received = recorder_.ended = recorder_.writable =
        recorder_.expired = {};
    if (place == &recorder_.writable)
      recorder_.opened = [](Connection& connection) { connection.write(as_bytes(pattern(100'000))); };
    if (place == &recorder_.expired)
      recorder_.opened = [](Connection& connection) {
        connection.set_deadline(std::chrono::milliseconds(1));
      };
    bool was_called = false;
    *place = [&](Connection& connection) {
      was_called = true;
      closes(connection);
    };
    const std::size_t known = recorder_.heard.size();
    RawClient client(listener_.local_address());
    if (place != &recorder_.expired) client.send("x");
    if (place == &recorder_.ended) client.finish();
    EXPECT_TRUE(
        run_until([&] { return recorder_.heard.size() > known && recorder_.heard.back().closes == 1; }));
    EXPECT_TRUE(was_called);
    EXPECT_EQ(recorder_.heard.back().error, US_QUIC_E_APPLICATION);
    EXPECT_EQ(listener_.counts().open, 0U);
  }
}

TEST_F(Connections, OfOthersMayBeClosedInsideACallback) {
  recorder_.received = [this](Connection&) {
    for (Connection* each : recorder_.connections) each->close();
  };
  recorder_.closed = [this](Connection&) {
    for (Connection* each : recorder_.connections) EXPECT_EQ(each->state(), Connection::State::closed);
  };
  listen();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(std::make_unique<RawClient>(listener_.local_address()));
  ASSERT_TRUE(run_until([&] { return recorder_.heard.size() == clients.size(); }));
  clients[0]->send("x");
  clients[3]->send("x");
  EXPECT_TRUE(run_until([&] { return recorder_.closes() == clients.size(); }));
  recorder_.connections.clear();
}

TEST_F(Connections, AreClosedWhenTheLoopIsFreed) {
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  loop_.free();
  EXPECT_EQ(recorder_.first().closes, 1);
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_CLOSED);
  EXPECT_FALSE(listener_.is_open());
}

TEST_F(Connections, EndAtTheirDeadline) {
  recorder_.opened = [](Connection& connection) { connection.set_deadline(std::chrono::milliseconds(20)); };
  listen();
  RawClient client(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return !recorder_.heard.empty() && recorder_.first().closes == 1; }));
  EXPECT_EQ(recorder_.first().deadlines, 1);
  EXPECT_EQ(recorder_.first().error, US_QUIC_E_IDLE_TIMEOUT);
}

TEST_F(Connections, DeadlinesAreTheHandlersToAnswerMoveAndClear) {
  recorder_.opened = [](Connection& connection) { connection.set_deadline(std::chrono::milliseconds(5)); };
  recorder_.expired = [](Connection& connection) {
    connection.write(as_bytes("hurry up"));
    connection.set_deadline(std::chrono::hours(1));
  };
  listen();
  RawClient client(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return client.receive().received == "hurry up"; }));
  loop_.settle(30);
  EXPECT_EQ(recorder_.first().deadlines, 1);
  recorder_.latest->set_deadline(std::chrono::milliseconds(5));
  recorder_.latest->clear_deadline();
  loop_.settle(30);
  EXPECT_EQ(recorder_.first().deadlines, 1);
}

TEST_F(Connections, CarryMuchBothWays) {
  recorder_.echoes = true;
  listen();
  RawClient client(listener_.local_address());
  const std::string body = pattern(20 << 20);
  std::string outgoing = body;
  EXPECT_TRUE(run_until([&] {
    if (!outgoing.empty()) client.send(outgoing);
    return client.receive().received.size() == body.size();
  }));
  EXPECT_TRUE(client.received == body);
  EXPECT_TRUE(recorder_.first().data == body);
  EXPECT_LE(recorder_.longest_data, 64U << 10);
}

}  // namespace
}  // namespace usquic::tcp::test
