// Clients that give up, at every point: the handler hears it once, and nothing of the response is left.
#include <memory>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"

namespace usquic::test {
namespace {

class Aborts : public EveryVersionTest {};

TEST_P(Aborts, GivingUpInTheMiddleOfAResponseIsHeardOnce) {
  int aborted = 0;
  make_app().get("/", [&aborted](Response* res, Request*) { stream_without_end(res, &aborted); });
  RawConnection* connection = start();
  RawRequest* request = connection->get("/");
  ASSERT_TRUE(run_until([&] { return request->body_bytes > 100'000; }));
  request->stop_reading();
  ASSERT_TRUE(run_until([&] { return aborted > 0; }));
  finish(request);
  settle(connection);
  EXPECT_EQ(aborted, 1);
}

TEST_P(Aborts, GivingUpInTheMiddleOfAnUploadIsHeardOnceAndNeverAsTheEnd) {
  int aborted = 0;
  bool fin_seen = false;
  std::uint64_t received = 0;
  make_app().post("/", [&](Response* res, Request*) {
    res->onAborted([&] { ++aborted; });
    res->onData([&](std::string_view chunk, bool fin) {
      received += chunk.size();
      fin_seen = fin_seen || fin;
    });
  });
  RawConnection* connection = start();
  RawRequest* request = connection->post("/");
  request->send_pattern(100'000);
  ASSERT_TRUE(run_until([&] { return received == 100'000; }));
  request->reset_sending();
  ASSERT_TRUE(run_until([&] { return aborted > 0; }));
  request->abort();
  settle(connection);
  EXPECT_EQ(aborted, 1);
  EXPECT_FALSE(fin_seen);
}

TEST_P(Aborts, GivingUpIsHeardOnceByAHandlerThatWaits) {
  int aborted = 0;
  make_app().get("/", [&](Response* res, Request*) { res->onAborted([&] { ++aborted; }); });
  RawConnection* connection = start();
  RawRequest* request = connection->get("/");
  settle(connection);
  EXPECT_EQ(aborted, 0);
  request->stop_reading();
  ASSERT_TRUE(run_until([&] { return aborted > 0; }));
  settle(connection);
  EXPECT_EQ(aborted, 1);
}

TEST_P(Aborts, GivingUpWithTheUploadOpenIsHeardOnceAndNoDataFollows) {
  int aborted = 0;
  int data_after_abort = 0;
  make_app().post("/", [&](Response* res, Request*) {
    res->onAborted([&] { ++aborted; });
    res->onData([&, res](std::string_view, bool) {
      data_after_abort += aborted;
      if (aborted == 0) res->write("more");
    });
    res->write("an answer has begun");
  });
  RawConnection* connection = start();
  RawRequest* request = connection->post("/");
  request->send("upload");
  ASSERT_TRUE(run_until([&] { return request->status == 200; }));
  request->stop_reading();
  request->send_pattern(10'000);
  ASSERT_TRUE(run_until([&] { return aborted > 0; }));
  request->send_pattern(10'000);
  request->finish();
  settle(connection);
  EXPECT_EQ(aborted, 1);
  EXPECT_EQ(data_after_abort, 0);
}

TEST_P(Aborts, AConnectionThatClosesAbortsItsRequests) {
  int aborted = 0;
  make_app().get("/", [&aborted](Response* res, Request*) { res->onAborted([&aborted] { ++aborted; }); });
  RawConnection* connection = start();
  for (int i = 0; i < 10; ++i) connection->get("/");
  settle(connection);
  connection->close();
  EXPECT_TRUE(run_until([&] { return aborted == 10; }));
  RawConnection* other = connect();
  settle(other);
  EXPECT_EQ(aborted, 10);
}

TEST_P(Aborts, OnAbortedDoesNotRunAfterACompleteAnswer) {
  int aborted = 0;
  make_app().get("/", [&aborted](Response* res, Request*) {
    res->onAborted([&aborted] { ++aborted; });
    res->end("complete");
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  finish(request);
  connection->close();
  settle(connect());
  EXPECT_EQ(aborted, 0);
}

TEST_P(Aborts, TheHandlersOwnCloseBreaksOffTheResponseAndIsNotHeard) {
  int aborted = 0;
  make_app().get("/", [&aborted](Response* res, Request*) {
    res->onAborted([&aborted] { ++aborted; });
    res->write("some");
    res->close();
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_TRUE(is_cut_off(request));
  settle(connection);
  EXPECT_EQ(aborted, 0);
}

TEST_P(Aborts, AHandlerThatNeverAnswersHoldsNothingUp) {
  std::string log;
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.log_level = US_QUIC_LOG_WARNING;
  core.log_user = &log;
  core.log = [](void* user, int, const char* message) { *static_cast<std::string*>(user) += message; };
  AppOptions options;
  options.core = &core;
  make_app(options).get("/never", [](Response*, Request*) {});
  app->get("/", [](Response* res, Request*) { res->end("answered"); });
  RawConnection* connection = start();
  RawRequest* never = connection->get("/never");
  const RawRequest* other = connection->get("/");
  finish(other);
  EXPECT_EQ(other->body, "answered");
  EXPECT_FALSE(never->closed);
  EXPECT_NE(log.find("without an answer and without onAborted"), std::string::npos) << log;
  never->abort();
  finish(never);
  finish(connection->get("/"));
}

TEST_P(Aborts, TheConnectionGoesOnAfterAnAbort) {
  int aborted = 0;
  make_app()
      .get("/endless", [&aborted](Response* res, Request*) { stream_without_end(res, &aborted); })
      .get("/short", [](Response* res, Request*) { res->end("short"); });
  RawConnection* connection = start();
  RawRequest* endless = connection->get("/endless");
  ASSERT_TRUE(run_until([&] { return endless->body_bytes > 0; }));
  endless->abort();
  const RawRequest* next = connection->get("/short");
  finish(next);
  EXPECT_EQ(next->body, "short");
  EXPECT_TRUE(run_until([&] { return aborted == 1; }));
}

// Counts handlers' captures that are alive: what a leaked response would keep.
struct Alive {
  explicit Alive(int* count) : count_(count) { ++*count_; }
  ~Alive() { --*count_; }
  Alive(const Alive&) = delete;
  Alive& operator=(const Alive&) = delete;
  int* count_;
};

TEST_P(Aborts, AStormOfAbortsWhileStreamingLeavesNothingBehind) {
  if (version.has_streams && !version.outlives_failures) GTEST_SKIP() << "the first one ends the connection";
  // Where each takes a connection with it, one costs as much as twenty others.
  const int storm = version.has_streams ? 10'000 : 500;
  constexpr int in_flight = 50;
  int aborted = 0;
  int alive = 0;
  us_quic_socket_context_options_t core = us_quic_default_options();
  core.max_stream_resets_per_second = 0;  // else the connection ends after some 1,000 of them
  AppOptions app_options;
  app_options.core = &core;
  make_app(app_options).any("/", [&](Response* res, Request*) {
    auto token = std::make_shared<Alive>(&alive);
    res->onAborted([&aborted, token] { ++aborted; });
    res->onData([token](std::string_view, bool) {});
    const auto fill = [res, token](std::uint64_t) {
      while (res->write("some bytes of an answer without end")) {
      }
      return false;
    };
    res->onWritable(fill);
    res->write("first");
  });
  RawConnection* connection = start();
  std::vector<RawRequest*> running;
  int started = 0;
  int ended = 0;
  const auto begin = [&] {
    RawRequest* request = started % 2 == 0 ? connection->get("/") : connection->post("/");
    ASSERT_NE(request, nullptr);
    if (started % 2 == 1) request->send("upload");
    ++started;
    running.push_back(request);
  };
  const auto abort_in_one_of_three_ways = [&](RawRequest* request) {
    if (ended % 3 == 0) request->abort();
    if (ended % 3 == 1) {
      request->stop_reading();
      request->finish();
    }
    if (ended % 3 == 2) {
      request->reset_sending();
      request->stop_reading();
    }
    ++ended;
  };
  const bool done = run_until(
      [&] {
        std::erase_if(running, [&](RawRequest* request) {
          if (request->body_bytes == 0) return false;
          abort_in_one_of_three_ways(request);
          return true;
        });
        while (started < storm && running.size() < in_flight) begin();
        return ended == storm;
      },
      250);
  ASSERT_TRUE(done) << ended << " of " << storm;
  EXPECT_TRUE(run_until([&] { return aborted == storm && alive == 0; }))
      << aborted << " heard, " << alive << " alive";
  settle(connection);
  EXPECT_EQ(aborted, storm);
}

INSTANTIATE_TEST_SUITE_P(Versions, Aborts, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
