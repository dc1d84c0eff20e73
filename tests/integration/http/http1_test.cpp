// An app over HTTP/1.1: the same handlers as over HTTP/3.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "integration/http/app_fixture.h"
#include "integration/http/http1_client.h"

namespace usquic::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string some_bytes(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<char>('a' + i % 26);
  return bytes;
}

class Http1Test : public AppTest {
 protected:
  void TearDown() override {
    http1.reset();
    AppTest::TearDown();
  }
  App& make_front_door(AppOptions options = {}) {
    options.http1 = true;
    return make_app(options);
  }
  void connect() {
    port = listen(*app);
    http1 = std::make_unique<Http1Client>(port);
  }
  bool carry_until(const std::function<bool()>& done, int seconds = 20) {
    return run_until(
        [&] {
          http1->carry();
          return done();
        },
        seconds);
  }
  // Sends, and waits until what came ends so.
  std::string exchange(std::string_view request, std::string_view end) {
    const std::size_t before = http1->received().size();
    http1->send(request);
    EXPECT_TRUE(carry_until([&] { return http1->received().substr(before).ends_with(end); }))
        << http1->received().substr(before);
    return http1->received().substr(before);
  }

  // A request whose handler does nothing.
  void leave_a_request_unanswered() {
    bool is_asked = false;
    make_front_door().get("/", [&](Response* res, Request*) {
      is_asked = true;
      res->onAborted([this] { is_aborted = true; });
    });
    connect();
    http1->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(carry_until([&] { return is_asked; }));
  }

  void log_into(us_quic_socket_context_options_t& core) {
    core.log = [](void* user, int, const char* line) {
      *static_cast<std::string*>(user) += line + std::string("\n");
    };
    core.log_user = &log;
    core.log_level = US_QUIC_LOG_INFO;
  }

  std::string log;
  std::unique_ptr<Http1Client> http1;
  bool is_aborted = false;  // that request
};

