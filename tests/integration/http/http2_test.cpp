// What an app does over HTTP/2 alone.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/http/app_fixture.h"
#include "integration/http/handlers.h"
#include "integration/http/raw_http2_client.h"

namespace usquic::test {
namespace {

constexpr std::int32_t any_stream = 0x7fffffff;

class Http2Test : public AppTest {
 protected:
  Http2Test() : AppTest(http2) {}

  RawHttp2Connection* start_http2(const RawClientOptions& options = {}) {
    return dynamic_cast<RawHttp2Connection*>(start(options));
  }

  // An app with these options of the core, and a route that answers nothing.
  void make_waiting_app(us_quic_socket_context_options_t core) {
    AppOptions options;
    options.core = &core;
    make_app(options).any("/", [this](Response* res, Request*) {
      res->onAborted([this] { ++aborted; });
      res->onData([](std::string_view, bool) {});
    });
  }

  int aborted = 0;
};

TEST_F(Http2Test, MoreRequestsThanStreamsWaitForTheirTurn) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.max_streams_bidi = 20;
  AppOptions options;
  options.core = &core;
  std::vector<std::pair<Response*, std::string>> waiting;
  make_app(options).get("/number/:n", [&](Response* res, Request* req) {
    res->onAborted([] {});
    waiting.emplace_back(res, req->getParameter(0));
  });
  RawConnection* connection = start();
  settle(connection);
  std::vector<const RawRequest*> requests;
  requests.reserve(300);
  for (int i = 0; i < 300; ++i) requests.push_back(connection->get("/number/" + std::to_string(i)));
  for (int round = 0; round < 15; ++round) {
    ASSERT_TRUE(run_until([&] { return waiting.size() >= 20; }));
    ASSERT_EQ(waiting.size(), 20U);
    for (const auto& [res, name] : std::exchange(waiting, {})) res->end(name);
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    finish(requests[i]);
    EXPECT_EQ(requests[i]->body, std::to_string(i));
  }
}

// RFC 9218: what is urgent overtakes what is under way, as long as the client takes it.
TEST_F(Http2Test, TheBytesOfAnUrgentResponseComeBeforeOthers) {
  constexpr std::size_t length = 8U << 20U;
  const std::string large = pattern(0, length);
  make_app().get("/", [&large](Response* res, Request*) {
    res->onAborted([] {});
    res->tryEndStatic(
        large, large.size(), [](void*) {}, nullptr);
  });
  RawClientOptions options;
  options.stream_window = 2 * length;
  options.connection_window = 4 * length;
  RawConnection* connection = start(options);
  const RawRequest* late = connection->get("/", {{"priority", "u=7"}});
  ASSERT_TRUE(run_until([&] { return late->body_bytes > 0; }));
  RawRequest* urgent = connection->get("/", {{"priority", "u=0"}});
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  urgent->on_response = [&] { before = late->body_bytes; };
  urgent->on_data = [&] { after = late->body_bytes; };
  ASSERT_TRUE(run_until([&] { return urgent->ended; }));
  EXPECT_LT(after, length);
  EXPECT_LE(after - before, 64U << 10U);
  finish(late);
  EXPECT_EQ(late->body_bytes, length);
}

TEST_F(Http2Test, AStreamThatIsNotReadHoldsNoOtherUp) {
  constexpr std::uint64_t length = 8U << 20U;
  make_app().get("/", [](Response* res, Request*) { answer_with_pattern(res, length); });
  RawConnection* connection = start();
  RawRequest* unread = connection->get("/");
  unread->on_response = [unread] { unread->pause(); };
  ASSERT_TRUE(run_until([&] { return unread->status == 200; }));
  for (int i = 0; i < 3; ++i) {
    const RawRequest* other = connection->get("/");
    finish(other);
    EXPECT_EQ(other->body_bytes, length);
  }
  EXPECT_FALSE(unread->closed);
  unread->resume();
  finish(unread);
  EXPECT_EQ(unread->body_bytes, length);
  EXPECT_TRUE(unread->body_is_pattern);
}

TEST_F(Http2Test, AnUploadThatIsNotReadHoldsNoOtherUp) {
  Response* paused = nullptr;
  std::uint64_t received = 0;
  make_app()
      .post("/paused",
            [&](Response* res, Request*) {
              paused = res;
              res->onAborted([] {});
              res->pause();
              res->onData([&, res](std::string_view chunk, bool fin) {
                received += chunk.size();
                if (fin) res->end("thanks");
              });
            })
      .post("/echo", [](Response* res, Request*) { echo_as_it_comes(res); });
  constexpr std::uint64_t length = 4U << 20U;
  RawConnection* connection = start();
  RawRequest* held = connection->post("/paused");
  held->send_pattern(length).finish();
  ASSERT_TRUE(run_until([&] { return paused != nullptr; }));
  RawRequest* other = connection->post("/echo");
  other->send_pattern(length).finish();
  finish(other);
  EXPECT_EQ(other->body_bytes, length);
  EXPECT_EQ(received, 0U);
  paused->resume();
  finish(held);
  EXPECT_EQ(received, length);
}

// RFC 9113 section 6.8.
TEST_F(Http2Test, CloseSaysThatItEndsAndALittleLaterWhichStreamWasTheLast) {
  Response* waiting = nullptr;
  make_app().get("/", [&waiting](Response* res, Request*) {
    res->onAborted([] {});
    waiting = res;
  });
  RawHttp2Connection* connection = start_http2();
  const RawRequest* request = connection->get("/");
  ASSERT_TRUE(run_until([&] { return waiting != nullptr; }));
  app->close();
  ASSERT_TRUE(run_until([&] { return connection->last_streams.size() == 2; }, 5));
  EXPECT_THAT(connection->last_streams, testing::ElementsAre(any_stream, 1));
  EXPECT_FALSE(request->closed);
  waiting->end("late");
  finish(request);
  EXPECT_EQ(request->body, "late");
  EXPECT_TRUE(run_until([&] { return connection->closed; }, 5));
  EXPECT_EQ(connection->code, std::uint64_t{NGHTTP2_NO_ERROR});
}

TEST_F(Http2Test, EveryResponseHearsOfHttp3) {
  const PreparedResponse prepared("200", {}, "prepared");
  make_app()
      .get("/end", [](Response* res, Request*) { res->end("end"); })
      .get("/write",
           [](Response* res, Request*) {
             res->write("written");
             res->end();
           })
      .get("/nothing", [](Response* res, Request*) { res->writeStatus("204")->end(); })
      .get("/prepared", [&prepared](Response* res, Request*) { res->end(prepared); })
      .get("/broken", [](Response* res, Request*) { res->writeHeader("x", "a\nb")->end(); });
  RawConnection* connection = start();
  const std::string expected = "h3=\":" + std::to_string(port) + "\"; ma=86400";
  for (const char* path : {"/end", "/write", "/nothing", "/prepared", "/broken", "/none"}) {
    const RawRequest* request = connection->get(path);
    finish(request);
    EXPECT_EQ(request->field("alt-svc"), expected) << path;
  }
}

TEST_F(Http2Test, OnlyTheHeadOfAResponseTellsOfHttp3) {
  make_app().get("/", [](Response* res, Request*) {
    res->writeInformational("103", {{"link", "</a.css>; rel=preload"}});
    res->write("body");
    res->writeTrailer("x-sum", "abc")->end();
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_NE(request->field("alt-svc"), "");
  ASSERT_EQ(request->informational.size(), 1U);
  EXPECT_EQ(value_of(request->informational[0].second, "link"), "</a.css>; rel=preload");
  EXPECT_EQ(value_of(request->informational[0].second, "alt-svc"), "");
  EXPECT_EQ(value_of(request->trailers, "x-sum"), "abc");
  EXPECT_EQ(value_of(request->trailers, "alt-svc"), "");
}

TEST_F(Http2Test, NobodyHearsOfHttp3WhereItIsNotWanted) {
  AppOptions options;
  options.alt_svc_max_age_s = 0;
  make_app(options);
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->status, 404);
  EXPECT_EQ(request->field("alt-svc"), "");
}

TEST_F(Http2Test, AConnectionWithoutRequestsEndsInGoodOrder) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.http_idle_timeout_ms = 100;
  make_waiting_app(core);
  RawConnection* connection = start();
  settle(connection);
  ASSERT_TRUE(run_until([&] { return connection->closed; }, 5));
  EXPECT_TRUE(connection->goaway);
  EXPECT_EQ(connection->code, std::uint64_t{NGHTTP2_NO_ERROR});
}

TEST_F(Http2Test, AnUploadThatStandsStillEndsTheConnection) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.idle_timeout_ms = 100;
  make_waiting_app(core);
  RawConnection* connection = start();
  const RawRequest* request = connection->post("/");
  ASSERT_TRUE(run_until([&] { return connection->closed; }, 5));
  EXPECT_EQ(aborted, 1);
  EXPECT_TRUE(is_cut_off(request));
}

