// Requests and responses of Client.
#include "usquic/http/client.h"

#include "support/built_in_engine.h"
#include "support/client_fixture.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

class Client : public ClientFixture {};

TEST_F(Client, GetsAResponse) {
  server->on_end = [](Exchange& e) {
    e.respond(200, {{"x-path", e.field(":path")}, {"content-length", "5"}}, "hello");
  };
  const Told told = fetch(url("/a?b=c"));
  EXPECT_EQ(told.text, "");
  EXPECT_EQ(told.ends, 1);
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.head.header("x-path"), "/a?b=c");
  EXPECT_EQ(told.body, "hello");
}

TEST_F(Client, PostsABodyWithItsLength) {
  server->on_end = [](Exchange& e) {
    e.respond(201, {}, e.field("content-length") + e.field("x-a") + e.body);
  };
  const Told told = fetch(url(), {.method = "POST", .headers = {{"X-A", " v "}}, .body = "abc"});
  EXPECT_EQ(told.ends, 1);
  EXPECT_EQ(told.status, 201);
  EXPECT_EQ(told.body, "3vabc");
}

TEST_F(Client, RunsNoCallbackInsideFetch) {
  Told told;
  told.watch(client->fetch("no url"));
  EXPECT_FALSE(told.is_done());
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.error, US_QUIC_E_INVALID);
  EXPECT_NE(told.text.find("malformed URL"), std::string::npos);
}

TEST_F(Client, RefusesRequestsThatMayNotBeSent) {
  EXPECT_EQ(fetch(url(), {.headers = {{"a b", "c"}}}).error, US_QUIC_E_HEADERS);
  EXPECT_EQ(fetch(url(), {.headers = {{":path", "/x"}}}).error, US_QUIC_E_HEADERS);
  EXPECT_EQ(fetch(url(), {.headers = {{"a", "b\r\nc: d"}}}).error, US_QUIC_E_HEADERS);
  EXPECT_EQ(fetch(url(), {.headers = {{"Connection", "close"}}}).error, US_QUIC_E_HEADERS);
  EXPECT_EQ(fetch(url(), {.headers = {{"content-length", "2"}}, .body = "abc"}).error, US_QUIC_E_HEADERS);
  EXPECT_EQ(fetch(url(), {.method = "G T"}).error, US_QUIC_E_INVALID);
  EXPECT_EQ(fetch("http://localhost/").error, US_QUIC_E_INVALID);
  EXPECT_EQ(server->requests, 0);
}

TEST_F(Client, TellsInformationalResponsesAndTrailers) {
  server->on_end = [](Exchange& e) {
    e.head(103, {{"link", "</a>"}});
    e.head(200);
    e.send("x");
    e.trailers({{"x-sum", "1"}});
  };
  const Told told = fetch(url());
  EXPECT_EQ(told.ends, 1);
  EXPECT_EQ(told.informational, std::vector<int>{103});
  ASSERT_EQ(told.trailers.size(), 1u);
  EXPECT_EQ(told.trailers[0].name, "x-sum");
}

TEST_F(Client, TakesTheLengthOfHeadAnd304AsInformation) {
  server->on_end = [](Exchange& e) {
    e.head(e.field(":path") == "/304" ? 304 : 200, {{"content-length", "100"}}, true);
  };
  EXPECT_EQ(fetch(url(), {.method = "HEAD"}).ends, 1);
  EXPECT_EQ(fetch(url("/304")).ends, 1);
}

TEST_F(Client, Takes204Then200OnOneConnection) {
  server->on_end = [](Exchange& e) {
    if (e.field(":path") == "/204") return e.head(204, {}, true);
    e.respond(200, {}, "x");
  };
  EXPECT_EQ(fetch(url("/204")).status, 204);
  EXPECT_EQ(fetch(url("/")).body, "x");
  EXPECT_EQ(server->accepted, 1);
}

TEST_F(Client, FailsWhenTheBodyIsNotOfItsContentLength) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [](Exchange& e) {
    e.respond(200, {{"content-length", e.field(":path").substr(1)}}, "hello");
  };
  const Told shorter = fetch(url("/6"));
  EXPECT_EQ(shorter.ends, 0);
  EXPECT_EQ(shorter.error, US_QUIC_E_HEADERS) << shorter.text;
  const Told longer = fetch(url("/4"));
  EXPECT_EQ(longer.ends, 0);
  EXPECT_EQ(longer.error, US_QUIC_E_HEADERS) << longer.text;
  EXPECT_EQ(fetch(url("/5")).body, "hello");
}

TEST_F(Client, FailsWhenTheServerResetsTheStreamInTheBody) {
  if (!engine_carries_error_codes()) GTEST_SKIP() << "this engine carries no codes";
  server->on_end = [](Exchange& e) {
    e.head(200, {{"content-length", "10"}});
    e.send("short");
    us_quic_stream_reset(e.stream, US_QUIC_H3_INTERNAL_ERROR);
  };
  const Told told = fetch(url());
  EXPECT_EQ(told.ends, 0);
  EXPECT_EQ(told.errors, 1);
  EXPECT_EQ(told.error, US_QUIC_E_RESET);
  EXPECT_NE(told.text.find("H3_INTERNAL_ERROR"), std::string::npos) << told.text;
}

