// Bytes, header sections and ends of streams.
#include "contract.h"
#include "support/http3_message.h"

namespace usquic::test {
namespace {

using Streams = Contract;

TEST_F(Streams, CarryBytesInOrderAndTheirEnd) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s, "one ");
  ASSERT_NE(remote, nullptr);
  s->write("two ");
  s->write("three");
  EXPECT_EQ(s->handle->finish(), 0);
  ASSERT_TRUE(run_until([&] { return remote->ended; }));
  EXPECT_EQ(remote->body, "one two three");
  EXPECT_EQ(s->handle->buffered(), 0U);
  remote->handle->finish();
  ASSERT_TRUE(run_until([&] { return s->closes == 1 && remote->closes == 1; }));
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  EXPECT_EQ(remote->close.reason, US_QUIC_OK);
}

TEST_F(Streams, TakeNothingAfterTheirEnd) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  EXPECT_EQ(s->handle->finish(), 0);
  EXPECT_EQ(s->write("late"), US_QUIC_E_STATE);
  EXPECT_EQ(s->handle->write_static(as_bytes("late"), Lent::release, &lent), US_QUIC_E_STATE);
  settle();
  EXPECT_EQ(lent.released, 0);  // not when an error was returned
}

TEST_F(Streams, TakeNoMoreThanTheirSendBuffer) {
  pair.client.config.send_buffer_bytes = 1000;
  pair.server.config.max_stream_data = pair.server.config.max_stream_data_limit = 4000;
  pair.server.consume_at_once = false;
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s, "x");
  ASSERT_NE(remote, nullptr);
  const std::string block(800, 'b');
  while (s->write(block) == 800) settle();
  settle();
  EXPECT_EQ(s->write(block), 0);
  EXPECT_LE(s->handle->buffered(), 1000U);
  EXPECT_GT(s->handle->buffered(), 500U);
  EXPECT_EQ(s->writable, 0);
  // "After a write that accepted less than offered: less than half is now unsent."
  remote->handle->consume(remote->body.size());
  ASSERT_TRUE(run_until([&] { return s->writable == 1; }));
  EXPECT_LT(s->handle->buffered(), 500U);
}

// "Unconsumed bytes give no credit": what a peer may send ahead is bounded by the window.
TEST_F(Streams, GiveNoCreditForWhatIsNotConsumed) {
  pair.server.config.max_stream_data = pair.server.config.max_stream_data_limit = 3000;
  pair.server.consume_at_once = false;
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s, "x");
  ASSERT_NE(remote, nullptr);
  const std::string block(10'000, 'b');
  ASSERT_EQ(s->write(block), 10'000);
  settle();
  EXPECT_EQ(remote->body.size(), 3000U);
  remote->handle->consume(3000);
  ASSERT_TRUE(run_until([&] { return remote->body.size() > 3000; }));
  settle();
  EXPECT_LE(remote->body.size(), 6000U);
}

// "Bytes that on_body() delivered and that nobody consumed": credited when the stream ends.
TEST_F(Streams, ThatEndUnreadLeaveTheConnectionItsCredit) {
  pair.server.config.max_data = pair.server.config.max_data_limit = 4000;
  pair.server.consume_at_once = false;
  join();
  for (int i = 0; i < 5; ++i) {
    StreamRecord* s = nullptr;
    StreamRecord* remote = open_stream(s, std::string(2000, 'b'));
    ASSERT_NE(remote, nullptr) << "stream " << i;
    s->handle->finish();
    remote->handle->finish();
    ASSERT_TRUE(run_until([&] { return remote->closes == 1; })) << "stream " << i;
  }
}

TEST_F(Streams, ResetReachesThePeerWithItsCode) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  EXPECT_EQ(s->handle->reset(11), 0);
  ASSERT_TRUE(run_until([&] { return remote->reset.has_value(); }));
  EXPECT_EQ(*remote->reset, 11U);
  EXPECT_FALSE(remote->ended);
}

TEST_F(Streams, StopReachesTheWriterWithItsCode) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  EXPECT_EQ(remote->handle->stop(12), 0);
  ASSERT_TRUE(run_until([&] { return s->stopped.has_value(); }));
  EXPECT_EQ(*s->stopped, 12U);
  EXPECT_EQ(s->write("more"), US_QUIC_E_STOPPED);
}

