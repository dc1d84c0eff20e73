// Handlers that close, destroy or throw; connections that are lost; apps that stop.
#include <functional>
#include <new>

#include "integration/webtransport/fixture.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

// Where a handler acts.
enum class Place { open, stream, datagram, drain, data, end, reset, stop, stream_close, close };

constexpr Place all_places[] = {Place::open,         Place::stream, Place::datagram, Place::drain,
                                Place::data,         Place::end,    Place::reset,    Place::stop,
                                Place::stream_close, Place::close};

class WebTransportLifetimes : public WebTransportTest, public testing::WithParamInterface<Place> {
 protected:
  using Act = std::function<void(WebTransport*, WebTransportStream*)>;

  // Handlers that act in one place, once, and count what runs.
  WebTransportBehavior acting(SessionLog& log, Act act) {
    const auto step = [this, act = std::move(act)](Place place, WebTransport* session,
                                                   WebTransportStream* stream) {
      if (place != GetParam() || acted_++ > 0) return;
      act(session, stream);
    };
    WebTransportBehavior behavior = recording(log);
    behavior.open = [step, open = std::move(behavior.open)](WebTransport* session) mutable {
      open(session);
      step(Place::open, session, nullptr);
    };
    behavior.stream = [step](WebTransport* session, WebTransportStream* stream) {
      stream->onData([step, session, stream](std::string_view, bool fin) {
        step(fin ? Place::end : Place::data, session, stream);
      });
      stream->onReset([step, session, stream](std::uint32_t) { step(Place::reset, session, stream); });
      stream->onStop([step, session, stream](std::uint32_t) { step(Place::stop, session, stream); });
      stream->onClose([step, session, stream] { step(Place::stream_close, session, stream); });
      if (!stream->isUnidirectional()) stream->write("seen");
      step(Place::stream, session, stream);
    };
    behavior.datagram = [step](WebTransport* session, std::string_view) {
      step(Place::datagram, session, nullptr);
    };
    behavior.drain = [&log, step](WebTransport* session) {
      ++log.drained;
      step(Place::drain, session, nullptr);
    };
    behavior.close = [step, close = std::move(behavior.close)](WebTransport* session, bool is_clean,
                                                               std::uint32_t code,
                                                               std::string_view reason) mutable {
      close(session, is_clean, code, reason);
      step(Place::close, session, nullptr);
    };
    return behavior;
  }

  // Makes every handler of the other side run.
  static void provoke(WebTransport* session) {
    session->drain();
    session->sendDatagram("x");
    WebTransportStream* ended = session->openStream();
    ended->end("x");
    WebTransportStream* given_up = session->openStream();
    // Not before the peer knows the stream: a reset alone does not say whose it is.
    given_up->onData([given_up](std::string_view, bool) { given_up->close(1); });
    given_up->write("x");
    WebTransportStream* both = session->openUniStream();
    both->end("y");
  }

  // A client's session whose server acts, until the server's side is over or was destroyed.
  void run_at_server(Act act) {
    WebTransportBehavior behavior = acting(server, std::move(act));
    make_app().webTransport("/", std::move(behavior));
    WebTransportBehavior here = recording(local);
    here.open = [&, open = std::move(here.open)](WebTransport* session) mutable {
      open(session);
      provoke(session);
    };
    make_client().webTransport(url(), std::move(here));
    if (GetParam() == Place::close) {
      ASSERT_TRUE(run_until([&] { return local.opened > 0; }));
      local.session->close();
    }
    EXPECT_TRUE(run_until([&] { return acted_ > 0 && local.is_over(); })) << local.text;
  }

  // The same the other way round.
  void run_at_client(Act act) {
    WebTransportBehavior there = recording(server);
    there.open = [&, open = std::move(there.open)](WebTransport* session) mutable {
      open(session);
      provoke(session);
    };
    make_app().webTransport("/", std::move(there));
    make_client().webTransport(url(), acting(local, std::move(act)));
    if (GetParam() == Place::close) {
      ASSERT_TRUE(run_until([&] { return server.opened > 0 && local.opened > 0; }));
      server.session->close();
    }
    EXPECT_TRUE(run_until([&] { return acted_ > 0 && server.closed > 0; })) << local.text;
  }

