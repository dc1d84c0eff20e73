#include "engine/ngtcp2/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

// A server that sends back what it gets, also more than its buffer takes, and finishes when the client does.
class Echo {
 public:
  explicit Echo(EnginePair& pair) {
    pair.server.on_data = [this](StreamRecord& s, Bytes data) {
      pending_[&s] += as_text(data);
      pump(s);
    };
    pair.server.on_stream_writable = [this](StreamRecord& s) { pump(s); };
    pair.server.on_fin = [this](StreamRecord& s) { pump(s); };
  }

 private:
  void pump(StreamRecord& s) {
    std::string& text = pending_[&s];
    const auto accepted = s.write(text);
    if (accepted > 0) text.erase(0, static_cast<std::size_t>(accepted));
    if (text.empty() && s.ended) s.handle->finish();
  }

  std::map<StreamRecord*, std::string> pending_;
};

std::string pattern(std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(i * 31 + i / 251);
  return text;
}

// Writes all of `text` and finishes, as fast as the buffer takes it.
void send_all(Side& side, StreamRecord& s, std::string text) {
  auto rest = std::make_shared<std::string>(std::move(text));
  const auto pump = [rest](StreamRecord& stream) {
    const auto accepted = stream.write(*rest);
    ASSERT_GE(accepted, 0);
    rest->erase(0, static_cast<std::size_t>(accepted));
    if (rest->empty()) {
      EXPECT_EQ(stream.handle->finish(), 0);
    }
  };
  side.on_stream_writable = pump;
  pump(s);
}

TEST(RawStream, EchoesNothingAndTheFin) {
  EnginePair pair;
  Echo echo(pair);
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->handle->id(), -1);
  EXPECT_EQ(s->handle->finish(), 0);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->id, 0);
  EXPECT_EQ(s->body, "");
  EXPECT_TRUE(s->ended);
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  pair.run(milliseconds(100));
  EXPECT_THAT(pair.server.log,
              ElementsAre("connection_open", "handshake", "stream_open", "end", "stream_close"));
}

TEST(RawStream, CarriesFourMebibytesBothWays) {
  EnginePair pair;
  Echo echo(pair);
  ASSERT_TRUE(pair.join("echo"));
  const std::string text = pattern(4 << 20);
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  send_all(pair.client, *s, text);
  ASSERT_TRUE(pair.run(seconds(60), [s] { return s->closes == 1; }));
  EXPECT_TRUE(s->body == text);
  EXPECT_TRUE(s->ended);
  EXPECT_GT(s->writable, 0);
  // Runs were filled: most bytes went out in runs of more than ten packets.
  std::size_t in_long_runs = 0;
  for (const auto& [length, segment] : pair.client.runs) {
    if (length > 10 * segment) in_long_runs += length;
  }
  EXPECT_GT(in_long_runs, text.size() / 2);
}

TEST(RawStream, CreatedBeforeTheHandshakeOpensAfterIt) {
  EnginePair pair;
  Echo echo(pair);
  pair.start();
  ConnectionRecord* c = pair.client.connect(pair.server);
  StreamRecord* s = pair.client.create_stream(*c);
  EXPECT_EQ(s->write("early bird"), 10);
  EXPECT_EQ(s->handle->finish(), 0);
  ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->body, "early bird");
  EXPECT_THAT(pair.client.log, ElementsAre("handshake", "stream_open", "body", "end", "stream_close"));
}

TEST(RawStream, WaitsForStreamCredit) {
  EnginePair pair;
  pair.server.config.max_streams_bidi = 2;
  Echo echo(pair);
  ASSERT_TRUE(pair.join("echo"));
  EXPECT_EQ(pair.connection->handle->max_streams(), 2u);
  for (int i = 0; i < 10; ++i) {
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    s->write("number " + std::to_string(i));
    s->handle->finish();
  }
  EXPECT_EQ(pair.connection->handle->max_streams(), 0u);
  pair.run(milliseconds(1));
  EXPECT_EQ(std::ranges::count(pair.client.log, "stream_open"), 2);
  ASSERT_TRUE(
      pair.run(seconds(5), [&] { return std::ranges::count(pair.client.log, "stream_close") == 10; }));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(pair.client.streams[i]->body, "number " + std::to_string(i));
}

TEST(RawStream, ManyAtOnceShareTheConnection) {
  EnginePair pair;
  Echo echo(pair);
  ASSERT_TRUE(pair.join("echo"));
  const std::string text = pattern(20000);
  for (int i = 0; i < 80; ++i) {
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    ASSERT_EQ(s->write(text), 20000);
    s->handle->finish();
  }
  ASSERT_TRUE(
      pair.run(seconds(30), [&] { return std::ranges::count(pair.client.log, "stream_close") == 80; }));
  for (const auto& s : pair.client.streams) EXPECT_TRUE(s->body == text);
}

TEST(RawStream, ResetReachesThePeerWithItsCode) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("half a sent");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  EXPECT_EQ(s->handle->reset(77), 0);
  EXPECT_EQ(s->write("no more"), US_QUIC_E_STATE);
  StreamRecord* peer = pair.server.streams[0].get();
  ASSERT_TRUE(pair.run(seconds(1), [peer] { return peer->reset.has_value(); }));
  EXPECT_EQ(*peer->reset, 77u);
  EXPECT_FALSE(peer->ended);
  peer->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return s->closes == 1 && peer->closes == 1; }));
  EXPECT_EQ(s->close.reason, US_QUIC_E_CLOSED);
  EXPECT_EQ(peer->close.reason, US_QUIC_E_RESET);
  EXPECT_EQ(peer->close.code, 77u);
}