TEST_F(Streams, ResetAndStopOfBothEndTheStream) {
  join();
  if (!capabilities().error_codes) GTEST_SKIP() << "this engine carries no codes of the application";
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  s->handle->reset(1);
  s->handle->stop(2);
  ASSERT_TRUE(run_until([&] { return s->closes == 1 && remote->closes == 1; }));
  EXPECT_NE(remote->close.reason, US_QUIC_OK);
  settle();
  EXPECT_EQ(s->closes, 1);
  EXPECT_EQ(remote->closes, 1);
}

// "No callback names this stream again. Bytes written and not reset are still sent."
TEST_F(Streams, DetachedOnesAreSilentAndStillSend) {
  join();
  StreamRecord* s = nullptr;
  StreamRecord* remote = open_stream(s);
  ASSERT_NE(remote, nullptr);
  s->write(" and the rest");
  s->handle->finish();
  std::exchange(s->handle, nullptr)->detach();
  const std::size_t before = pair.client.log.size();
  remote->write("for nobody");
  remote->handle->finish();
  ASSERT_TRUE(run_until([&] { return remote->closes == 1; }));
  EXPECT_EQ(remote->body, "hello and the rest");
  EXPECT_TRUE(remote->ended);
  EXPECT_EQ(pair.client.log.size(), before);
}

TEST_F(Streams, GetHeaderSectionsInTheirOrder) {
  join("h3");
  std::string seen;
  pair.server.on_section = [&](StreamRecord& r) {
    for (const us_quic_header_t& f : r.handle->headers()) {
      seen += std::string(f.name, f.name_length) + "=" + std::string(f.value, f.value_length) + ";";
    }
  };
  StreamRecord* request = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  StreamRecord& remote = *pair.server.streams[0];
  EXPECT_EQ(seen, ":method=GET;:scheme=https;:authority=server.test;:path=/;");
  ASSERT_EQ(remote.sections.size(), 1U);
  EXPECT_EQ(remote.sections[0].kind, US_QUIC_HEADERS_MESSAGE);
  EXPECT_TRUE(remote.sections[0].end_stream);
  EXPECT_EQ(remote.handle->send_headers(std::vector{header_of(":status", "103")}, false), 0);
  begin_answer(remote, "body");
  EXPECT_EQ(remote.handle->send_headers(std::vector{header_of("x-sum", "1")}, true), 0);
  ASSERT_TRUE(run_until([&] { return request->closes == 1; }));
  ASSERT_EQ(request->sections.size(), 3U);
  EXPECT_EQ(request->sections[0].kind, US_QUIC_HEADERS_INFORMATIONAL);
  EXPECT_EQ(request->sections[1].kind, US_QUIC_HEADERS_MESSAGE);
  EXPECT_EQ(request->sections[2].kind, US_QUIC_HEADERS_TRAILERS);
  EXPECT_EQ(request->sections[2].value("x-sum"), "1");
  EXPECT_EQ(request->body, "body");
  EXPECT_TRUE(request->ended);
}

TEST_F(Streams, OfARawProtocolHaveNoHeaderSections) {
  join();
  StreamRecord* s = nullptr;
  ASSERT_NE(open_stream(s), nullptr);
  EXPECT_EQ(s->handle->send_headers(std::vector{header_of(":status", "200")}, false), US_QUIC_E_STATE);
}

TEST_F(Streams, SendACompleteResponseAtOnce) {
  join("h3");
  StreamRecord* request = ask(pair.client, *client);
  ASSERT_TRUE(run_until([&] { return !pair.server.streams.empty() && pair.server.streams[0]->ended; }));
  StreamRecord& remote = *pair.server.streams[0];
  EXPECT_EQ(remote.handle->send_response(std::vector{header_of(":status", "200")}, as_bytes("complete")), 0);
  ASSERT_TRUE(run_until([&] { return request->closes == 1; }));
  EXPECT_EQ(request->sections[0].value(":status"), "200");
  EXPECT_EQ(request->body, "complete");
  EXPECT_EQ(request->close.reason, US_QUIC_OK);
}

}  // namespace
}  // namespace usquic::test
