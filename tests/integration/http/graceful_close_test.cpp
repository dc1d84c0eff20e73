// Stopping in good order, at once, and from inside handlers.
#include <atomic>
#include <thread>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

class GracefulClose : public EveryVersionTest {};

TEST_P(GracefulClose, FinishesWhatIsInFlight) {
  Response* waiting = nullptr;
  make_app()
      .get("/later",
           [&waiting](Response* res, Request*) {
             res->onAborted([&waiting] { waiting = nullptr; });
             waiting = res;
           })
      .post("/upload", [](Response* res, Request*) { echo_as_it_comes(res); });
  RawConnection* connection = start();
  const RawRequest* later = connection->get("/later");
  RawRequest* upload = connection->post("/upload");
  upload->send("first ");
  ASSERT_TRUE(run_until([&] { return waiting != nullptr && upload->body == "first "; }));
  app->close();
  ASSERT_TRUE(wait_for_goaway(connection));
  EXPECT_FALSE(connection->closed);
  upload->send("second").finish();
  ASSERT_NE(waiting, nullptr);
  waiting->end("answered");
  finish(later);
  finish(upload);
  EXPECT_EQ(later->body, "answered");
  EXPECT_EQ(upload->body, "first second");
  EXPECT_EQ(later->close_reason, US_QUIC_OK);
  EXPECT_TRUE(run_until([&] { return connection->closed; }));
  EXPECT_EQ(connection->code, version.no_error);
}

TEST_P(GracefulClose, LateRequestsAreRefusedSoThatClientsMayRetry) {
  int handled = 0;
  Response* waiting = nullptr;
  make_app().get("/", [&](Response* res, Request*) {
    ++handled;
    res->onAborted([&waiting] { waiting = nullptr; });
    waiting = res;
  });
  RawConnection* connection = start();
  const RawRequest* early = connection->get("/");
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  Response* first = waiting;
  app->close();
  ASSERT_TRUE(wait_for_goaway(connection));
  const RawRequest* late = connection->get("/");
  if (late != nullptr) {  // else the client refused by itself, which is as good
    finish(late);
    EXPECT_EQ(late->status, 0);
    EXPECT_EQ(late->close_reason, US_QUIC_E_GOAWAY);
  }
  EXPECT_EQ(handled, 1);
  first->end("early");
  finish(early);
  EXPECT_EQ(early->body, "early");
}

TEST_P(GracefulClose, RequestsThatCrossTheGoawayAreAnsweredOrRefusedAsNotProcessed) {
  make_app().get("/", [](Response* res, Request*) { res->end("answered"); });
  RawConnection* connection = start();
  settle(connection);
  app->close();
  std::vector<const RawRequest*> crossing;
  crossing.reserve(20);
  for (int i = 0; i < 20; ++i) crossing.push_back(connection->get("/"));
  for (const RawRequest* request : crossing) {
    if (request == nullptr) continue;
    finish(request);
    const bool is_answered = request->body == "answered" && request->close_reason == US_QUIC_OK;
    EXPECT_TRUE(is_answered || request->close_reason == US_QUIC_E_GOAWAY)
        << us_quic_error_name(request->close_reason) << " " << request->close_code;
  }
}

