// Extended CONNECT (RFC 9220): a stream that stays open both ways.
#include <functional>
#include <map>
#include <string>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"

namespace usquic::test {
namespace {

class Connect : public EveryVersionTest {
 protected:
  void SetUp() override {
    if (!version.has_extended_connect) GTEST_SKIP() << "no extended CONNECT in this version";
  }

  static Fields fields(const char* path) {
    return {{":method", "CONNECT"},
            {":protocol", "echo"},
            {":scheme", "https"},
            {":authority", "localhost"},
            {":path", path}};
  }
};

TEST_P(Connect, EchoesWhileBothWaysAreOpen) {
  make_app().connect("/tunnel/:name", [](Response* res, Request* req) {
    EXPECT_EQ(req->getMethod(), "CONNECT");
    EXPECT_EQ(req->getParameter("name"), "one");
    res->writeHeader("x-protocol", req->getProtocol());
    echo_as_it_comes(res);
  });
  RawConnection* connection = start();
  settle(connection);  // the server's SETTINGS allow extended CONNECT
  RawRequest* tunnel = connection->request(fields("/tunnel/one"), false);
  ASSERT_NE(tunnel, nullptr);
  tunnel->send("ping");
  ASSERT_TRUE(run_until([&] { return tunnel->body == "ping"; }));
  EXPECT_EQ(tunnel->status, 200);
  EXPECT_EQ(tunnel->field("x-protocol"), "echo");
  EXPECT_EQ(tunnel->field("content-length"), "");
  EXPECT_FALSE(tunnel->ended);
  tunnel->send(" pong");
  ASSERT_TRUE(run_until([&] { return tunnel->body == "ping pong"; }));
  tunnel->finish();
  finish(tunnel);
  EXPECT_TRUE(tunnel->ended);
  EXPECT_EQ(tunnel->close_reason, US_QUIC_OK);
}

TEST_P(Connect, TheServerMaySpeakFirst) {
  make_app().connect("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->writeStatus("200")->write("welcome");
    res->onData([res](std::string_view, bool fin) {
      if (fin) res->end();
    });
  });
  RawConnection* connection = start();
  settle(connection);
  RawRequest* tunnel = connection->request(fields("/"), false);
  ASSERT_NE(tunnel, nullptr);
  ASSERT_TRUE(run_until([&] { return tunnel->body == "welcome"; }));
  tunnel->finish();
  finish(tunnel);
  EXPECT_EQ(tunnel->close_reason, US_QUIC_OK);
}

// A client waits for the 2xx before it sends (RFC 9220 section 3, RFC 8441 section 5).
TEST_P(Connect, IsAcceptedWhenTheHandlerReturns) {
  make_app()
      .connect("/status",
               [](Response* res, Request*) {
                 res->onAborted([] {});
                 res->writeStatus("200")->writeHeader("x-way", "status");
               })
      .connect("/reader", [](Response* res, Request*) {
        res->onAborted([] {});
        res->writeHeader("x-way", "reader")->onData([res](std::string_view chunk, bool) {
          res->write(chunk);
        });
      });
  RawConnection* connection = start();
  settle(connection);
  for (const std::string way : {"status", "reader"}) {
    if (!version.outlives_failures && way == "reader") {
      connection = start();  // the first tunnel's end was the connection's
      settle(connection);
    }
    RawRequest* tunnel = connection->request(fields(("/" + way).c_str()), false);
    ASSERT_NE(tunnel, nullptr);
    ASSERT_TRUE(run_until([&] { return tunnel->status != 0; }, 10)) << way;
    EXPECT_EQ(tunnel->status, 200);
    EXPECT_EQ(tunnel->field("x-way"), way);
    EXPECT_FALSE(tunnel->ended);
    tunnel->send("ping");
    const std::string expected = way == "reader" ? "ping" : "";
    EXPECT_TRUE(run_until([&] { return tunnel->body == expected; }));
    tunnel->abort();
    finish(tunnel);
  }
}

TEST_P(Connect, MayBeAcceptedOrRefusedLater) {
  std::map<std::string, Response*, std::less<>> waiting;
  make_app().connect("/:way", [&waiting](Response* res, Request* req) {
    res->onAborted([] {});
    waiting.emplace(req->getParameter(0), res);
  });
  RawConnection* connection = start();
  settle(connection);
  RawRequest* accepted = connection->request(fields("/accepted"), false);
  RawRequest* refused = connection->request(fields("/refused"), false);
  ASSERT_TRUE(run_until([&] { return waiting.size() == 2; }));
  settle(connection);
  EXPECT_EQ(accepted->status, 0);
  waiting.find("accepted")->second->writeStatus("200")->flushHeaders();
  waiting.find("refused")->second->writeStatus("403")->end("no");
  ASSERT_TRUE(run_until([&] { return accepted->status != 0 && refused->ended; }));
  EXPECT_EQ(accepted->status, 200);
  EXPECT_FALSE(accepted->ended);
  EXPECT_EQ(refused->status, 403);
  EXPECT_EQ(refused->body, "no");
}

TEST_P(Connect, ARefusalIsNotSentBeforeItsBody) {
  make_app().connect("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    res->writeStatus("503");
    loop->after(10, [res] { res->writeHeader("retry-after", "1")->end("later"); });
  });
  RawConnection* connection = start();
  settle(connection);
  RawRequest* tunnel = connection->request(fields("/"), false);
  ASSERT_TRUE(run_until([&] { return tunnel->ended; }));
  EXPECT_EQ(tunnel->status, 503);
  EXPECT_EQ(tunnel->field("retry-after"), "1");
}

TEST_P(Connect, WithoutARouteItIsRefused) {
  make_app().get("/", [](Response* res, Request*) { res->end(); });
  RawConnection* connection = start();
  settle(connection);
  RawRequest* tunnel = connection->request(fields("/none"), false);
  ASSERT_NE(tunnel, nullptr);
  ASSERT_TRUE(run_until([&] { return tunnel->status != 0; }));
  EXPECT_EQ(tunnel->status, 404);
  tunnel->abort();
  finish(tunnel);
}

TEST_P(Connect, ClientsWithoutProtocolSeeNone) {
  make_app().get("/", [](Response* res, Request* req) { res->end(req->getProtocol()); });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->body, "");
}

INSTANTIATE_TEST_SUITE_P(Versions, Connect, every_version(), name_of_version);

}  // namespace
}  // namespace usquic::test
