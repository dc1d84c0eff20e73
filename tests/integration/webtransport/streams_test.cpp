// Streams of sessions, opened by either side.
#include "integration/webtransport/fixture.h"

namespace usquic::test {
namespace {

class WebTransportStreams : public WebTransportTest {
 protected:
  // One session, whose sides keep the peer's streams in `taken_here` and `taken_there`, unread.
  void begin() {
    WebTransportBehavior there = recording(server);
    there.stream = [this](WebTransport*, WebTransportStream* stream) { taken_there.push_back(stream); };
    make_app().webTransport("/", std::move(there));
    WebTransportBehavior here = recording(local);
    here.stream = [this](WebTransport*, WebTransportStream* stream) { taken_here.push_back(stream); };
    session = open_session(std::move(here), local, server);
  }

  WebTransportStream* there(std::size_t index = 0) {
    EXPECT_TRUE(run_until([&] { return taken_there.size() > index; }));
    return taken_there.size() > index ? taken_there[index] : nullptr;
  }
  WebTransportStream* here(std::size_t index = 0) {
    EXPECT_TRUE(run_until([&] { return taken_here.size() > index; }));
    return taken_here.size() > index ? taken_here[index] : nullptr;
  }

  SessionLog& server = make_log();
  SessionLog& local = make_log();
  WebTransport* session = nullptr;
  std::vector<WebTransportStream*> taken_here;
  std::vector<WebTransportStream*> taken_there;
};

TEST_F(WebTransportStreams, GoBothWaysFromTheClient) {
  begin();
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = mine.watch(session->openStream());
  EXPECT_FALSE(stream->isUnidirectional());
  EXPECT_TRUE(stream->isLocal());
  EXPECT_EQ(stream->getSession(), session);
  EXPECT_TRUE(stream->write("hello "));
  stream->end("server");
  WebTransportStream* taken = there();
  ASSERT_NE(taken, nullptr);
  EXPECT_FALSE(taken->isUnidirectional());
  EXPECT_FALSE(taken->isLocal());
  EXPECT_EQ(taken->getSession(), server.session);
  theirs.watch(taken);
  ASSERT_TRUE(run_until([&] { return theirs.has_ended; }));
  EXPECT_EQ(theirs.bytes, "hello server");
  taken->end("hello client");
  ASSERT_TRUE(run_until([&] { return mine.is_closed && theirs.is_closed; }));
  EXPECT_EQ(mine.bytes, "hello client");
  EXPECT_TRUE(mine.has_ended);
}

TEST_F(WebTransportStreams, GoBothWaysFromTheServer) {
  begin();
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = theirs.watch(server.session->openStream());
  EXPECT_TRUE(stream->isLocal());
  stream->end("from the server");
  WebTransportStream* taken = here();
  ASSERT_NE(taken, nullptr);
  mine.watch(taken)->end("from the client");
  ASSERT_TRUE(run_until([&] { return mine.is_closed && theirs.is_closed; }));
  EXPECT_EQ(mine.bytes, "from the server");
  EXPECT_EQ(theirs.bytes, "from the client");
}

TEST_F(WebTransportStreams, GoOneWayFromEitherSide) {
  begin();
  StreamLog& at_server = make_stream_log();
  StreamLog& at_client = make_stream_log();
  StreamLog& sent_here = make_stream_log();
  StreamLog& sent_there = make_stream_log();
  WebTransportStream* up = sent_here.watch_end(session->openUniStream());
  EXPECT_TRUE(up->isUnidirectional());
  up->end("up");
  sent_there.watch_end(server.session->openUniStream())->end("down");
  ASSERT_NE(there(), nullptr);
  ASSERT_NE(here(), nullptr);
  EXPECT_TRUE(there()->isUnidirectional());
  EXPECT_FALSE(there()->write("nobody takes it"));
  at_server.watch(there());
  at_client.watch(here());
  ASSERT_TRUE(run_until([&] {
    return at_server.is_closed && at_client.is_closed && sent_here.is_closed && sent_there.is_closed;
  }));
  EXPECT_EQ(at_server.bytes, "up");
  EXPECT_EQ(at_client.bytes, "down");
}

TEST_F(WebTransportStreams, CarryMuchBothWaysWithBackpressure) {
  begin();
  constexpr std::size_t length = 9'000'000;
  const std::string up = body_of(length);
  const std::string down = body_of(length + 12'345);
  Pump upwards(up);
  Pump downwards(down);
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = session->openStream();
  upwards.run(stream);
  WebTransportStream* taken = there();
  ASSERT_NE(taken, nullptr);
  downwards.run(taken);
  // Nobody reads yet: both are held back.
  ASSERT_TRUE(run_until([&] { return upwards.waits() > 0 && downwards.waits() > 0; }));
  EXPECT_FALSE(upwards.is_done());
  EXPECT_GT(stream->getBufferedAmount(), 0U);
  mine.watch(stream);
  theirs.watch(taken);
  ASSERT_TRUE(run_until([&] { return mine.is_closed && theirs.is_closed; }, 60));
  EXPECT_TRUE(theirs.bytes == up);
  EXPECT_TRUE(mine.bytes == down);
}

TEST_F(WebTransportStreams, AcceptEverythingAtOnce) {
  begin();
  const std::string much = body_of(3'000'000);
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = session->openUniStream();
  bool is_writable = false;
  stream->onWritable([&] { is_writable = true; });
  EXPECT_FALSE(stream->write(much));
  EXPECT_FALSE(stream->write("x"));
  EXPECT_GE(stream->getBufferedAmount(), much.size());
  ASSERT_NE(there(), nullptr);
  theirs.watch(there());
  ASSERT_TRUE(run_until([&] { return is_writable; }));
  stream->end("y");
  ASSERT_TRUE(run_until([&] { return theirs.is_closed; }));
  EXPECT_TRUE(theirs.bytes == much + "xy");
}

TEST_F(WebTransportStreams, StopReadingWhilePaused) {
  begin();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = session->openUniStream();
  stream->write("first");
  ASSERT_NE(there(), nullptr);
  WebTransportStream* taken = there();
  theirs.watch(taken);
  ASSERT_TRUE(run_until([&] { return theirs.bytes == "first"; }));
  taken->pause();
  stream->end(" second");
  // A datagram behind it arrives.
  ASSERT_EQ(session->sendDatagram("x"), US_QUIC_OK);
  ASSERT_TRUE(run_until([&] { return !server.datagrams.empty(); }));
  EXPECT_EQ(theirs.bytes, "first");
  taken->resume();
  ASSERT_TRUE(run_until([&] { return theirs.is_closed; }));
  EXPECT_EQ(theirs.bytes, "first second");
}

TEST_F(WebTransportStreams, ResetAndStopCarryCodes) {
  begin();
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = mine.watch(session->openStream());
  stream->write("x");
  ASSERT_NE(there(), nullptr);
  WebTransportStream* taken = theirs.watch(there());
  stream->reset(255);
  ASSERT_TRUE(run_until([&] { return theirs.reset.has_value(); }));
  EXPECT_EQ(theirs.reset, 255U);
  EXPECT_FALSE(theirs.has_ended);
  EXPECT_FALSE(theirs.is_closed);
  stream->stop(30);
  ASSERT_TRUE(run_until([&] { return theirs.stop.has_value(); }));
  EXPECT_EQ(theirs.stop, 30U);
  EXPECT_FALSE(taken->write("nobody wants it"));
  ASSERT_TRUE(run_until([&] { return theirs.is_closed && mine.is_closed; }));
}

TEST_F(WebTransportStreams, CloseEndsBothDirectionsAtOnce) {
  begin();
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  WebTransportStream* stream = mine.watch(session->openStream());
  stream->write("x");
  ASSERT_NE(there(), nullptr);
  WebTransportStream* taken = theirs.watch(there());
  taken->close(0xffffffff);
  EXPECT_TRUE(taken->isClosed());
  EXPECT_FALSE(theirs.is_closed) << "no call runs a handler inside";
  loop->tick();
  EXPECT_TRUE(theirs.is_closed);
  ASSERT_TRUE(run_until([&] { return mine.is_closed; }));
  EXPECT_EQ(mine.reset, 0xffffffffU);
  EXPECT_EQ(mine.stop, 0xffffffffU);
}

TEST_F(WebTransportStreams, AreRefusedWithoutAHandler) {
  make_app().webTransport("/", recording(server));
  session = open_session(recording(local), local, server);
  StreamLog& mine = make_stream_log();
  mine.watch(session->openStream())->write("hello");
  ASSERT_TRUE(run_until([&] { return mine.is_closed; }));
  EXPECT_EQ(mine.reset, 0U);
  EXPECT_EQ(mine.stop, 0U);
  EXPECT_TRUE(session->isOpen());
}

TEST_F(WebTransportStreams, EndWithTheirSession) {
  begin();
  StreamLog& mine = make_stream_log();
  StreamLog& theirs = make_stream_log();
  StreamLog& unopened = make_stream_log();
  mine.watch(session->openStream())->write("x");
  ASSERT_NE(there(), nullptr);
  theirs.watch(there());
  WebTransportBehavior behavior;
  unopened.watch_end(session->openUniStream());
  session->close(5, "all");
  ASSERT_TRUE(run_until([&] { return server.closed > 0 && local.closed > 0; }));
  EXPECT_TRUE(mine.is_closed);
  EXPECT_TRUE(theirs.is_closed);
  EXPECT_TRUE(unopened.is_closed);
}

TEST_F(WebTransportStreams, KeepUserDataAndBelongToTheirSession) {
  begin();
  int data = 0;
  session->setUserData(&data);
  EXPECT_EQ(session->getUserData(), &data);
  WebTransportStream* stream = session->openStream();
  EXPECT_EQ(stream->getUserData(), nullptr);
  stream->setUserData(&local);
  EXPECT_EQ(stream->getUserData(), &local);
  EXPECT_EQ(us_quic_stream_session(stream->native()), session->native());
}

TEST_F(WebTransportStreams, ManyOpenAsTheLimitAllows) {
  AppOptions options;
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.max_streams_bidi = 4;
  options.core = &core;
  WebTransportBehavior echo = recording(server);
  echo.stream = [](WebTransport*, WebTransportStream* stream) {
    stream->onData([stream](std::string_view chunk, bool fin) {
      fin ? stream->end(chunk) : static_cast<void>(stream->write(chunk));
    });
  };
  make_app(options).webTransport("/", std::move(echo));
  session = open_session(recording(local), local, server);
  std::vector<StreamLog*> logs;
  for (int i = 0; i < 50; ++i) {
    logs.push_back(&make_stream_log());
    logs.back()->watch(session->openStream())->end(std::to_string(i));
  }
  ASSERT_TRUE(run_until(
      [&] { return std::all_of(logs.begin(), logs.end(), [](const auto& log) { return log->is_closed; }); }));
  for (std::size_t i = 0; i < logs.size(); ++i) EXPECT_EQ(logs[i]->bytes, std::to_string(i));
}

}  // namespace
}  // namespace usquic::test
