// What requests are answered.
#include "app_with_client.h"

#include <functional>
#include <string>

namespace {

using namespace usquic;
using namespace usquic::test;

class App : public AppTest {};

TEST_F(App, AnswersWithStatusFieldsAndBody) {
  app().get("/hello/:name", [](auto* res, auto* req) {
    res->writeStatus("201 Created")->writeHeader("X-Name", req->getParameter("name"));
    res->end("q=" + std::string(req->getQuery("q")) + " " + std::string(req->getHeader("x-in")));
  });
  const Answer answer = get({.path = "/hello/a%20b?q=c+d", .fields = {{"x-in", "in"}}});
  EXPECT_EQ(answer.status, "201");
  EXPECT_EQ(answer.field("x-name"), "a b");
  EXPECT_EQ(answer.field("content-length"), "8");
  EXPECT_EQ(answer.field("date").size(), 29U);
  EXPECT_EQ(answer.body, "q=c d in");
  EXPECT_TRUE(answer.has_ended);
}

TEST_F(App, TellsUnknownPathsFromUnknownMethods) {
  app().get("/a", [](auto* res, auto*) { res->end("a"); }).any("/b", [](auto*, auto* req) {
    req->setYield(true);
  });
  Pending& head = client().ask({.method = "HEAD", .path = "/a"});
  Pending& post = client().ask({.method = "POST", .path = "/a"});
  Pending& other = client().ask({.path = "/c"});
  Pending& declined = client().ask({.path = "/b"});
  run();
  EXPECT_EQ(head.answer.status, "200");
  EXPECT_EQ(head.answer.field("content-length"), "1");
  EXPECT_EQ(head.answer.body, "");
  EXPECT_EQ(post.answer.status, "405");
  EXPECT_EQ(post.answer.field("allow"), "GET, HEAD");
  EXPECT_EQ(other.answer.status, "404");
  EXPECT_EQ(declined.answer.status, "404");
}

TEST_F(App, EchoesALargeUploadInConstantMemory) {
  app().post("/echo", [](auto* res, auto*) {
    res->onAborted([] { ADD_FAILURE(); });
    res->onData([res](std::string_view chunk, bool fin) {
      if (fin) return res->end(chunk);
      if (res->write(chunk)) return;
      res->pause();
      res->onWritable([res](std::uint64_t) {
        res->resume();
        return true;
      });
    });
  });
  std::string body(3 << 20, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  const Answer answer = get({.method = "POST", .path = "/echo", .body = body});
  EXPECT_TRUE(answer.has_ended);
  EXPECT_TRUE(answer.body == body);
}

TEST_F(App, SendsEveryByteOnceByTryEnd) {
  core_.send_buffer_bytes = 1000;
  std::string body(300'000, 'x');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
  app().get("/", [&](auto* res, auto*) {
    res->onAborted([] { ADD_FAILURE(); });
    const auto [ok, done] = res->tryEnd(body);
    EXPECT_FALSE(ok || done);
    res->onWritable([&body, res](std::uint64_t offset) {
      return res->tryEnd(std::string_view(body).substr(offset), body.size()).first;
    });
  });
  const Answer answer = get({});
  EXPECT_TRUE(answer.body == body);
  EXPECT_EQ(answer.field("content-length"), "300000");
  EXPECT_TRUE(answer.has_ended);
}

TEST_F(App, RefusesBodiesOverTheLimit) {
  options_.max_body_bytes = 100;
  int aborts = 0, handled = 0;
  app().post("/", [&](auto* res, auto*) {
    ++handled;
    res->onAborted([&] { ++aborts; });
    res->onData([](std::string_view, bool) {});
  });
  Pending& told =
      client().ask({.method = "POST", .fields = {{"content-length", "101"}}, .body = std::string(101, 'x')});
  Pending& untold = client().ask({.method = "POST", .body = std::string(2000, 'x')});
  run();
  EXPECT_EQ(told.answer.status, "413");
  EXPECT_EQ(untold.answer.status, "413");
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(aborts, 1);
}

TEST_F(App, AsksForTheBodyWhenTheHandlerDoes) {
  app().post("/", [](auto* res, auto*) {
    res->onAborted([] {});
    res->onData([res](std::string_view, bool) { res->end("ok"); });
  });
  const Answer answer = get({.method = "POST", .fields = {{"expect", "100-continue"}}, .body = "x"});
  EXPECT_EQ(answer.informational, std::vector<std::string>{"100"});
  EXPECT_EQ(answer.body, "ok");
}

TEST_F(App, AnswersMalformedFieldsWith500) {
  app().get("/crlf", [](auto* res, auto*) { res->writeHeader("x", "a\r\nb: c")->end("body"); });
  app().get("/connection", [](auto* res, auto*) { res->writeHeader("Connection", "close")->end("body"); });
  Pending& crlf = client().ask({.path = "/crlf"});
  Pending& connection = client().ask({.path = "/connection"});
  run();
  EXPECT_EQ(crlf.answer.status, "500");
  EXPECT_EQ(crlf.answer.body, "");
  EXPECT_EQ(connection.answer.status, "500");
}

TEST_F(App, SendsInformationalResponsesAndTrailers) {
  app().get("/", [](auto* res, auto*) {
    res->writeInformational("103", {{"Link", "</a.css>; rel=preload"}});
    res->writeTrailer("X-Sum", "1")->end("body");
  });
  const Answer answer = get({});
  EXPECT_EQ(answer.informational, std::vector<std::string>{"103"});
  ASSERT_EQ(answer.trailers.size(), 1U);
  EXPECT_EQ(answer.trailers[0].second, "1");
  EXPECT_EQ(answer.body, "body");
}

TEST_F(App, SendsPreparedResponsesWithoutContentWithoutALength) {
  const PreparedResponse none("204", {}, "");
  const PreparedResponse same("304", {{"etag", "\"1\""}}, "");
  app().any("/none", [&](auto* res, auto*) { res->end(none); }).any("/same", [&](auto* res, auto*) {
    res->end(same);
  });
  std::vector<Pending*> asked;
  for (const char* path : {"/none", "/same"}) {
    for (const char* method : {"GET", "HEAD"})
      asked.push_back(&client().ask({.method = method, .path = path}));
  }
  run();
  for (const Pending* each : asked) {
    EXPECT_EQ(each->answer.field("content-length"), "(none)") << each->answer.status;
    EXPECT_TRUE(each->answer.has_ended);
  }
  EXPECT_EQ(asked[0]->answer.status, "204");
  EXPECT_EQ(asked[3]->answer.status, "304");
  EXPECT_EQ(asked[3]->answer.field("etag"), "\"1\"");
}

TEST_F(App, SendsPreparedResponses) {
  const PreparedResponse prepared("200 OK", {{"Content-Type", "text/plain"}}, "prepared");
  app().get("/", [&](auto* res, auto*) { res->end(prepared); });
  Pending& get = client().ask({});
  Pending& head = client().ask({.method = "HEAD"});
  run();
  EXPECT_EQ(get.answer.body, "prepared");
  EXPECT_EQ(head.answer.body, "");
  EXPECT_EQ(head.answer.field("content-length"), "8");
  EXPECT_FALSE(PreparedResponse("200", {{"a", "\n"}}, "").valid());
}

TEST_F(App, OffersTunnelsOnlyWhereARouteDoes) {
  app().any("/ws", [](auto* res, auto*) { res->end("any"); });
  app().connect("/chat", [](auto* res, auto* req) {
    EXPECT_EQ(req->getProtocol(), "websocket");
    res->onAborted([] { ADD_FAILURE(); });
    res->write("");
    res->onData([res](std::string_view chunk, bool fin) {
      if (fin) return res->end();
      res->write(chunk);
    });
  });
  const Answer answer =
      get({.method = "CONNECT", .path = "/chat", .body = "both ways", .protocol = "websocket"});
  EXPECT_EQ(answer.status, "200");
  EXPECT_EQ(answer.field("content-length"), "(none)");
  EXPECT_EQ(answer.body, "both ways");
  EXPECT_TRUE(answer.has_ended);
}

TEST_F(App, RoutesByDomain) {
  app().get("/", [](auto* res, auto*) { res->end("others"); });
  app().domain("a.test").get("/", [](auto* res, auto*) { res->end("a"); });
  app().domain("*.b.test").get("/", [](auto* res, auto*) { res->end("b"); });
  Pending& a = client().ask({.authority = "A.test:444"});
  Pending& b = client().ask({.authority = "x.b.test"});
  Pending& c = client().ask({.authority = "x.y.b.test"});
  run();
  EXPECT_EQ(a.answer.body, "a");
  EXPECT_EQ(b.answer.body, "b");
  EXPECT_EQ(c.answer.body, "others");
}

TEST_F(App, ForgetsAllRoutesAndTakesNewOnes) {
  app()
      .get("/old", [](auto* res, auto*) { res->end("old"); })
      .domain("a.test")
      .get("/", [](auto* res, auto*) { res->end("a"); });
  app().clearRoutes().get("/new", [](auto* res, auto*) { res->end("new"); });
  Pending& old = client().ask({.path = "/old"});
  Pending& renewed = client().ask({.path = "/new"});
  Pending& a = client().ask({.authority = "a.test"});
  Pending& b = client().ask({.path = "/new", .authority = "b.test"});
  run();
  EXPECT_EQ(old.answer.status, "404");
  EXPECT_EQ(renewed.answer.body, "new");
  EXPECT_EQ(a.answer.status, "404");
  EXPECT_EQ(b.answer.body, "new") << "there are no routes for names any more";
}

}  // namespace