TEST_F(Http2Test, AHandlerMayTakeLongerThanTheIdleTimeout) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.idle_timeout_ms = 100;
  AppOptions options;
  options.core = &core;
  make_app(options).get("/", [this](Response* res, Request*) {
    res->onAborted([] {});
    loop->after(500, [res] { res->end("at last"); });
  });
  const RawRequest* request = start()->get("/");
  finish(request);
  EXPECT_EQ(request->body, "at last");
}

TEST_F(Http2Test, AHeaderSectionThatStandsStillEndsTheConnection) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.header_timeout_ms = 100;
  make_waiting_app(core);
  RawHttp2Connection* connection = start_http2();
  settle(connection);
  // HEADERS of stream 3 without END_HEADERS: one byte of a section, which is ":method: GET".
  connection->send_raw(std::string_view("\0\0\1\1\1\0\0\0\3\x82", 10));
  EXPECT_TRUE(run_until([&] { return connection->closed; }, 5));
}

TEST_F(Http2Test, AClientThatSaysNothingBehindItsHandshakeIsLeft) {
  us_quic_socket_context_options_t core = US_QUIC_OPTIONS_INIT;
  core.header_timeout_ms = 100;
  make_waiting_app(core);
  port = listen(*app);
  TlsStreamClient::Options tls;
  tls.alpn = {"h2"};
  const std::unique_ptr<TlsSocket> silent = TlsSocket::connect(port, tls);
  EXPECT_TRUE(run_until(
      [&] {
        silent->carry();
        return silent->has_ended();
      },
      5));
  EXPECT_TRUE(silent->tls().is_open());
}

TEST_F(Http2Test, WhatDoesNotBeginAsHttp2IsRefused) {
  make_app().get("/", [](Response* res, Request*) { res->end("never"); });
  port = listen(*app);
  TlsStreamClient::Options tls;
  tls.alpn = {"h2"};
  const std::unique_ptr<TlsSocket> other = TlsSocket::connect(port, tls);
  other->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(run_until(
      [&] {
        other->carry();
        return other->has_ended();
      },
      5));
  EXPECT_THAT(other->tls().received(), testing::Not(testing::HasSubstr("never")));
}

}  // namespace
}  // namespace usquic::test
