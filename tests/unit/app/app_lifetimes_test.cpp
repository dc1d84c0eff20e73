// Answers that come late, never, or wrong; apps and streams that go meanwhile.
#include "app_with_client.h"
#include "usquic/http3_codes.h"

#include <functional>
#include <string>

#include "support/built_in_engine.h"

namespace {

using namespace usquic;
using namespace usquic::test;

class AppLifetimes : public AppTest {};

TEST_F(AppLifetimes, StopsAnUploadThatIsNotReadOnceItAnswered) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes of the application";
  options_.linger_max_bytes = 1 << 20;
  app().post("/", [](auto* res, auto*) { res->end("no"); });
  const Answer answer = get({.method = "POST", .body = std::string(8 << 20, 'x')});
  EXPECT_EQ(answer.body, "no");
  EXPECT_TRUE(answer.has_ended);
  EXPECT_EQ(answer.close.reason, US_QUIC_E_STOPPED);
  EXPECT_EQ(answer.close.code, 0x100U);
}

// What a handler has captured is there until it returns; and the search goes on in the routes that it began in.
TEST_F(AppLifetimes, RoutesMayBeForgottenByTheirOwnHandlers) {
  const std::string text(1000, 't');
  app().get("/yields", [this, text](auto*, auto* req) {
    app().clearRoutes().get("/yields", [](auto* late, auto*) { late->end("second"); });
    req->setYield(text.size() == 1000);
  });
  app().any("/*", [](auto* res, auto*) { res->end("of the former"); });
  Pending& yielded = client().ask({.path = "/yields"});
  run();
  EXPECT_EQ(yielded.answer.body, "of the former");
}

TEST_F(AppLifetimes, AnAnswerUnderWayEndsAsItsForgottenRouteSays) {
  app().get("/", [this, text = std::string(1000, 't')](auto* res, auto*) {
    app().clearRoutes().get("/", [](auto* late, auto*) { late->end("second"); });
    res->onAborted([] {});
    loop_->after(1, [res, text] { res->end(text); });
  });
  Pending& first = client().ask({});
  Pending& second = client().ask({});
  run();
  EXPECT_EQ(first.answer.body, std::string(1000, 't'));
  EXPECT_EQ(second.answer.body, "second");
}

TEST_F(AppLifetimes, CutsOffAnAnswerThatDoesNotKeepItsLength) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes of the application";
  app().get("/less", [](auto* res, auto*) { res->writeHeader("content-length", 5)->end("abc"); });
  app().get("/more", [](auto* res, auto*) {
    res->onAborted([] {});
    res->writeHeader("content-length", 2)->write("a");
    res->write("bc");
  });
  Pending& less = client().ask({.path = "/less"});
  Pending& more = client().ask({.path = "/more"});
  run();
  EXPECT_FALSE(less.answer.has_ended);
  EXPECT_FALSE(more.answer.has_ended);
  EXPECT_EQ(less.answer.reset_code, 0x102U);
  EXPECT_EQ(more.answer.reset_code, 0x102U);
  EXPECT_NE(log_.find("fewer bytes"), std::string::npos);
  EXPECT_NE(log_.find("more bytes"), std::string::npos);
}

TEST_F(AppLifetimes, TellsOfAnAbortOnceAlsoWithTheUploadOpen) {
  int aborts = 0;
  Pending* asked = nullptr;
  std::function<void()> write_on;
  app().post("/", [&](auto* res, auto*) {
    res->onData([](std::string_view, bool) {});
    res->onAborted([&] {
      ++aborts;
      write_on = nullptr;
    });
    write_on = [this, &write_on, res] {
      res->write("tick");
      loop_->after(1, [&write_on] {
        if (write_on) {
          const std::function<void()> again = write_on;
          again();
        }
      });
    };
    write_on();
    us_quic_stream_stop(asked->stream, US_QUIC_H3_REQUEST_CANCELLED);
  });
  asked = &client().ask({.method = "POST", .body = "x", .keeps_open = true});
  run();
  EXPECT_EQ(aborts, 1);
}

TEST_F(AppLifetimes, TellsOfAnAbortWhenTheUploadIsReset) {
  int aborts = 0;
  Pending* asked = nullptr;
  app().post("/", [&](auto* res, auto*) {
    res->onAborted([&] {
      ++aborts;
      client().keeps_connection = false;
    });
    us_quic_stream_close(asked->stream);
  });
  asked = &client().ask({.method = "POST", .body = "x", .keeps_open = true});
  client().keeps_connection = true;
  run();
  EXPECT_EQ(aborts, 1);
}

TEST_F(AppLifetimes, CanBeDestroyedInsideItsHandler) {
  int aborts = 0;
  app().get("/", [&](auto* res, auto*) {
    res->onAborted([&] { ++aborts; });
    app_.reset();
  });
  get({});
  EXPECT_EQ(aborts, 1);
}

TEST_F(AppLifetimes, AnswersAfterADelay) {
  app().get("/", [this](auto* res, auto*) {
    res->onAborted([] { ADD_FAILURE(); });
    loop_->after(1, [res] { res->end("later"); });
  });
  EXPECT_EQ(get({}).body, "later");
}

TEST_F(AppLifetimes, FinishesWhatIsInFlightWhenItCloses) {
  app().get("/", [this](auto* res, auto*) {
    res->onAborted([] { ADD_FAILURE(); });
    app_->close();
    loop_->after(5, [res] { res->end("finished"); });
  });
  EXPECT_EQ(get({}).body, "finished");
}

TEST_F(AppLifetimes, NamesTheMistakeOfAnswersAfterTheEnd) {
  Response* stale = nullptr;
  app().get("/", [&](auto* res, auto*) {
    stale = res;
    res->end("once");
    EXPECT_TRUE(res->hasResponded());
  });
  EXPECT_EQ(get({}).body, "once");
#ifdef NDEBUG
  stale->end("twice");
  EXPECT_NE(log_.find("answered or aborted before"), std::string::npos);
#else
  EXPECT_DEATH(stale->end("twice"), "answered or aborted before");
#endif
}

}  // namespace