  SessionLog& server = make_log();
  SessionLog& local = make_log();
  int acted_ = 0;
};

TEST_P(WebTransportLifetimes, TheServerClosesTheSession) {
  run_at_server([](WebTransport* session, WebTransportStream*) { session->close(9, "enough"); });
  EXPECT_EQ(server.closed, 1);
  EXPECT_EQ(local.closed, 1);
  EXPECT_TRUE(local.is_clean);
}

TEST_P(WebTransportLifetimes, TheClientClosesTheSession) {
  run_at_client([](WebTransport* session, WebTransportStream*) { session->close(9, "enough"); });
  EXPECT_TRUE(run_until([&] { return local.closed == 1; }));
  EXPECT_TRUE(server.is_clean);
}

TEST_P(WebTransportLifetimes, TheServerClosesTheStream) {
  run_at_server([&](WebTransport* session, WebTransportStream* stream) {
    if (stream != nullptr) {
      stream->close(3);
      stream->close(4);
      EXPECT_TRUE(stream->isClosed());
      EXPECT_FALSE(stream->write("x"));
    }
    session->close();
  });
  EXPECT_EQ(server.closed, 1);
}

TEST_P(WebTransportLifetimes, TheAppIsDestroyed) {
  run_at_server([this](WebTransport*, WebTransportStream*) { app.reset(); });
  EXPECT_EQ(server.closed, 1);
  if (GetParam() != Place::close) {
    EXPECT_FALSE(local.is_clean);
    EXPECT_FALSE(server.is_clean);
  }
}

TEST_P(WebTransportLifetimes, TheClientIsDestroyed) {
  run_at_client([this](WebTransport*, WebTransportStream*) { client.reset(); });
  EXPECT_EQ(local.closed, 1);
  if (GetParam() != Place::close) {
    EXPECT_FALSE(local.is_clean);
  }
}

TEST_P(WebTransportLifetimes, MemoryThatIsUsedUpEndsTheSessionAlone) {
  run_at_server([](WebTransport*, WebTransportStream*) { throw std::bad_alloc(); });
  EXPECT_EQ(server.closed, 1);
  if (GetParam() != Place::close) {
    EXPECT_FALSE(server.is_clean);
  }
  SessionLog& another = make_log();
  app->webTransport("/another", WebTransportBehavior{});
  client->webTransport(url("/another"), recording(another));
  EXPECT_TRUE(run_until([&] { return another.opened > 0; }));
}

TEST_P(WebTransportLifetimes, MemoryThatIsUsedUpEndsAClientsSessionAlone) {
  run_at_client([](WebTransport*, WebTransportStream*) { throw std::bad_alloc(); });
  EXPECT_TRUE(run_until([&] { return local.closed == 1; }));
}

INSTANTIATE_TEST_SUITE_P(In, WebTransportLifetimes, testing::ValuesIn(all_places));

class WebTransportEnds : public WebTransportTest {
 protected:
  SessionLog& server = make_log();
  SessionLog& local = make_log();
};

TEST_F(WebTransportEnds, ALostConnectionIsNotClean) {
  make_app().webTransport("/", recording(server));
  const WebTransport* session = open_session(recording(local), local, server);
  StreamLog& stream = make_stream_log();
  stream.watch(local.session->openStream())->write("x");
  us_quic_connection_close(us_quic_stream_connection(session->native()), US_QUIC_H3_INTERNAL_ERROR, "lost");
  ASSERT_TRUE(run_until([&] { return server.closed > 0 && local.closed > 0; }));
  EXPECT_TRUE(stream.is_closed);
  EXPECT_FALSE(server.is_clean);
  EXPECT_FALSE(local.is_clean);
  EXPECT_EQ(server.code, 0U);
  EXPECT_EQ(server.reason, "");
}