// RFC 9000 section 3.5. Who waits for something else, and writes nothing, hears of it too.
TEST(RawStream, StopReachesAnIdleWriterAtOnceWithItsCode) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("to be stopped");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  pair.run(milliseconds(100));
  EXPECT_EQ(pair.server.streams[0]->handle->stop(99), 0);
  ASSERT_TRUE(pair.run(milliseconds(100), [s] { return s->stopped.has_value(); }));
  EXPECT_EQ(s->stopped, 99u);
  EXPECT_EQ(s->write("more"), US_QUIC_E_STOPPED);
  EXPECT_EQ(std::ranges::count(pair.client.log, "stop"), 1);
}

TEST(RawStream, StopReachesTheWriter) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  s->write("to be stopped");
  ASSERT_TRUE(pair.run(seconds(1), [&] { return !pair.server.streams.empty(); }));
  StreamRecord* peer = pair.server.streams[0].get();
  EXPECT_EQ(peer->handle->stop(99), 0);
  pair.run(milliseconds(100));
  s->write("more");
  ASSERT_TRUE(pair.run(seconds(1), [s] { return s->stopped.has_value(); }));
  EXPECT_EQ(s->write("even more"), US_QUIC_E_STOPPED);
  EXPECT_EQ(s->handle->buffered(), 0u);
  peer->handle->finish();
  ASSERT_TRUE(pair.run(seconds(1), [&] { return s->closes == 1 && peer->closes == 1; }));
  EXPECT_EQ(s->close.reason, US_QUIC_E_STOPPED);
  EXPECT_EQ(s->close.code, 99u);
}

TEST(RawStream, GivesNoCreditForWhatIsNotConsumed) {
  EnginePair pair;
  pair.server.consume_at_once = false;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->write(pattern(600000)), 600000);
  pair.run(seconds(2));
  StreamRecord* peer = pair.server.streams[0].get();
  EXPECT_EQ(peer->body.size(), 256u << 10);  // the stream's window
  peer->handle->consume(peer->body.size());
  const std::size_t before = peer->body.size();
  pair.run(seconds(2));
  EXPECT_GT(peer->body.size(), before);
}

TEST(RawStream, CreditsTheConnectionWhenItEndsUnread) {
  EnginePair pair;
  pair.server.consume_at_once = false;
  pair.server.config.max_data = 300 << 10;
  pair.server.config.max_data_limit = 300 << 10;
  ASSERT_TRUE(pair.join("echo"));
  for (int i = 0; i < 6; ++i) {
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    s->write(pattern(200 << 10));
    s->handle->finish();
    ASSERT_TRUE(pair.run(seconds(2), [&, i] {
      return pair.server.streams.size() == static_cast<std::size_t>(i) + 1 &&
             pair.server.streams.back()->ended;
    })) << i;
    pair.server.streams.back()->handle->finish();
    ASSERT_TRUE(pair.run(seconds(2), [s] { return s->closes == 1; })) << i;
  }
}

TEST(RawStream, AcceptsNoMoreThanItsSendBuffer) {
  EnginePair pair;
  pair.client.config.send_buffer_bytes = 1000;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->write(pattern(1500)), 1000);
  EXPECT_EQ(s->write("x"), 0);
  EXPECT_EQ(s->handle->buffered(), 1000u);
  EXPECT_EQ(s->writable, 0);
  ASSERT_TRUE(pair.run(seconds(1), [s] { return s->writable == 1; }));
  EXPECT_EQ(s->handle->buffered(), 0u);
}

TEST(RawStream, ReleasesStaticMemoryOnceWhenAcknowledged) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  const std::string text = pattern(50000);
  int released = 0;
  const auto release = [](void* user) { ++*static_cast<int*>(user); };
  EXPECT_EQ(s->handle->write_static(as_bytes(text), release, &released), 50000);
  EXPECT_EQ(released, 0);
  ASSERT_TRUE(pair.run(seconds(2), [&] { return released == 1; }));
  EXPECT_TRUE(pair.server.streams[0]->body == text);
  pair.run(seconds(1));
  EXPECT_EQ(released, 1);
}

TEST(RawStream, RefusesHeaders) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  const us_quic_header_t field{":method", 7, "GET", 3, 0};
  EXPECT_EQ(s->handle->send_headers({&field, 1}, true), US_QUIC_E_STATE);
}

TEST(RawStream, DetachedStillSendsWhatWasWritten) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  const std::string text = pattern(300000);
  EXPECT_EQ(s->write(text), 300000);
  s->handle->finish();
  s->handle->detach();
  ASSERT_TRUE(
      pair.run(seconds(5), [&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  EXPECT_TRUE(pair.server.streams[0]->body == text);
  EXPECT_EQ(std::ranges::count(pair.client.log, "stream_close"), 0);
}

TEST(RawStream, DetachedUnfinishedIsNoCleanEnd) {
  EnginePair pair;
  ASSERT_TRUE(pair.join("echo"));
  StreamRecord* s = pair.client.create_stream(*pair.connection);
  EXPECT_EQ(s->write("unfinished"), 10);
  s->handle->detach();
  ASSERT_TRUE(
      pair.run(seconds(5), [&] { return !pair.server.streams.empty() && pair.server.streams[0]->reset; }));
  EXPECT_FALSE(pair.server.streams[0]->ended);
}

}  // namespace
}  // namespace usquic::test
