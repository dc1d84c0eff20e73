// Extended CONNECT (RFC 9220): a stream that stays open both ways.
#include "integration/h3/app_fixture.h"
#include "integration/h3/handlers.h"

namespace usquic::test {
namespace {

class Connect : public AppTest {
 protected:
  static Fields fields(const char* path) {
    return {{":method", "CONNECT"},
            {":protocol", "echo"},
            {":scheme", "https"},
            {":authority", "localhost"},
            {":path", path}};
  }
};

TEST_F(Connect, EchoesWhileBothWaysAreOpen) {
  make_app().connect("/tunnel/:name", [](Http3Response* res, Http3Request* req) {
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

TEST_F(Connect, TheServerMaySpeakFirst) {
  make_app().connect("/", [](Http3Response* res, Http3Request*) {
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

TEST_F(Connect, WithoutARouteItIsRefused) {
  make_app().get("/", [](Http3Response* res, Http3Request*) { res->end(); });
  RawConnection* connection = start();
  settle(connection);
  RawRequest* tunnel = connection->request(fields("/none"), false);
  ASSERT_NE(tunnel, nullptr);
  ASSERT_TRUE(run_until([&] { return tunnel->status != 0; }));
  EXPECT_EQ(tunnel->status, 404);
  tunnel->abort(0x10c);
  finish(tunnel);
}

TEST_F(Connect, ClientsWithoutProtocolSeeNone) {
  make_app().get("/", [](Http3Response* res, Http3Request* req) { res->end(req->getProtocol()); });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 200);
  EXPECT_EQ(request->body, "");
}

}  // namespace
}  // namespace usquic::test