TEST_F(WebTransportEnds, AConnectionThatIsLostBeforeFails) {
  WebTransportBehavior behavior;
  bool is_aborted = false;
  behavior.upgrade = [&](Response* res, Request*) {
    res->onAborted([&] { is_aborted = true; });
    us_quic_connection_close(us_quic_stream_connection(res->native()), US_QUIC_H3_INTERNAL_ERROR, "lost");
  };
  make_app().webTransport("/", std::move(behavior));
  make_client().webTransport(url(), recording(local));
  ASSERT_TRUE(run_until([&] { return local.is_over(); }));
  EXPECT_EQ(local.error, US_QUIC_E_APPLICATION);
  EXPECT_NE(local.text.find("lost"), std::string::npos) << local.text;
  EXPECT_TRUE(is_aborted);
}

TEST_F(WebTransportEnds, AnAppThatClosesDrainsItsSessions) {
  bool is_closed = false;
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(local), local, server);
  app->close([&] { is_closed = true; });
  ASSERT_TRUE(run_until([&] { return local.drained > 0; }));
  EXPECT_TRUE(session->isOpen());
  EXPECT_EQ(session->sendDatagram("still there"), US_QUIC_OK);
  ASSERT_TRUE(run_until([&] { return !server.datagrams.empty(); }));
  EXPECT_FALSE(is_closed);
  session->close(2, "as you wish");
  ASSERT_TRUE(run_until([&] { return is_closed; }));
  EXPECT_TRUE(server.is_clean);
  EXPECT_EQ(server.code, 2U);
}

TEST_F(WebTransportEnds, AnAppThatClosesNowEndsThemAtOnce) {
  make_app().webTransport("/", recording(server));
  open_session(recording(local), local, server);
  app->closeNow();
  ASSERT_TRUE(run_until([&] { return server.closed > 0 && local.closed > 0; }));
  EXPECT_FALSE(local.is_clean);
}

TEST_F(WebTransportEnds, ADestroyedClientFailsWhatIsNotOpen) {
  WebTransportBehavior behavior;
  bool was_asked = false;
  behavior.upgrade = [&](Response* res, Request*) {
    was_asked = true;
    res->onAborted([] {});
  };
  make_app().webTransport("/", std::move(behavior));
  make_client();
  SessionLog& malformed = make_log();
  client->webTransport(url(), recording(local));
  ASSERT_TRUE(run_until([&] { return was_asked; }));
  client->webTransport("no URL", recording(malformed));
  client.reset();
  EXPECT_EQ(local.failed, 1);
  EXPECT_EQ(local.error, US_QUIC_E_CLOSED);
  EXPECT_EQ(malformed.failed, 1);
  EXPECT_EQ(malformed.error, US_QUIC_E_INVALID);
}

TEST_F(WebTransportEnds, ASessionKeepsItsConnectionOpen) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.idle_timeout_ms = 600;
  ClientOptions options;
  options.core = &core;
  make_app().webTransport("/", recording(server));
  make_client(options);
  WebTransport* session = open_session(recording(local), local, server);
  bool is_later = false;
  loop->after(1500, [&] { is_later = true; });
  ASSERT_TRUE(run_until([&] { return is_later; }));
  EXPECT_TRUE(session->isOpen());
}

TEST_F(WebTransportEnds, ARouteThatIsReplacedServesItsSessions) {
  SessionLog& second = make_log();
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(local), local, server);
  app->clearRoutes().webTransport("/", recording(second));
  session->sendDatagram("old");
  SessionLog& another = make_log();
  WebTransport* newer = open_session(recording(another), another, second);
  newer->sendDatagram("new");
  ASSERT_TRUE(run_until([&] { return !server.datagrams.empty() && !second.datagrams.empty(); }));
  EXPECT_EQ(server.datagrams[0], "old");
  EXPECT_EQ(second.datagrams[0], "new");
}

TEST_F(WebTransportEnds, AnUnusedConnectionIsUsedAgain) {
  SessionLog& second = make_log();
  make_app().webTransport("/", recording(server)).webTransport("/again", recording(second));
  WebTransport* session = open_session(recording(local), local, server);
  const us_quic_connection_t* connection = us_quic_stream_connection(session->native());
  session->close();
  ASSERT_TRUE(run_until([&] { return server.closed > 0 && local.closed > 0; }));
  SessionLog& again = make_log();
  session = open_session(recording(again), again, second, "/again");
  EXPECT_EQ(us_quic_stream_connection(session->native()), connection);
}

}  // namespace
}  // namespace usquic::test