TEST_P(GracefulClose, TheLoopEndsWhenAllIsDone) {
  make_app().get("/", [this](Response* res, Request*) {
    res->end("last");
    app->close();
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  bool in_time = true;
  us_timer_t* guard = us_create_timer(loop->native(), 1, sizeof(bool*));
  *static_cast<bool**>(us_timer_ext(guard)) = &in_time;
  us_timer_set(
      guard,
      [](us_timer_t* timer) {
        **static_cast<bool**>(us_timer_ext(timer)) = false;
        us_loop_free(us_timer_loop(timer));
      },
      60'000, 0);
  us_timer_t* carrier = us_create_timer(loop->native(), 1, sizeof(RawClient*));
  *static_cast<RawClient**>(us_timer_ext(carrier)) = clients.front().get();
  us_timer_set(
      carrier, [](us_timer_t* timer) { (*static_cast<RawClient**>(us_timer_ext(timer)))->carry(); }, 1, 1);
  loop->run();
  ASSERT_TRUE(in_time);
  us_timer_close(guard);
  us_timer_close(carrier);
  EXPECT_EQ(request->body, "last");
  EXPECT_TRUE(connection->closed);
}

TEST_P(GracefulClose, CloseNowTellsHandlersAndClients) {
  int aborted = 0;
  make_app().get("/", [&aborted](Response* res, Request*) {
    res->onAborted([&aborted] { ++aborted; });
    res->write("begun");
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  ASSERT_TRUE(run_until([&] { return request->body == "begun"; }));
  app->closeNow();
  EXPECT_TRUE(run_until([&] { return connection->closed && aborted == 1; }));
  EXPECT_TRUE(request->closed);
  EXPECT_FALSE(request->ended);
}

TEST_P(GracefulClose, CloseNowInsideAHandler) {
  int aborted = 0;
  make_app().get("/", [this, &aborted](Response* res, Request*) {
    res->onAborted([&aborted] { ++aborted; });
    app->closeNow();
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  EXPECT_TRUE(run_until([&] { return connection->closed && aborted == 1; }));
  EXPECT_EQ(request->status, 0);
}

TEST_P(GracefulClose, TheAppMayBeDestroyedInsideItsHandler) {
  make_app().get("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    app.reset();
  });
  RawConnection* connection = start();
  connection->get("/");
  EXPECT_TRUE(run_until([&] { return connection->closed; }));
}

TEST_P(GracefulClose, TheAppMayBeDestroyedInsideOnData) {
  make_app().post("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([this](std::string_view, bool) { app.reset(); });
  });
  RawConnection* connection = start();
  connection->post("/")->send("data").finish();
  EXPECT_TRUE(run_until([&] { return connection->closed; }));
}

TEST_P(GracefulClose, AnIdleServerThatStopsClosesItsConnections) {
  make_app();
  RawConnection* connection = start();
  settle(connection);
  app.reset();
  EXPECT_TRUE(run_until([&] { return connection->closed; }, 5));  // the idle timeout is 30 s
  EXPECT_EQ(connection->code, version.no_error);
}

TEST_P(GracefulClose, IsToldWhenTheLastRequestAndItsConnectionAreOver) {
  Response* waiting = nullptr;
  make_app().get("/", [&](Response* res, Request*) {
    waiting = res;
    res->onAborted([&] { waiting = nullptr; });
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  int told = 0;
  app->close([&] { ++told; });
  EXPECT_EQ(told, 0);
  settle(connection);
  EXPECT_EQ(told, 0);
  waiting->end("late");
  ASSERT_TRUE(run_until([&] { return told == 1; }));
  finish(request);
  EXPECT_EQ(request->body, "late");
  us_quic_context_stats_t stats{};
  us_quic_socket_context_stats(app->native(), &stats);
  EXPECT_EQ(stats.connections_open, 0u);
}

TEST_P(GracefulClose, IsToldWithoutConnectionsToo) {
  make_app();
  listen(*app);
  int told = 0;
  app->close([&] { ++told; });
  EXPECT_EQ(told, 0);  // never inside the call
  ASSERT_TRUE(run_until([&] { return told == 1; }));
}

TEST_P(GracefulClose, ServesAClientWhoseHandshakeIsUnderWayBeforeItIsTold) {
  make_app().get("/", [](Response* res, Request*) { res->end("served"); });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  us_quic_context_stats_t stats{};
  ASSERT_TRUE(run_until([&] {
    us_quic_socket_context_stats(app->native(), &stats);
    // Over TCP the client is ready before the server is.
    return stats.handshakes_open == 1 || connection->open;
  }));
  int told = 0;
  app->close([&] { ++told; });
  finish(request);
  EXPECT_EQ(request->body, "served");
  EXPECT_TRUE(run_until([&] { return told == 1 && connection->closed; }));
  EXPECT_EQ(connection->goaway, version.has_streams);
}

TEST_P(GracefulClose, IsToldAfterCloseNowWhoseHandlerMayDestroyTheApp) {
  make_app().get("/", [](Response* res, Request*) { res->onAborted([] {}); });
  RawConnection* connection = start();
  connection->get("/");
  settle(connection);
  bool is_told = false;
  app->close([&] {
    app.reset();
    is_told = true;
  });
  app->closeNow();
  ASSERT_TRUE(run_until([&] { return is_told && connection->closed; }));
}

TEST_P(GracefulClose, IsNotToldToAnAppThatIsDestroyedBefore) {
  make_app();
  RawConnection* connection = start();
  settle(connection);
  int told = 0;
  app->close([&] { ++told; });
  app.reset();
  ASSERT_TRUE(run_until([&] { return connection->closed; }));
  settle(connect());
  EXPECT_EQ(told, 0);
}

TEST_P(GracefulClose, ThePortCanBeUsedAgainAtOnce) {
  make_app().get("/", [](Response* res, Request*) { res->end("first"); });
  RawConnection* connection = start();
  const RawRequest* before = connection->get("/");
  finish(before);
  app.reset();
  make_app().get("/", [](Response* res, Request*) { res->end("second"); });
  int again = 0;
  app->listen("127.0.0.1", port, [&again](ListenSocket* socket) {
    if (socket != nullptr) again = socket->port();
  });
  ASSERT_EQ(again, port) << us_quic_strerror(app->error());
  const RawRequest* after = connect()->get("/");
  finish(after);
  EXPECT_EQ(before->body, "first");
  EXPECT_EQ(after->body, "second");
}

TEST_P(GracefulClose, APortInUseIsToldToTheListenHandler) {
  make_app();
  const int taken = listen(*app);
  AppOptions options;
  options.cert = identity.cert;
  options.key = identity.key;
  App other(options, loop);
  bool failed = false;
  other.listen("127.0.0.1", taken, [&failed](ListenSocket* socket) { failed = socket == nullptr; });
  EXPECT_TRUE(failed);
  EXPECT_EQ(other.error(), US_QUIC_E_ADDRESS_IN_USE);
}

TEST_P(GracefulClose, SeveralAppsShareALoop) {
  make_app().get("/", [](Response* res, Request*) { res->end("one"); });
  AppOptions options;
  options.cert = identity.cert;
  options.key = identity.key;
  App other(options, loop);
  other.get("/", [](Response* res, Request*) { res->end("two"); });
  const RawRequest* one = start()->get("/");
  const RawRequest* two = clients.front()->connect(listen(other))->get("/");
  finish(one);
  finish(two);
  EXPECT_EQ(one->body + two->body, "onetwo");
  other.closeNow();
  RawConnection* connection = connect();
  const RawRequest* after = connection->get("/");
  finish(after);
  EXPECT_EQ(after->body, "one");
}

TEST_P(GracefulClose, DeferReachesAnAppOnAnotherThread) {
  std::shared_ptr<Loop> theirs;
  int their_port = 0;
  std::atomic<bool> has_ended = false;
  std::thread thread([&] {
    theirs = Loop::create();
    AppOptions options;
    options.cert = identity.cert;
    options.key = identity.key;
    App other(options, theirs);
    other.get("/", [](Response* res, Request*) { res->end("from another thread"); })
        .get("/stop", [&](Response* res, Request*) {
          res->end("stopping");
          theirs->defer([&other] { other.close(); });
        });
    other.listen("127.0.0.1", 0, [&](ListenSocket* socket) {
      const int their_number = socket == nullptr ? -1 : socket->port();
      loop->defer([&their_port, their_number] { their_port = their_number; });
    });
    other.run();
    has_ended = true;
  });
  const bool is_listening = run_until([&] { return their_port != 0; });
  EXPECT_TRUE(is_listening);
  RawConnection* connection = make_client().connect(their_port);
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_EQ(request->body, "from another thread");
  finish(connection->get("/stop"));
  EXPECT_TRUE(run_until([&] { return has_ended.load(); }));  // with a client that closes its side
  thread.join();
}

INSTANTIATE_TEST_SUITE_P(Versions, GracefulClose, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
