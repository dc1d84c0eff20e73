// The receive side that pauses, and the send side that is full.
#include <gtest/gtest.h>

#include <set>

#include "harness.h"

namespace usquic::test {
namespace {

std::string pattern(std::size_t length) {
  std::string text(length, ' ');
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

// Writes `text` to s as it takes it, then FIN.
struct Writer {
  std::string text;
  std::size_t at = 0;
  void go(us_quic_stream_t* s) {
    const ptrdiff_t accepted = us_quic_stream_write(s, text.data() + at, text.size() - at);
    ASSERT_GE(accepted, 0);
    at += static_cast<std::size_t>(accepted);
    if (at == text.size()) us_quic_stream_shutdown(s);
  }
};

TEST(Pause, NothingIsDeliveredAfterItUntilResumeAndTheCreditBoundsWhatIsHeld) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_stream_t* paused = nullptr;
  server.on_stream_data = [&](us_quic_stream_t* s, std::string_view) {
    if (paused == nullptr) us_quic_stream_pause(paused = s);
  };
  Writer writer{pattern(3 << 20)};
  client.on_stream_writable = [&](us_quic_stream_t* s) { writer.go(s); };
  us_quic_connection_t* c = client.connect(server.listen());
  writer.go(open_stream(client, c));
  ASSERT_TRUE(loop.run_until([&] { return paused != nullptr; }));
  const std::size_t before = server.received.size();
  loop.settle(50);
  EXPECT_EQ(server.received.size(), before);
  std::size_t held = 0;
  for (quic::Event* e = paused->held.front(); e != nullptr; e = paused->held.next(e)) held += e->bytes.size();
  EXPECT_LE(held, std::size_t{256} << 10);  // max_stream_data
  us_quic_stream_resume(paused);
  EXPECT_EQ(server.received.size(), before);  // never inside the call
  ASSERT_TRUE(loop.run_until([&] { return server.ended == 1; }));
  EXPECT_TRUE(server.received == writer.text);
}

TEST(Pause, FinAndTheGoodEndAreHeldTooAndComeInOrder) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_stream_t* paused = nullptr;
  server.on_stream_open = [&](us_quic_stream_t* s) {
    us_quic_stream_pause(paused = s);
    us_quic_stream_shutdown(s);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* s = open_stream(client, c);
  write_all(s, "held");
  us_quic_stream_shutdown(s);
  ASSERT_TRUE(loop.run_until([&] { return client.streams_closed == 1; }));
  loop.settle();
  EXPECT_EQ(server.received, "");
  EXPECT_EQ(server.ended, 0);
  EXPECT_EQ(server.streams_closed, 0);
  us_quic_stream_resume(paused);
  ASSERT_TRUE(loop.run_until([&] { return server.streams_closed == 1; }));
  EXPECT_EQ(server.received, "held");
  EXPECT_EQ(server.ended, 1);
  EXPECT_EQ(server.last_stream_close.reason, US_QUIC_OK);
}

TEST(Pause, ResumeAndPauseAgainBeforeAnythingIsDeliveredKeepsAllBytes) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_stream_t* paused = nullptr;
  server.on_stream_open = [&](us_quic_stream_t* s) { us_quic_stream_pause(paused = s); };
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* s = open_stream(client, c);
  write_all(s, "one,");
  ASSERT_TRUE(loop.run_until([&] { return paused != nullptr && !paused->held.empty(); }));
  us_quic_stream_resume(paused);
  us_quic_stream_pause(paused);
  write_all(s, "two");
  us_quic_stream_shutdown(s);
  loop.settle();
  EXPECT_EQ(server.received, "");
  us_quic_stream_resume(paused);
  ASSERT_TRUE(loop.run_until([&] { return server.ended == 1; }));
  EXPECT_EQ(server.received, "one,two");
}

TEST(Pause, ClosingTheConnectionEndsAPausedStream) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_stream_t* paused = nullptr;
  server.on_stream_open = [&](us_quic_stream_t* s) { us_quic_stream_pause(paused = s); };
  us_quic_connection_t* c = client.connect(server.listen());
  write_all(open_stream(client, c), "x");
  ASSERT_TRUE(loop.run_until([&] { return paused != nullptr && !paused->held.empty(); }));
  us_quic_connection_close(c, 0, nullptr);
  ASSERT_TRUE(loop.run_until([&] { return server.closed == 1; }));
  EXPECT_EQ(server.streams_closed, 1);
  EXPECT_EQ(server.last_stream_close.reason, US_QUIC_E_CLOSED);
  EXPECT_EQ(server.received, "x");
  EXPECT_EQ(server.ended, 0);
}

