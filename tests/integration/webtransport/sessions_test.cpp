// Sessions: how they open, are refused, and end.
#include <array>
#include <set>

#include "integration/webtransport/fixture.h"

namespace usquic::test {
namespace {

class WebTransportSessions : public WebTransportTest {
 protected:
  std::array<SessionLog, 20> twenty_;
};

TEST_F(WebTransportSessions, OpenOnBothSides) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(here), here, server);
  EXPECT_EQ(session, here.session);
  EXPECT_NE(session->native(), nullptr);
  EXPECT_TRUE(server.session->isOpen());
  EXPECT_GT(session->getMaxDatagramSize(), 1000U);
}

TEST_F(WebTransportSessions, AreUpgradedWithFieldsAndParameters) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  std::string seen;
  WebTransportBehavior behavior = recording(server);
  WebTransport* accepted = nullptr;
  int user = 0;
  behavior.upgrade = [&](Response* res, Request* req) {
    seen = std::string(req->getMethod()) + " " + std::string(req->getProtocol()) + " " +
           std::string(req->getParameter("room")) + " " + std::string(req->getParameter(1)) + " " +
           std::string(req->getHeader("x-token")) + " " + std::string(req->getQuery("q"));
    res->writeHeader("x-answer", "yes");
    accepted = res->acceptWebTransport();
    EXPECT_TRUE(res->hasResponded());
    EXPECT_EQ(server.opened, 0) << "no call runs a handler inside";
    accepted->setUserData(&user);
  };
  behavior.open = [&, open = std::move(behavior.open)](WebTransport* session) mutable {
    EXPECT_EQ(session->getUserData(), &user);
    open(session);
  };
  make_app().webTransport("/rooms/:room/*", std::move(behavior));
  make_client();
  client->webTransport(url("/rooms/a%20b/c/d?q=1"), recording(here), {.headers = {{"X-Token", "t"}}});
  ASSERT_TRUE(run_until([&] { return here.opened > 0 && server.opened > 0; }));
  EXPECT_EQ(seen, "CONNECT webtransport a b c/d t 1");
  EXPECT_EQ(server.session, accepted);
}

TEST_F(WebTransportSessions, AreAcceptedLater) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  Response* waiting = nullptr;
  WebTransportBehavior behavior = recording(server);
  behavior.upgrade = [&](Response* res, Request*) {
    waiting = res;
    res->onAborted([&] { waiting = nullptr; });
  };
  make_app().webTransport("/", std::move(behavior));
  make_client().webTransport(url(), recording(here));
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  EXPECT_EQ(here.opened, 0);
  EXPECT_NE(waiting->acceptWebTransport(), nullptr);
  ASSERT_TRUE(run_until([&] { return here.opened > 0 && server.opened > 0; }));
  here.session->close(1, "bye");
  ASSERT_TRUE(run_until([&] { return server.closed > 0; }));
  EXPECT_EQ(server.code, 1U);
}

TEST_F(WebTransportSessions, AreRefusedByAnyOtherAnswer) {
  SessionLog& server = make_log();
  WebTransportBehavior behavior = recording(server);
  behavior.upgrade = [](Response* res, Request*) { res->writeStatus("403 Forbidden")->end("no"); };
  make_app().webTransport("/", std::move(behavior));
  SessionLog& here = make_log();
  make_client().webTransport(url(), recording(here));
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_EQ(here.failed, 1);
  EXPECT_EQ(here.status, 403);
  EXPECT_EQ(here.error, US_QUIC_E_REFUSED);
  EXPECT_NE(here.text.find("403"), std::string::npos);
  EXPECT_EQ(server.opened, 0);
}

TEST_F(WebTransportSessions, MalformedFieldsOfTheAnswerAre500) {
  SessionLog& server = make_log();
  WebTransportBehavior behavior = recording(server);
  behavior.upgrade = [](Response* res, Request*) {
    res->writeHeader("a\nb", "c");
    EXPECT_EQ(res->acceptWebTransport(), nullptr);
    EXPECT_TRUE(res->hasResponded());
  };
  make_app().webTransport("/", std::move(behavior));
  SessionLog& here = make_log();
  make_client().webTransport(url(), recording(here));
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_EQ(here.status, 500);
}

