// Calls on a response that has ended: nothing happens but a log line; debug builds name the mistake and stop.
#include <gtest/gtest.h>

#include "integration/http/app_fixture.h"

namespace usquic::test {
namespace {

class Misuse : public EveryVersionTest {
 protected:
  template <class Call>
  static void expect_noticed([[maybe_unused]] const char* name, Call call) {
#ifdef NDEBUG
    call();
#else
    EXPECT_DEATH(call(), name);
#endif
  }
};

TEST_P(Misuse, AnsweringTwiceIsNoticedAndSendsOneAnswer) {
  make_app().get("/", [](Response* res, Request*) {
    res->end("once");
    expect_noticed("Response::end", [res] { res->end("twice"); });
    expect_noticed("Response::writeHeader", [res] { res->writeHeader("x-late", "1"); });
    expect_noticed("Response::tryEnd", [res] { res->tryEnd("thrice"); });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->body, "once");
  EXPECT_EQ(request->close_reason, US_QUIC_OK);
}

TEST_P(Misuse, AnsweringInOnAbortedIsNoticed) {
  bool aborted = false;
  make_app().get("/", [&](Response* res, Request*) {
    res->onAborted([&, res] {
      aborted = true;
      expect_noticed("Response::end", [res] { res->end("too late"); });
    });
    res->write("begun");
  });
  RawConnection* connection = start();
  RawRequest* request = connection->get("/");
  ASSERT_TRUE(run_until([&] { return request->body == "begun"; }));
  request->abort();
  ASSERT_TRUE(run_until([&] { return aborted; }));
  settle(connection);
}

TEST_P(Misuse, AnsweringAfterTheConnectionDiedIsNoticed) {
  Response* kept = nullptr;
  bool aborted = false;
  make_app().get("/", [&](Response* res, Request*) {
    kept = res;
    res->onAborted([&] { aborted = true; });
  });
  RawConnection* connection = start();
  connection->get("/");
  ASSERT_TRUE(run_until([&] { return kept != nullptr; }));
  connection->close();
  ASSERT_TRUE(run_until([&] { return aborted; }));
  expect_noticed("Response::end", [&] { kept->end("too late"); });
}

TEST_P(Misuse, AHeaderAfterTheBodyBeganIsNoticed) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->write("body");
    expect_noticed("Response::writeHeader", [res] { res->writeHeader("x-late", "1"); });
    expect_noticed("Response::writeStatus", [res] { res->writeStatus("404"); });
    res->end();
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->field("x-late"), "");
}

INSTANTIATE_TEST_SUITE_P(Versions, Misuse, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