TEST_F(Http1Test, RequestsAreAnsweredOneAfterTheOtherAndHearOfHttp3) {
  make_front_door().get("/:name", [](Response* res, Request* req) {
    res->writeHeader("x-host", req->getHeader("host"));
    res->end("hello " + std::string(req->getParameter("name")));
  });
  connect();
  const std::string first = exchange("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n", "hello one");
  EXPECT_THAT(first, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(first, HasSubstr("x-host: localhost\r\n"));
  EXPECT_THAT(first, HasSubstr("content-length: 9\r\n"));
  EXPECT_THAT(first, HasSubstr("alt-svc: h3=\":" + std::to_string(port) + "\"; ma=86400\r\n"));
  EXPECT_EQ(http1->tls().alpn(), "http/1.1");
  exchange("GET /two HTTP/1.1\r\nHost: localhost\r\n\r\n", "hello two");
  EXPECT_FALSE(http1->has_ended());
}

TEST_F(Http1Test, ARequestTellsItsVersionAndWhatTlsAgreedOn) {
  make_front_door().get("/", [](Response* res, Request* req) {
    EXPECT_EQ(res->native(), nullptr);
    EXPECT_THAT(std::string(req->getTls().group), testing::AnyOf("x25519", "secp256r1", "X25519MLKEM768"));
    EXPECT_THAT(std::string(req->getTls().cipher_suite), StartsWith("TLS_"));
    res->end(std::string(req->getVersion()) + "!");
  });
  connect();
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n1.1!");
  exchange("GET / HTTP/1.0\r\nHost: a\r\n\r\n", "\r\n\r\n1.0!");
}

TEST_F(Http1Test, PipelinedRequestsAreAnsweredInOrder) {
  make_front_door();
  app->get("/slow", [this](Response* res, Request*) {
    res->onAborted([] {});
    loop->after(30, [res] { res->end("slow"); });
  });
  app->get("/fast", [](Response* res, Request*) { res->end("fast"); });
  connect();
  const std::string got = exchange(
      "GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /fast HTTP/1.1\r\nHost: a\r\n\r\nGET /slow HTTP/1.1\r\nHost: "
      "a\r\n\r\n"
      "GET /fast HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "fast");
  ASSERT_TRUE(carry_until([&] { return http1->has_ended(); }));
  EXPECT_EQ(count_of(http1->received(), "HTTP/1.1 200 OK"), 4U);
  EXPECT_LT(got.find("slow"), got.find("fast"));
  EXPECT_THAT(http1->received(), HasSubstr("connection: close\r\n"));
}

TEST_F(Http1Test, BodiesComeWithALengthAndInChunks) {
  make_front_door().post("/echo", [](Response* res, Request*) {
    auto body = std::make_shared<std::string>();
    res->onAborted([] {});
    res->onTrailer([body](std::string_view name, std::string_view value) {
      body->append("[").append(name).append("=").append(value).append("]");
    });
    res->onData([res, body](std::string_view chunk, bool fin) {
      body->append(chunk);
      if (fin) res->end(*body);
    });
  });
  connect();
  exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde", "\r\n\r\nabcde");
  exchange(
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-T: v\r\n\r\n",
      "\r\n\r\nabcde[x-t=v]");
  const std::string large = some_bytes(300'000);
  exchange("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n" + large, large.substr(299'000));
}

TEST_F(Http1Test, AClientThatWaitsIsToldToGoOn) {
  make_front_door().post("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([res](std::string_view, bool fin) {
      if (fin) res->end("ok");
    });
  });
  connect();
  exchange("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n",
           "HTTP/1.1 100 Continue\r\n\r\n");
  exchange("abc", "\r\n\r\nok");
}

TEST_F(Http1Test, AClientOfHttp10GetsABodyThatTheEndOfTheConnectionEnds) {
  make_front_door().get("/", [](Response* res, Request*) {
    res->write("abc");
    res->end("def");
  });
  port = listen(*app);
  http1 = std::make_unique<Http1Client>(port, "http/1.0");
  const std::string got = exchange("GET / HTTP/1.0\r\n\r\n", "\r\n\r\nabcdef");
  EXPECT_THAT(got, Not(HasSubstr("chunked")));
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
}

TEST_F(Http1Test, HeadHasTheFieldsAndNoBody) {
  make_front_door().get("/", [](Response* res, Request*) { res->end("12345"); });
  connect();
  const std::string got = exchange("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
  EXPECT_THAT(got, HasSubstr("content-length: 5\r\n"));
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n12345");
}

TEST_F(Http1Test, AStreamOfUnknownLengthIsChunkedAndMayHaveTrailers) {
  make_front_door().get("/", [](Response* res, Request*) {
    res->write("abc");
    res->write("defg");
    res->writeTrailer("x-sum", "7");
    res->end("");
  });
  connect();
  const std::string got = exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\nx-sum: 7\r\n\r\n");
  EXPECT_THAT(got, HasSubstr("transfer-encoding: chunked\r\n"));
  EXPECT_THAT(got, HasSubstr("3\r\nabc\r\n4\r\ndefg\r\n"));
}

TEST_F(Http1Test, ALargeResponseIsSentAsTheClientTakesIt) {
  const std::string large = some_bytes(3'000'000);
  make_front_door().get("/", [&large](Response* res, Request*) {
    res->onAborted([] {});
    res->onWritable([res, &large](std::uint64_t offset) {
      return res->tryEnd(std::string_view(large).substr(offset), large.size()).first;
    });
    res->tryEnd(large, large.size());
  });
  connect();
  const std::string got = exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", large.substr(2'999'000));
  EXPECT_EQ(got.substr(got.find("\r\n\r\n") + 4), large);
}

TEST_F(Http1Test, StaticBytesAreReleasedOnceTheyAreSent) {
  const std::string large = some_bytes(3'000'000);
  int released = 0;
  make_front_door().get("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    res->tryEndStatic(
        large, large.size(), [](void* user) { ++*static_cast<int*>(user); }, &released);
  });
  connect();
  for (int i = 1; i <= 2; ++i) {
    const std::string got = exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", large.substr(2'999'000));
    EXPECT_EQ(got.substr(got.find("\r\n\r\n") + 4), large);
    EXPECT_EQ(released, i);
  }
  http1->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(carry_until([&] { return http1->received().size() > 6'300'000; }));
  http1->reset();
  EXPECT_TRUE(run_until([&] { return released == 3; }));
}

TEST_F(Http1Test, WhatWasAnsweredMayBeGivenUpWhileItIsSent) {
  const std::string large = some_bytes(30'000'000);
  Response* answered = nullptr;
  int released = 0;
  make_front_door().get("/", [&](Response* res, Request*) {
    res->onAborted([] {});
    answered = res;
    res->tryEndStatic(
        large, large.size(), [](void* user) { ++*static_cast<int*>(user); }, &released);
    EXPECT_TRUE(res->hasResponded());
  });
  connect();
  http1->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(carry_until([&] { return http1->received().size() > 10'000; }));
  http1->stop_reading();
  answered->close();
  EXPECT_TRUE(carry_until([&] { return released == 1; }));
  EXPECT_EQ(answered->getBufferedAmount(), 0U);
}

TEST_F(Http1Test, PreparedResponsesAreSentWhateverTheirSize) {
  const std::string large = some_bytes(2'000'000);
  const PreparedResponse small("200", {{"x-kind", "small"}}, "tiny");
  auto big = std::make_unique<PreparedResponse>("200", std::vector<FieldView>{{"x-kind", "big"}}, large);
  make_front_door();
  app->get("/small", [&](Response* res, Request*) { res->end(small); });
  app->get("/big", [&](Response* res, Request*) {
    res->end(*big);
    big.reset();  // also while it is being sent
  });
  connect();
  const std::string got = exchange("GET /small HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\ntiny");
  EXPECT_THAT(got, HasSubstr("x-kind: small\r\n"));
  EXPECT_EQ(count_of(got, "content-length: 4\r\n"), 1U);
  const std::string all = exchange("GET /big HTTP/1.1\r\nHost: a\r\n\r\n", large.substr(1'999'000));
  EXPECT_EQ(all.substr(all.find("\r\n\r\n") + 4), large);
  exchange("HEAD /small HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\n");
}

TEST_F(Http1Test, WhatIsMalformedIsRefusedAndEndsTheConnection) {
  make_front_door().get("/", [](Response* res, Request*) { res->end("ok"); });
  connect();
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nok");
  const std::string got = exchange("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "\r\n\r\n");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(got, HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
}

TEST_F(Http1Test, ABodyThatIsTooLargeIsRefusedAndTheConnectionEnds) {
  AppOptions options;
  options.max_body_bytes = 10;
  options.linger_max_ms = 0;
  make_front_door(options).post("/", [](Response* res, Request*) {
    res->onAborted([] {});
    res->onData([](std::string_view, bool) {});
  });
  connect();
  exchange("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n",
           "\r\n\r\n");
  EXPECT_THAT(http1->received(), StartsWith("HTTP/1.1 413 "));
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
}

TEST_F(Http1Test, ANameThatNobodyHasIs421) {
  make_front_door().domain("one.example").get("/", [](Response* res, Request*) { res->end("one"); });
  connect();
  exchange("GET / HTTP/1.1\r\nHost: One.example:443\r\n\r\n", "\r\n\r\none");
  const std::string got = exchange("GET / HTTP/1.1\r\nHost: two.example\r\n\r\n", "\r\n\r\n");
  EXPECT_THAT(got, StartsWith("HTTP/1.1 421 Misdirected Request\r\n"));
  EXPECT_THAT(exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "\r\n\r\n"), HasSubstr(" 421 "));
  exchange("GET / HTTP/1.1\r\nHost: one.example\r\n\r\n", "\r\n\r\none");
}

TEST_F(Http1Test, HandlersHearThatTheClientIsGone) {
  ASSERT_NO_FATAL_FAILURE(leave_a_request_unanswered());
  http1->reset();
  EXPECT_TRUE(run_until([&] { return is_aborted; }));
}

TEST_F(Http1Test, ARequestThatIsCutOffIsAborted) {
  bool is_asked = false;
  make_front_door().post("/", [&](Response* res, Request*) {
    is_asked = true;
    res->onAborted([&] { is_aborted = true; });
    res->onData([](std::string_view, bool) {});
  });
  connect();
  http1->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  ASSERT_TRUE(carry_until([&] { return is_asked; }));
  http1->reset();
  EXPECT_TRUE(run_until([&] { return is_aborted; }));
}

TEST_F(Http1Test, AHandlerThatWaitsHearsThatTheClientLeftInGoodOrder) {
  ASSERT_NO_FATAL_FAILURE(leave_a_request_unanswered());
  http1->end();
  EXPECT_TRUE(run_until([&] { return is_aborted; }));
}

TEST_F(Http1Test, ABodyThatIsMalformedIsRefusedWhereNothingWasAnswered) {
  make_front_door().post("/", [&](Response* res, Request*) {
    res->onAborted([&] { is_aborted = true; });
    res->onData([](std::string_view, bool) {});
  });
  connect();
  exchange("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "\r\n\r\n");
  EXPECT_THAT(http1->received(), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(is_aborted);
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
}

// Each byte that comes buys no time.
TEST_F(Http1Test, AHeadThatComesSlowlyIs408) {
  us_quic_socket_context_options_t core = us_quic_default_options();
  core.header_timeout_ms = 200;
  log_into(core);
  AppOptions options;
  options.core = &core;
  make_front_door(options).get("/", [](Response* res, Request*) { res->end("ok"); });
  connect();
  http1->send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(carry_until([&] {
    if (!http1->has_ended()) http1->send("a");
    return http1->has_ended();
  }));
  EXPECT_THAT(http1->received(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(http1->received(), HasSubstr("connection: close\r\n"));
  EXPECT_EQ(count_of(log, "is refused with 408: "), 1U) << log;
}

TEST_F(Http1Test, ABodyThatStopsIs408) {
  us_quic_socket_context_options_t core = us_quic_default_options();
  core.idle_timeout_ms = 200;
  log_into(core);
  AppOptions options;
  options.core = &core;
  make_front_door(options).post("/", [&](Response* res, Request*) {
    res->onAborted([&] { is_aborted = true; });
    res->onData([](std::string_view, bool) {});
  });
  connect();
  exchange("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc", "\r\n\r\n");
  EXPECT_THAT(http1->received(), StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  EXPECT_THAT(http1->received(), HasSubstr("connection: close\r\n"));
  EXPECT_TRUE(is_aborted);
  EXPECT_EQ(count_of(log, "is refused with 408: "), 1U) << log;
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
}

TEST_F(Http1Test, ABodyThatStopsBehindTheResponsesHeadCutsItOff) {
  us_quic_socket_context_options_t core = us_quic_default_options();
  core.idle_timeout_ms = 200;
  AppOptions options;
  options.core = &core;
  make_front_door(options).post("/", [&](Response* res, Request*) {
    res->onAborted([&] { is_aborted = true; });
    res->onData([](std::string_view, bool) {});
    res->write("begun");
  });
  connect();
  http1->send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_TRUE(carry_until([&] { return is_aborted; }));
  EXPECT_THAT(http1->received(), Not(HasSubstr(" 408 ")));
}

TEST_F(Http1Test, AnIdleConnectionEndsWithoutAWord) {
  us_quic_socket_context_options_t core = us_quic_default_options();
  core.http_idle_timeout_ms = 200;
  AppOptions options;
  options.core = &core;
  make_front_door(options).get("/", [](Response* res, Request*) { res->end("ok"); });
  connect();
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nok");
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
  EXPECT_THAT(http1->received(), Not(HasSubstr(" 408 ")));
}

TEST_F(Http1Test, ConnectionsAreBounded) {
  AppOptions options;
  options.max_tcp_connections = 1;
  make_front_door(options).get("/", [](Response* res, Request*) { res->end("ok"); });
  connect();
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nok");
  Http1Client second(port);
  EXPECT_TRUE(carry_until([&] {
    second.carry();
    return second.has_ended();
  }));
  EXPECT_FALSE(second.is_open());
  http1->end();
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
  http1 = std::make_unique<Http1Client>(port);
  exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\n\r\nok");
}

// Requests one after the other and nothing read: what waits is bounded.
TEST_F(Http1Test, RequestsOfAClientThatDoesNotReadAreLeftToTheKernel) {
  constexpr int most = 1000;
  const std::string body = some_bytes(100'000);  // of these the kernel's buffers take some hundreds
  int asked = 0;
  make_front_door().get("/", [&](Response* res, Request*) {
    ++asked;
    res->onAborted([] {});
    res->end(body);
  });
  connect();
  std::string many;
  for (int i = 0; i < most; ++i) many += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  http1->send("");
  ASSERT_TRUE(carry_until([&] { return http1->is_open(); }));
  http1->stop_reading();
  http1->send(many);
  carry_until([&] { return false; }, 1);
  EXPECT_GT(asked, 0);
  EXPECT_LT(asked, most - 100);
  http1->go_on_reading();
  EXPECT_TRUE(carry_until([&] { return asked == most; }));
}

TEST_F(Http1Test, CloseAnswersWhatIsUnderWayAndEndsIdleConnections) {
  Response* waiting = nullptr;
  make_front_door().get("/", [&](Response* res, Request*) {
    waiting = res;
    res->onAborted([] {});
  });
  connect();
  Http1Client idle(port);
  http1->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(carry_until([&] {
    idle.carry();
    return waiting != nullptr && idle.is_open();
  }));
  bool is_closed = false;
  app->close([&] { is_closed = true; });
  EXPECT_TRUE(carry_until([&] {
    idle.carry();
    return idle.has_ended();
  }));
  EXPECT_FALSE(is_closed);
  waiting->end("late");
  EXPECT_TRUE(carry_until([&] { return http1->has_ended(); }));
  EXPECT_THAT(http1->received(), HasSubstr("connection: close\r\n"));
  EXPECT_THAT(http1->received(), testing::EndsWith("late"));
  EXPECT_THAT(http1->received(), Not(HasSubstr("alt-svc")));
  http1->reset();
  idle.reset();
  EXPECT_TRUE(run_until([&] { return is_closed; }));
}

TEST_F(Http1Test, AnAppMayBeDestroyedWhileItAnswers) {
  ASSERT_NO_FATAL_FAILURE(leave_a_request_unanswered());
  app.reset();
  EXPECT_TRUE(run_until([&] { return is_aborted; }));
}

TEST_F(Http1Test, AHandlerMayDestroyItsApp) {
  make_front_door().get("/", [&](Response* res, Request*) {
    res->end("bye");
    app.reset();
  });
  connect();
  http1->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(carry_until([&] { return http1->has_ended() || !app; }));
  run_until([] { return false; }, 1);
}

TEST_F(Http1Test, APortThatTcpHasNotFreeIsNotListenedOn) {
  make_front_door().get("/", [](Response* res, Request*) { res->end("ok"); });
  connect();
  App other({.key = identity.key, .cert = identity.cert, .http1 = true}, loop);
  bool is_told = false;
  other.listen("127.0.0.1", port, [&](ListenSocket* socket) { is_told = socket == nullptr; });
  EXPECT_TRUE(is_told);
  EXPECT_EQ(other.error(), US_QUIC_E_ADDRESS_IN_USE);
}

}  // namespace
}  // namespace usquic::test