// The peer was told that all of it came.
TEST(Pause, TheEndOfTheConnectionTellsWhatIsHeld) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  us_quic_stream_t* paused = nullptr;
  server.on_stream_open = [&](us_quic_stream_t* s) { us_quic_stream_pause(paused = s); };
  server.on_stream_data = [](us_quic_stream_t* s, std::string_view) { us_quic_stream_pause(s); };
  us_quic_connection_t* c = client.connect(server.listen());
  us_quic_stream_t* s = open_stream(client, c);
  write_all(s, "all of it");
  us_quic_stream_shutdown(s);
  ASSERT_TRUE(loop.run_until([&] { return paused != nullptr && !paused->held.empty(); }));
  us_quic_connection_close(c, 0, nullptr);
  ASSERT_TRUE(loop.run_until([&] { return server.closed == 1; }));
  EXPECT_EQ(server.received, "all of it");
  EXPECT_EQ(server.ended, 1);
  EXPECT_EQ(server.streams_closed, 1);
}

TEST(Writable, ComesAfterAShortWriteAndEveryByteArrivesOnce) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {.send_buffer_bytes = 10000});
  Writer writer{pattern(300000)};
  int writable = 0;
  client.on_stream_writable = [&](us_quic_stream_t* s) {
    ++writable;
    EXPECT_LT(us_quic_stream_buffered(s), 5000U);
    writer.go(s);
  };
  us_quic_connection_t* c = client.connect(server.listen());
  writer.go(open_stream(client, c));
  EXPECT_EQ(writer.at, 10000U);
  ASSERT_TRUE(loop.run_until([&] { return server.ended == 1; }));
  EXPECT_TRUE(server.received == writer.text);
  EXPECT_GT(writable, 10);
}

TEST(Writable, ComesForAStreamThatWasFilledBeforeItsConnectionWasDecided) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {.send_buffer_bytes = 10000});
  Writer writer{pattern(50000)};
  client.on_stream_writable = [&](us_quic_stream_t* s) { writer.go(s); };
  us_quic_connection_t* c = client.connect(server.listen(), "localhost");
  writer.go(open_stream(client, c));
  EXPECT_LT(writer.at, 10000U);
  ASSERT_TRUE(loop.run_until([&] { return server.ended == 1; }));
  EXPECT_TRUE(server.received == writer.text);
}

TEST(WriteStatic, IsReleasedExactlyOnceAlsoWhenItIsNeverSent) {
  TestLoop loop;
  Peer server(loop, {.is_server = true});
  Peer client(loop, {});
  std::multiset<int> released;
  struct Note {
    std::multiset<int>* to;
    int which;
  } sent{&released, 1}, unsent{&released, 2}, racing{&released, 3};
  const auto release = [](void* user) {
    auto* note = static_cast<Note*>(user);
    note->to->insert(note->which);
  };
  static constexpr char text[] = "static bytes";
  const int port = us_quic_listen_socket_port(server.listen());
  us_quic_connection_t* c = client.connect(port);
  us_quic_stream_t* s = open_stream(client, c);
  EXPECT_EQ(us_quic_stream_write_static(s, text, 12, release, &sent), 12);
  us_quic_stream_t* closed = open_stream(client, c);
  EXPECT_EQ(us_quic_stream_write_static(closed, text, 12, release, &unsent), 12);
  us_quic_stream_close(closed);
  us_quic_stream_t* early = open_stream(client, client.connect(port, "localhost"));
  EXPECT_EQ(us_quic_stream_write_static(early, text, 12, release, &racing), 12);
  us_quic_stream_close(early);
  ASSERT_TRUE(loop.run_until([&] { return server.received == text; }));
  loop.settle(50);
  us_quic_socket_context_close(client.context);
  loop.settle(50);
  us_quic_socket_context_free(client.context);
  client.forget();
  EXPECT_EQ(released, (std::multiset<int>{1, 2, 3}));
}

}  // namespace
}  // namespace usquic::test
