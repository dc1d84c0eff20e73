// What a handler sees of a request, and when it may answer.
#include <map>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"

namespace usquic::test {
namespace {

class Requests : public EveryVersionTest {};

TEST_P(Requests, GetIsAnsweredWithStatusFieldsAndBody) {
  make_app().get("/hello", [](Response* res, Request* req) {
    EXPECT_EQ(req->getMethod(), "GET");
    EXPECT_EQ(req->getUrl(), "/hello");
    EXPECT_EQ(req->getScheme(), "https");
    EXPECT_EQ(req->getAuthority(), "localhost");
    res->writeHeader("content-type", "text/plain")->end("hello world");
  });
  const RawRequest* request = start()->get("/hello");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->body, "hello world");
  EXPECT_EQ(request->field("content-type"), "text/plain");
  EXPECT_EQ(request->field("content-length"), "11");
  EXPECT_NE(request->field("date"), "");
  EXPECT_EQ(request->close_reason, US_QUIC_OK);
}

TEST_P(Requests, PostIsEchoedWithStatusAndHeaders) {
  make_app().post("/echo", [](Response* res, Request* req) {
    res->writeStatus("201 Created")->writeHeader("X-Kind", req->getHeader("x-kind"));
    echo_as_it_comes(res);
  });
  RawRequest* request = start()->post("/echo", {{"x-kind", "test"}, {"content-length", "5"}});
  request->send("12345").finish();
  finish(request);
  EXPECT_EQ(request->status, 201);
  EXPECT_EQ(request->field("x-kind"), "test");
  EXPECT_EQ(request->body, "12345");
}

TEST_P(Requests, PostWithoutContentLengthIsEchoed) {
  make_app().post("/echo", [](Response* res, Request* req) {
    EXPECT_EQ(req->getHeader("content-length"), "");
    echo_as_it_comes(res);
  });
  RawRequest* request = start()->post("/echo");
  request->send("one ").send("two").finish();
  finish(request);
  EXPECT_EQ(request->body, "one two");
}

TEST_P(Requests, PostWithAnEmptyBodyTellsFin) {
  make_app().post("/echo", [](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([res](std::string_view chunk, bool fin) {
      EXPECT_EQ(chunk, "");
      EXPECT_TRUE(fin);
      res->end("got nothing");
    });
  });
  RawRequest* request = start()->post("/echo");
  request->finish();
  finish(request);
  EXPECT_EQ(request->body, "got nothing");
}

TEST_P(Requests, QueryIsReadRawAndByKey) {
  make_app().get("/search", [](Response* res, Request* req) {
    EXPECT_EQ(req->getUrl(), "/search");
    EXPECT_EQ(req->getFullUrl(), "/search?q=a%20b+c&empty=&flag&q=second");
    EXPECT_EQ(req->getQuery(), "q=a%20b+c&empty=&flag&q=second");
    EXPECT_EQ(req->getQuery("empty"), "");
    EXPECT_EQ(req->getQuery("flag"), "");
    EXPECT_EQ(req->getQuery("absent"), "");
    res->end(req->getQuery("q"));
  });
  const RawRequest* request = start()->get("/search?q=a%20b+c&empty=&flag&q=second");
  finish(request);
  EXPECT_EQ(request->body, "a b c");
}

TEST_P(Requests, SevenKibibytesHeaderAndFiftyFieldsArrive) {
  make_app().get("/", [](Response* res, Request* req) {
    int count = 0;
    req->forEachHeader([&count](std::string_view name, std::string_view value) {
      if (name.starts_with("x-many-") && value.size() == 100) ++count;
      EXPECT_FALSE(name.starts_with(":"));
    });
    res->writeHeader("x-count", static_cast<std::uint64_t>(count))->end(req->getHeader("x-large"));
  });
  Fields fields = {{"x-large", std::string(7 * 1024, 'l')}};
  for (int i = 0; i < 50; ++i) fields.emplace_back("x-many-" + std::to_string(i), std::string(100, 'v'));
  const RawRequest* request = start()->get("/", fields);
  finish(request);
  EXPECT_EQ(request->body, std::string(7 * 1024, 'l'));
  EXPECT_EQ(request->field("x-count"), "50");
}

// Chromium sends each cookie as a line of its own (RFC 9114 section 4.2.1).
TEST_P(Requests, SeveralLinesOfAFieldAreReadAsOne) {
  make_app().get("/", [](Response* res, Request* req) {
    int lines = 0;
    req->forEachHeader([&lines](std::string_view, std::string_view) { ++lines; });
    EXPECT_EQ(lines, 8);
    EXPECT_EQ(req->getHeader("x-one"), "1");
    EXPECT_EQ(req->getHeader("x-none"), "");
    EXPECT_EQ(req->getHeader("x-empty"), ", ");
    res->writeHeader("x-accept", req->getHeader("accept"))->end(req->getHeader("cookie"));
  });
  const RawRequest* request = start()->get("/", {{"cookie", "a=1"},
                                                 {"accept", "text/html"},
                                                 {"cookie", "b=2; c=3"},
                                                 {"x-one", "1"},
                                                 {"x-empty", ""},
                                                 {"x-empty", ""},
                                                 {"cookie", "d=4"},
                                                 {"accept", "text/plain;q=0.5, */*"}});
  finish(request);
  EXPECT_EQ(request->body, "a=1; b=2; c=3; d=4");
  EXPECT_EQ(request->field("x-accept"), "text/html, text/plain;q=0.5, */*");
}

TEST_P(Requests, HostIsTheAuthority) {
  make_app().get("/", [](Response* res, Request* req) {
    req->forEachHeader([](std::string_view name, std::string_view) { EXPECT_NE(name, ":authority"); });
    res->end(req->getHeader("host"));
  });
  RawConnection* connection = start();
  const RawRequest* request = connection->get("/");
  finish(request);
  EXPECT_EQ(request->body, "localhost");
  // RFC 9114 section 4.3.1: a request that came over HTTP/1.1 first may have Host alone.
  request = connection->request(
      {{":method", "GET"}, {":scheme", "https"}, {":path", "/"}, {"host", "other.example:8443"}}, true);
  finish(request);
  EXPECT_EQ(request->body, "other.example:8443");
}

TEST_P(Requests, AnswerMayComeLater) {
  make_app().get("/later", [this](Response* res, Request*) {
    res->onAborted([] {});
    loop->after(30, [res] { res->writeHeader("x-when", "later")->end("at last"); });
  });
  const RawRequest* request = start()->get("/later");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->field("x-when"), "later");
  EXPECT_EQ(request->body, "at last");
}