TEST_F(WebTransportSessions, AndRequestsHaveRoutesOfTheirOwn) {
  int connects = 0;
  SessionLog& server = make_log();
  make_app()
      .connect("/connect", [&](Response* res, Request*) { ++connects, res->end(); })
      .any("/any", [&](Response* res, Request*) { ++connects, res->end(); })
      .webTransport("/session", recording(server))
      .webTransport("/both", recording(server))
      .get("/both", [](Response* res, Request*) { res->end("a page"); });
  make_client();
  for (const char* target : {"/connect", "/any", "/nothing"}) {
    SessionLog& here = make_log();
    client->webTransport(url(target), recording(here));
    ASSERT_TRUE(run_until([&] { return here.is_over(); }));
    EXPECT_EQ(here.status, 404) << target;
  }
  EXPECT_EQ(connects, 0);
  int page = 0;
  int none = 0;
  client->fetch(url("/both"))->onResponse([&](const ResponseHead& head) { page = head.status; });
  client->fetch(url("/session"))->onResponse([&](const ResponseHead& head) { none = head.status; });
  ASSERT_TRUE(run_until([&] { return page != 0 && none != 0; }));
  EXPECT_EQ(page, 200);
  EXPECT_EQ(none, 404);
  SessionLog& here = make_log();
  open_session(recording(here), here, server, "/both");
}

TEST_F(WebTransportSessions, RoutesYieldAndBelongToDomains) {
  std::string order;
  SessionLog& server = make_log();
  WebTransportBehavior first;
  first.upgrade = [&](Response*, Request* req) {
    order += "first ";
    req->setYield(true);
  };
  WebTransportBehavior second = recording(server);
  second.upgrade = [&](Response* res, Request*) {
    order += "second";
    res->acceptWebTransport();
  };
  make_app()
      .webTransport("/a/b", std::move(first))
      .webTransport("/a/*", std::move(second))
      .domain("other.example")
      .webTransport("/only", WebTransportBehavior{});
  make_client();
  SessionLog& here = make_log();
  open_session(recording(here), here, server, "/a/b");
  EXPECT_EQ(order, "first second");
  SessionLog& wrong = make_log();
  client->webTransport(url("/only"), recording(wrong));
  SessionLog& right = make_log();
  client->webTransport(url("/only"), recording(right), {.headers = {{"host", "other.example"}}});
  ASSERT_TRUE(run_until([&] { return wrong.is_over() && right.opened > 0; }));
  EXPECT_EQ(wrong.status, 404);
}

TEST_F(WebTransportSessions, CloseFromTheClientCarriesCodeAndReason) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(here), here, server);
  session->close(77, "goodbye, wörld");
  EXPECT_FALSE(session->isOpen());
  EXPECT_EQ(session->openStream(), nullptr);
  EXPECT_EQ(session->sendDatagram("x"), US_QUIC_E_CLOSED);
  EXPECT_EQ(here.closed, 0) << "no call runs a handler inside";
  ASSERT_TRUE(run_until([&] { return here.closed > 0 && server.closed > 0; }));
  for (const SessionLog* log : {&here, &server}) {
    EXPECT_TRUE(log->is_clean);
    EXPECT_EQ(log->code, 77U);
    EXPECT_EQ(log->reason, "goodbye, wörld");
    EXPECT_EQ(log->closed, 1);
  }
}

TEST_F(WebTransportSessions, CloseFromTheServerCarriesCodeAndReason) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().webTransport("/", recording(server));
  open_session(recording(here), here, server);
  server.session->close(0xffffffff, "server");
  ASSERT_TRUE(run_until([&] { return here.closed > 0 && server.closed > 0; }));
  for (const SessionLog* log : {&here, &server}) {
    EXPECT_TRUE(log->is_clean);
    EXPECT_EQ(log->code, 0xffffffffU);
    EXPECT_EQ(log->reason, "server");
  }
}

