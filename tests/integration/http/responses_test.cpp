// What a client gets of a response.
#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"

namespace usquic::test {
namespace {

class Responses : public EveryVersionTest {};

TEST_P(Responses, NoContentHasNoBodyAndNoContentLength) {
  make_app().get("/", [](Response* res, Request*) { res->writeStatus("204")->end(); });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 204);
  EXPECT_EQ(request->body, "");
  EXPECT_EQ(request->field("content-length"), "");
}

TEST_P(Responses, NoContentAndNotModifiedNeverCarryABody) {
  make_app().get("/:status", [](Response* res, Request* req) {
    res->writeStatus(req->getParameter("status"))->end("a body that has no place here");
  });
  RawConnection* connection = start();
  for (const char* path : {"/204", "/304"}) {
    const RawRequest* request = connection->get(path);
    finish(request);
    EXPECT_EQ(request->status, std::stoi(path + 1));
    EXPECT_EQ(request->body, "") << path;
    EXPECT_EQ(request->close_reason, US_QUIC_OK) << path;
  }
}

TEST_P(Responses, FlushHeadersSendsTheHeadBeforeTheBody) {
  std::vector<Response*> waiting;
  make_app().get("/:what", [&waiting](Response* res, Request* req) {
    res->onAborted([] {});
    if (req->getParameter(0) == "with-length") res->writeHeader("content-length", 4);
    res->writeStatus("201")->writeHeader("x-early", "yes")->flushHeaders();
    res->flushHeaders();  // what was sent is not sent again
    waiting.push_back(res);
  });
  RawConnection* connection = start();
  const RawRequest* unknown = connection->get("/unknown");
  const RawRequest* known = connection->get("/with-length");
  const RawRequest* head = connection->request(
      {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", "/head"}}, true);
  ASSERT_TRUE(run_until([&] { return unknown->status != 0 && known->status != 0 && head->status != 0; }, 10));
  EXPECT_EQ(unknown->status, 201);
  EXPECT_EQ(unknown->field("x-early"), "yes");
  EXPECT_EQ(unknown->field("content-length"), "");
  EXPECT_EQ(known->field("content-length"), "4");
  EXPECT_FALSE(unknown->ended || known->ended);
  // Where there is no other end, a response to HEAD ends with its header section.
  EXPECT_EQ(head->ended, !version.has_ends_of_bodies);
  for (Response* res : waiting) res->end("body");
  finish(unknown);
  finish(known);
  finish(head);
  EXPECT_EQ(unknown->body, "body");
  EXPECT_EQ(known->body, "body");
  EXPECT_EQ(head->body, "");
  EXPECT_EQ(head->close_reason, US_QUIC_OK);
}

TEST_P(Responses, FlushHeadersOfAMalformedHeadIs500) {
  make_app().get("/", [](Response* res, Request*) {
    res->writeHeader("x-split", "a\r\nb")->flushHeaders();
    res->end("body");
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 500);
  EXPECT_EQ(request->body, "");
}

TEST_P(Responses, NoContentThenOkOnOneConnection) {
  make_app()
      .get("/nothing", [](Response* res, Request*) { res->writeStatus("204 No Content")->end(); })
      .get("/something", [](Response* res, Request*) { res->end("something"); });
  RawConnection* connection = start();
  const RawRequest* first = connection->get("/nothing");
  finish(first);
  const RawRequest* second = connection->get("/something");
  finish(second);
  EXPECT_EQ(first->status, 204);
  EXPECT_EQ(second->status, 200);
  EXPECT_EQ(second->body, "something");
}

TEST_P(Responses, HeadGetsTheLengthWithoutTheBody) {
  make_app()
      .get("/end", [](Response* res, Request*) { res->end("0123456789"); })
      .get("/try-end", [](Response* res, Request*) { answer_with_pattern(res, 1'000'000); })
      .head("/own", [](Response* res, Request*) { res->endWithoutBody(12'345); });
  RawConnection* connection = start();
  const std::pair<const char*, const char*> expected[] = {
      {"/end", "10"}, {"/try-end", "1000000"}, {"/own", "12345"}};
  for (const auto& [path, length] : expected) {
    const RawRequest* request = connection->request(
        {{":method", "HEAD"}, {":scheme", "https"}, {":authority", "localhost"}, {":path", path}}, true);
    finish(request);
    EXPECT_EQ(request->status, 200) << path;
    EXPECT_EQ(request->field("content-length"), length) << path;
    EXPECT_EQ(request->body_bytes, 0u) << path;
    EXPECT_EQ(request->close_reason, US_QUIC_OK) << path;
  }
}

TEST_P(Responses, WriteStreamsABodyWithoutLength) {
  make_app().get("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    EXPECT_TRUE(res->write("one "));
    loop->after(5, [this, res] {
      EXPECT_TRUE(res->write("two "));
      loop->after(5, [res] { res->end("three"); });
    });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "one two three");
  EXPECT_EQ(request->field("content-length"), "");
}

TEST_P(Responses, FirstChunkArrivesBeforeTheEnd) {
  Response* open = nullptr;
  make_app().get("/", [&open](Response* res, Request*) {
    res->onAborted([] {});
    res->write("first");
    open = res;
  });
  const RawRequest* request = start()->get("/");
  ASSERT_TRUE(run_until([&] { return request->body == "first"; }));
  EXPECT_FALSE(request->ended);
  open->end();
  finish(request);
  EXPECT_TRUE(request->ended);
}

TEST_P(Responses, TrailersArriveAfterTheBody) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->write("body");
    res->writeTrailer("x-sum", "abc")->writeTrailer("x-more", "d")->end();
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "body");
  EXPECT_EQ(value_of(request->trailers, "x-sum"), "abc");
  EXPECT_EQ(value_of(request->trailers, "x-more"), "d");
  EXPECT_EQ(request->close_reason, US_QUIC_OK);
}

TEST_P(Responses, EarlyHintsAndContinueArriveOnAColdConnection) {
  make_app().post("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->writeInformational("103", {{"link", "</a.css>; rel=preload"}});
    res->onData([res, body = std::string()](std::string_view chunk, bool fin) mutable {
      body.append(chunk);
      if (fin) res->end(body);
    });
  });
  RawRequest* request = start()->post("/", {{"expect", "100-continue"}});
  ASSERT_TRUE(run_until([&] { return request->informational.size() == 2; }));
  EXPECT_EQ(request->informational[0].first, 103);
  EXPECT_EQ(value_of(request->informational[0].second, "link"), "</a.css>; rel=preload");
  EXPECT_EQ(request->informational[1].first, 100);
  EXPECT_EQ(request->status, 0);
  request->send("after 100").finish();
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->body, "after 100");
}

TEST_P(Responses, ContinueIsNotSentBeforeTheHandlerWantsTheBody) {
  Response* waiting = nullptr;
  make_app().post("/", [&waiting](Response* res, Request*) {
    res->onAborted([] {});
    waiting = res;
  });
  RawConnection* connection = start();
  RawRequest* request = connection->post("/", {{"expect", "100-continue"}});
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  settle(connection);
  EXPECT_TRUE(request->informational.empty());
  waiting->onData([waiting](std::string_view, bool fin) {
    if (fin) waiting->end("done");
  });
  ASSERT_TRUE(run_until([&] { return request->informational.size() == 1; }));
  EXPECT_EQ(request->informational[0].first, 100);
  request->finish();
  finish(request);
  EXPECT_EQ(request->body, "done");
}

TEST_P(Responses, AnAnswerWithoutReadingTheBodyNeedsNoContinue) {
  make_app().post("/", [](Response* res, Request*) { res->writeStatus("401")->end("no"); });
  RawRequest* request = start()->post("/", {{"expect", "100-continue"}});
  ASSERT_TRUE(run_until([&] { return request->is_complete(); }));
  EXPECT_EQ(request->status, 401);
  EXPECT_TRUE(request->informational.empty());
  request->abort();
  finish(request);
}

TEST_P(Responses, PreparedResponsesAreSentManyTimes) {
  const PreparedResponse prepared("200", {{"content-type", "text/plain"}}, "prepared");
  ASSERT_TRUE(prepared.valid());
  make_app().get("/", [&prepared](Response* res, Request*) { res->end(prepared); });
  RawConnection* connection = start();
  std::vector<const RawRequest*> requests;
  for (int i = 0; i < 50; ++i) requests.push_back(connection->get("/"));
  for (const RawRequest* request : requests) {
    finish(request);
    EXPECT_EQ(request->status, 200);
    EXPECT_EQ(request->body, "prepared");
    EXPECT_EQ(request->field("content-length"), "8");
  }
}

TEST_P(Responses, MalformedPreparedResponsesAreNotValid) {
  EXPECT_FALSE(PreparedResponse("200", {{"x-bad", "a\r\nb"}}, "").valid());
}

TEST_P(Responses, CorkSendsEverythingOnce) {
  make_app().get("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->cork([res] {
      res->writeHeader("x-in", "cork");
      res->write("one ");
      res->end("two");
    });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->field("x-in"), "cork");
  EXPECT_EQ(request->body, "one two");
}

TEST_P(Responses, DateCanBeLeftOut) {
  AppOptions options;
  options.date_header = false;
  make_app(options).get("/", [](Response* res, Request*) { res->end("no date"); });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->field("date"), "");
}

TEST_P(Responses, UserDataTravelsWithTheResponse) {
  std::string text = "user data";
  make_app().get("/", [this, &text](Response* res, Request*) {
    res->onAborted([] {});
    EXPECT_EQ(res->getUserData(), nullptr);
    res->setUserData(&text);
    loop->after(5, [res] { res->end(*static_cast<std::string*>(res->getUserData())); });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "user data");
}

TEST_P(Responses, HasRespondedTurnsTrueWithTheEnd) {
  make_app().get("/", [](Response* res, Request*) {
    EXPECT_FALSE(res->hasResponded());
    res->end("x");
    EXPECT_TRUE(res->hasResponded());
  });
  finish(start()->get("/"));
}

INSTANTIATE_TEST_SUITE_P(Versions, Responses, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