TEST_F(Client, StreamsEightMiBBothWaysWithBackpressure) {
  constexpr std::size_t size = 8u << 20;
  std::size_t most_waiting = 0;
  server->on_head = [](Exchange& e) { e.head(200); };
  server->on_data = [&](Exchange& e) {
    e.send(std::exchange(e.body, {}));
    most_waiting = std::max(most_waiting, e.unsent.size());
  };
  server->on_end = [](Exchange& e) { e.end(); };
  Told told;
  Fetch* fetch = told.watch(client->fetch(url(), {.method = "POST", .stream_body = true}));
  std::size_t written = 0;
  int waits = 0;
  const std::string chunk(16384, 'x');
  const auto write = [&] {
    while (written < size) {
      written += chunk.size();
      if (!fetch->write(chunk)) {
        ++waits;
        return;
      }
    }
    fetch->end();
  };
  fetch->onWritable(write);
  write();
  EXPECT_LT(written, size);
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.ends, 1) << told.text;
  EXPECT_EQ(told.body.size(), size);
  EXPECT_GT(waits, 1);
}

TEST_F(Client, PauseHoldsTheServerBack) {
  constexpr std::size_t size = 8u << 20;
  Exchange* exchange = nullptr;
  server->on_end = [&](Exchange& e) {
    exchange = &e;
    e.respond(200, {}, std::string(size, 'x'));
  };
  Told told;
  Fetch* fetch = told.watch(client->fetch(url()));
  fetch->pause();
  run_until([&] { return told.status == 200; });
  run_for(200);
  EXPECT_EQ(told.body.size(), 0u);
  EXPECT_GT(exchange->unsent.size(), size / 4);
  fetch->resume();
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.body.size(), size);
  EXPECT_EQ(told.ends, 1);
}

TEST_F(Client, AServerThatWantsNoMoreOfTheBodyIsNoError) {
  server->on_head = [](Exchange& e) {
    e.respond(413, {}, "too much");
    us_quic_stream_stop(e.stream, US_QUIC_H3_NO_ERROR);
  };
  server->on_end = nullptr;
  const Told whole = fetch(url(), {.method = "POST", .body = std::string(4u << 20, 'x')});
  EXPECT_EQ(whole.ends, 1) << whole.text;
  EXPECT_EQ(whole.status, 413);
  EXPECT_EQ(whole.body, "too much");
  // Nobody ends the streamed one, and it is over nevertheless.
  Told streamed;
  streamed.watch(client->fetch(url(), {.method = "POST", .stream_body = true}));
  run_until([&] { return streamed.is_done(); });
  EXPECT_EQ(streamed.ends, 1) << streamed.text;
}

TEST_F(Client, TellsThatTheServerWantsNoMoreOfAStreamedBody) {
  server->on_data = [](Exchange& e) {
    if (!std::exchange(e.is_ended, true)) us_quic_stream_stop(e.stream, US_QUIC_H3_NO_ERROR);
  };
  server->on_end = nullptr;
  Told told;
  int stops = 0;
  Fetch* fetch = client->fetch(url(), {.method = "POST", .stream_body = true});
  told.watch(fetch)->onStop([&] {
    ++stops;
    EXPECT_TRUE(fetch->write("dropped"));
    fetch->abort();
  });
  // Far more than flow control lets through.
  EXPECT_FALSE(fetch->write(std::string(32u << 20, 'x')));
  run_until([&] { return stops > 0; });
  EXPECT_EQ(stops, 1);
  EXPECT_FALSE(told.is_done());
}

TEST_F(Client, SendsThePathAsItIsWhenAsked) {
  server->on_end = [](Exchange& e) { e.respond(200, {}, e.field(":path")); };
  EXPECT_EQ(fetch(url("/a/../b/./c")).body, "/b/c");
  EXPECT_EQ(fetch(url("/a/../b/./c"), {.path_as_is = true}).body, "/a/../b/./c");
}

TEST_F(Client, AStreamedBodyKeepsItsContentLength) {
  const FetchOptions options{.method = "POST", .headers = {{"content-length", "3"}}, .stream_body = true};
  Told longer;
  longer.watch(client->fetch(url(), options))->write("abcd");
  Told shorter;
  shorter.watch(client->fetch(url(), options))->end("ab");
  run_until([&] { return longer.is_done() && shorter.is_done(); });
  EXPECT_EQ(longer.error, US_QUIC_E_HEADERS);
  EXPECT_EQ(shorter.error, US_QUIC_E_HEADERS);
}

TEST_F(Client, FailsWhenTheServerResetsTheStreamDuringTheUpload) {
  server->on_data = [](Exchange& e) {
    if (!std::exchange(e.is_ended, true)) us_quic_stream_reset(e.stream, US_QUIC_H3_INTERNAL_ERROR);
  };
  Told told;
  told.watch(client->fetch(url(), {.method = "POST", .stream_body = true}))->write("some");
  run_until([&] { return told.is_done(); });
  EXPECT_EQ(told.error, US_QUIC_E_RESET);
  EXPECT_EQ(fetch(url(), {.method = "GET"}).ends, 1);
}

TEST_F(Client, RunEndsWhenAllIsDone) {
  Told told;
  told.watch(client->fetch(url()));
  client->closeIdle();
  server->on_end = [this](Exchange& e) {
    e.respond(200, {}, "");
    us_quic_socket_context_shutdown(server->context());
  };
  client->run();
  EXPECT_EQ(told.ends, 1);
}

}  // namespace
}  // namespace usquic::test