TEST_F(WebTransportSessions, AReasonIsCutBetweenCharacters) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(here), here, server);
  std::string reason(1023, 'a');
  reason += "\xc3\xb6 and more";
  session->close(1, reason);
  ASSERT_TRUE(run_until([&] { return here.closed > 0 && server.closed > 0; }));
  EXPECT_EQ(server.reason, std::string(1023, 'a'));
  EXPECT_EQ(here.reason, server.reason);
}

TEST_F(WebTransportSessions, DrainIsTold) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().webTransport("/", recording(server));
  WebTransport* session = open_session(recording(here), here, server);
  session->drain();
  server.session->drain();
  ASSERT_TRUE(run_until([&] { return here.drained > 0 && server.drained > 0; }));
  EXPECT_TRUE(session->isOpen());
  EXPECT_TRUE(server.session->isOpen());
}

TEST_F(WebTransportSessions, DatagramsGoBothWays) {
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  WebTransportBehavior behavior = recording(server);
  behavior.datagram = [&](WebTransport* session, std::string_view data) {
    server.datagrams.emplace_back(data);
    EXPECT_EQ(session->sendDatagram(std::string(data) + "!"), US_QUIC_OK);
  };
  make_app().webTransport("/", std::move(behavior));
  WebTransport* session = open_session(recording(here), here, server);
  EXPECT_EQ(session->sendDatagram("one"), US_QUIC_OK);
  EXPECT_EQ(session->sendDatagram(std::string("\0\xff", 2)), US_QUIC_OK);
  ASSERT_TRUE(run_until([&] { return here.datagrams.size() == 2; }));
  EXPECT_EQ(here.datagrams, (std::vector<std::string>{"one!", std::string("\0\xff!", 3)}));
  EXPECT_EQ(session->sendDatagram(""), US_QUIC_E_INVALID);
  EXPECT_EQ(session->sendDatagram(std::string(70'000, 'x')), US_QUIC_E_TOO_LARGE);
  const std::string largest = body_of(session->getMaxDatagramSize() - 1);
  EXPECT_EQ(session->sendDatagram(largest), US_QUIC_OK);
  ASSERT_TRUE(run_until([&] { return server.datagrams.size() == 3; }));
  EXPECT_EQ(server.datagrams.back(), largest);
}

TEST_F(WebTransportSessions, TwentyOfOneClientShareTwoConnections) {
  std::set<us_quic_connection_t*> connections;
  std::vector<std::string> seen;
  WebTransportBehavior behavior;
  behavior.open = [&](WebTransport* session) {
    connections.insert(us_quic_stream_connection(session->native()));
  };
  behavior.datagram = [](WebTransport* session, std::string_view data) { session->sendDatagram(data); };
  make_app().webTransport("/:name", std::move(behavior));
  make_client();
  std::array<SessionLog, 20>& logs = twenty_;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    client->webTransport(url("/" + std::to_string(i)), recording(logs[i]));
  }
  const auto all = [&](auto is) {
    return run_until([&] { return std::all_of(logs.begin(), logs.end(), is); });
  };
  ASSERT_TRUE(all([](const SessionLog& log) { return log.opened == 1; }));
  EXPECT_EQ(connections.size(), 2U);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    EXPECT_EQ(logs[i].session->sendDatagram(std::to_string(i)), US_QUIC_OK);
  }
  ASSERT_TRUE(all([](const SessionLog& log) { return log.datagrams.size() == 1; }));
  for (std::size_t i = 0; i < logs.size(); ++i) EXPECT_EQ(logs[i].datagrams[0], std::to_string(i));
  for (const SessionLog& log : logs) log.session->close();
  ASSERT_TRUE(all([](const SessionLog& log) { return log.closed == 1; }));
}

TEST_F(WebTransportSessions, HaveFurtherConnectionsWhereTheServerTakesFewer) {
  AppOptions options;
  options.max_webtransport_sessions = 1;
  std::set<us_quic_connection_t*> connections;
  WebTransportBehavior behavior;
  behavior.open = [&](WebTransport* session) {
    connections.insert(us_quic_stream_connection(session->native()));
  };
  make_app(options).webTransport("/", std::move(behavior));
  make_client();
  std::array<SessionLog*, 3> logs = {&make_log(), &make_log(), &make_log()};
  for (SessionLog* log : logs) client->webTransport(url(), recording(*log));
  ASSERT_TRUE(run_until([&] {
    return std::all_of(logs.begin(), logs.end(), [](const auto* log) { return log->opened == 1; });
  })) << logs[1]->text
      << logs[2]->text;
  EXPECT_EQ(connections.size(), 3U);
}

TEST_F(WebTransportSessions, ShareAConnectionWithFetches) {
  us_quic_connection_t* of_fetch = nullptr;
  SessionLog& server = make_log();
  SessionLog& here = make_log();
  make_app().get("/", [&](Response* res, Request*) { res->end("x"); }).webTransport("/", recording(server));
  make_client();
  bool is_done = false;
  client->fetch(url())
      ->onSent([&](us_quic_stream_t* stream) { of_fetch = us_quic_stream_connection(stream); })
      ->onEnd([&] { is_done = true; });
  ASSERT_TRUE(run_until([&] { return is_done; }));
  const WebTransport* session = open_session(recording(here), here, server);
  EXPECT_EQ(us_quic_stream_connection(session->native()), of_fetch);
}

TEST_F(WebTransportSessions, OfAClientWithoutThemFail) {
  make_app().webTransport("/", WebTransportBehavior{});
  make_client({.max_webtransport_sessions = 0});
  SessionLog& here = make_log();
  client->webTransport(url(), recording(here));
  EXPECT_EQ(here.failed, 0) << "no call runs a handler inside";
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_EQ(here.error, US_QUIC_E_STATE);
}

TEST_F(WebTransportSessions, OfAServerWithoutThemFail) {
  AppOptions options;
  options.max_webtransport_sessions = 0;
  make_app(options).webTransport("/", WebTransportBehavior{});
  make_client();
  SessionLog& here = make_log();
  client->webTransport(url(), recording(here));
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_EQ(here.error, US_QUIC_E_UNSUPPORTED) << here.text;
}

TEST_F(WebTransportSessions, FailWithAReason) {
  make_app();
  make_client();
  SessionLog& malformed = make_log();
  client->webTransport("http://localhost/", recording(malformed));
  SessionLog& field = make_log();
  client->webTransport(url(), recording(field), {.headers = {{"a b", "c"}}});
  SessionLog& nobody = make_log();
  ClientOptions to_nobody;
  to_nobody.resolve.push_back({"nobody.example", 1, "127.0.0.1"});
  Client lonely(to_nobody, loop);
  lonely.webTransport("https://nobody.example:1/", recording(nobody));
  ASSERT_TRUE(run_until([&] { return malformed.is_over() && field.is_over() && nobody.is_over(); }));
  EXPECT_EQ(malformed.error, US_QUIC_E_INVALID);
  EXPECT_EQ(field.error, US_QUIC_E_HEADERS);
  EXPECT_EQ(nobody.error, US_QUIC_E_REFUSED) << nobody.text;
  EXPECT_EQ(nobody.status, 0);
}

TEST_F(WebTransportSessions, FailWhenNoAnswerComesInTime) {
  bool was_asked = false;
  bool is_aborted = false;
  WebTransportBehavior behavior;
  behavior.upgrade = [&](Response* res, Request*) {
    was_asked = true;
    res->onAborted([&] { is_aborted = true; });
  };
  make_app().webTransport("/", std::move(behavior));
  make_client();
  SessionLog& here = make_log();
  client->webTransport(url(), recording(here), {.open_ms = 300});
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_TRUE(was_asked);
  EXPECT_EQ(here.error, US_QUIC_E_TIMEOUT) << here.text;
  EXPECT_TRUE(run_until([&] { return is_aborted; }));
}

TEST_F(WebTransportSessions, GivenUpBeforeTheyAreOpenFail) {
  make_app().webTransport("/", WebTransportBehavior{});
  make_client();
  SessionLog& here = make_log();
  client->webTransport(url(), recording(here))->close();
  ASSERT_TRUE(run_until([&] { return here.is_over(); }));
  EXPECT_EQ(here.failed, 1);
  EXPECT_EQ(here.error, US_QUIC_E_CLOSED);
}

}  // namespace
}  // namespace usquic::test