TEST_P(Requests, FieldsThatWereCopiedSurviveTheHandler) {
  make_app().get("/:name", [this](Response* res, Request* req) {
    res->onAborted([] {});
    std::string text = std::string(req->getParameter("name")) + " " + std::string(req->getHeader("x-one")) +
                       " " + std::string(req->getQuery("two"));
    loop->after(10, [res, text = std::move(text)] { res->end(text); });
  });
  const RawRequest* request = start()->get("/zero?two=2", {{"x-one", "1"}});
  finish(request);
  EXPECT_EQ(request->body, "zero 1 2");
}

TEST_P(Requests, SixtyFourConcurrentStreamsOnOneConnectionGetTheirOwnAnswers) {
  std::vector<Response*> waiting;
  std::vector<std::string> names;
  make_app().get("/:n", [&](Response* res, Request* req) {
    res->onAborted([] {});
    waiting.push_back(res);
    names.emplace_back(req->getParameter("n"));
  });
  RawConnection* connection = start();
  std::vector<const RawRequest*> requests;
  for (int i = 0; i < 64; ++i) requests.push_back(connection->get("/" + std::to_string(i)));
  ASSERT_TRUE(run_until([&] { return waiting.size() == 64; }));
  for (std::size_t i = 64; i-- > 0;) waiting[i]->end("answer to " + names[i]);  // the last first
  for (std::size_t i = 0; i < 64; ++i) {
    finish(requests[i]);
    EXPECT_EQ(requests[i]->body, "answer to " + std::to_string(i));
  }
}

TEST_P(Requests, EightConnectionsGetContentOfTheirOwn) {
  make_app().post("/:connection", [](Response* res, Request* req) {
    res->writeHeader("x-connection", req->getParameter(0));
    echo_as_it_comes(res);
  });
  std::vector<RawConnection*> connections = {start()};
  while (connections.size() < 8) connections.push_back(connect());
  std::map<std::string, RawRequest*> requests;
  for (std::size_t c = 0; c < 8; ++c) {
    for (int i = 0; i < 4; ++i) {
      const std::string name = std::to_string(c) + "." + std::to_string(i);
      RawRequest* request = connections[c]->post("/" + name);
      std::string body;
      for (int n = 0; n < 5000; ++n) body += name + ";";
      request->send(body).finish();
      requests[body] = request;
    }
  }
  for (const auto& [body, request] : requests) {
    finish(request);
    EXPECT_EQ(request->body, body);
    EXPECT_EQ(request->field("x-connection"), body.substr(0, 3));
  }
}

TEST_P(Requests, TrailersReachTheHandlerBeforeTheEnd) {
  std::string seen;
  make_app().post("/", [&seen](Response* res, Request*) {
    res->onAborted([] {});
    res->onTrailer([&seen](std::string_view name, std::string_view value) {
      seen += std::string(name) + "=" + std::string(value) + ";";
    });
    res->onData([res, &seen](std::string_view, bool fin) {
      if (fin) res->end(seen);
    });
  });
  RawRequest* request = start()->post("/");
  request->send("body").send_trailers({{"x-sum", "abc"}, {"x-more", "d"}});
  finish(request);
  EXPECT_EQ(request->body, "x-sum=abc;x-more=d;");
}

TEST_P(Requests, RemoteAddressIsTheClients) {
  make_app().get("/", [](Response* res, Request*) {
    EXPECT_EQ(res->getRemoteAddress(), std::string_view("\x7f\0\0\1", 4));
    EXPECT_NE(res->getRemotePort(), 0);
    res->end(res->getRemoteAddressAsText());
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "127.0.0.1");
}

INSTANTIATE_TEST_SUITE_P(Versions, Requests, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
