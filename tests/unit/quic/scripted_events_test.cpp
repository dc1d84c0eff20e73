// What an engine may do and the built-in one seldom does: events out of flush, in any mix.
#include <gtest/gtest.h>

#include <cstring>

#include "harness.h"
#include "support/scripted_engine.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

// A request that a server has open, and its engine.
struct OpenRequest {
  std::vector<std::string> told;  // outlives the peers, whose last callbacks write to it
  TestLoop loop;
  Peer server{loop, {.speaks = Speaks::http3, .is_server = true}};
  Peer client{loop, {.speaks = Speaks::http3}};
  us_quic_stream_t* request = nullptr;

  OpenRequest() {
    server.on_stream_headers = [this](us_quic_stream_t* s, int) {
      request = s;
      told.push_back("headers " + header(s, ":path"));
    };
    server.on_stream_data = [this](us_quic_stream_t*, std::string_view data) {
      told.push_back("data " + std::string(data));
    };
    server.on_stream_end = [this](us_quic_stream_t*) { told.emplace_back("end"); };
    server.on_stream_reset = [this](us_quic_stream_t*, std::uint64_t code) {
      told.push_back("reset " + std::to_string(code));
    };
    server.on_stream_close = [this](us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
      told.push_back("close, headers " + header(s, ":path"));
    };
    server.on_close = [this](us_quic_connection_t*, const us_quic_close_info_t* info) {
      told.push_back("connection " + std::string(info->reason, info->reason_length));
    };
    us_quic_connection_t* c = client.connect(server.listen());
    send_request(open_stream(client, c), "/path", false);
    EXPECT_TRUE(loop.run_until([&] { return request != nullptr; }));
    told.clear();
  }
  ScriptedEndpoint& engine() { return ScriptedEndpoint::of(*server.context->endpoint); }
};

TEST(EventsFromFlush, AreQueuedAndToldInOrderWithTheirBytes) {
  OpenRequest t;
  t.engine().run_in_flush([&] {
    engine::Stream& s = *t.request->engine;
    std::string bytes = "first";
    t.engine().events().on_body(s, as_bytes(bytes));
    bytes = "wrong";  // the engine's memory is its own again
    t.engine().events().on_end(s);
    t.engine().events().on_reset(s, 9);
    EXPECT_TRUE(t.told.empty()) << "told inside flush";
  });
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"data first", "end", "reset 9"}));
}

TEST(EventsFromFlush, EndOfConnectionStaysBehindItsStreamsAndKeepsHeadersAndReason) {
  OpenRequest t;
  engine::Connection* c = t.request->connection->engine;
  t.engine().run_in_flush([&] {
    std::string reason = "engine says so";
    us_quic_close_info_t info{};
    info.error = US_QUIC_E_TRANSPORT;
    info.reason = reason.data();
    info.reason_length = reason.size();
    t.engine().end(*c, info);
  });
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"close, headers /path", "connection engine says so"}));
  EXPECT_EQ(t.server.last_close.error, US_QUIC_E_TRANSPORT);
}

TEST(EventsFromFlush, WhatCameBeforeTheEndOfTheConnectionIsToldFirst) {
  OpenRequest t;
  engine::Connection* c = t.request->connection->engine;
  t.engine().run_in_flush([&] {
    engine::Stream& s = *t.request->engine;
    t.engine().events().on_body(s, as_bytes("all"));
    t.engine().events().on_end(s);
    t.engine().end(*c, {});
  });
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"data all", "end", "close, headers /path", "connection "}));
}

TEST(EventsFromFlush, StayBehindWhatIsHeldWhenACallbackResumesTheStream) {
  OpenRequest t;
  us_quic_stream_t* paused = t.request;
  send_request(open_stream(t.client, t.client.connections[0]), "/other", false);
  ASSERT_TRUE(t.loop.run_until([&] { return t.request != paused; }));
  us_quic_stream_t* other = t.request;
  t.server.on_stream_data = [&](us_quic_stream_t* s, std::string_view data) {
    t.told.push_back("data " + std::string(data));
    if (s == other) us_quic_stream_resume(paused);
  };
  us_quic_stream_pause(paused);
  t.engine().run_in_expire([&] { t.engine().events().on_body(*paused->engine, as_bytes("held")); });
  us_loop_tick(t.loop.get());
  t.told.clear();
  t.engine().run_in_flush([&] {
    t.engine().events().on_body(*other->engine, as_bytes("other"));
    t.engine().events().on_body(*paused->engine, as_bytes("new"));
  });
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"data other", "data held", "data new"}));
}

TEST(EventsFromFlush, AreDroppedWhenTheApplicationClosesFirst) {
  OpenRequest t;
  t.engine().run_in_flush([&] { t.engine().events().on_body(*t.request->engine, as_bytes("late")); });
  us_quic_stream_close(t.request);
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"close, headers /path"}));
}

TEST(EventsFromFlush, AStreamThatTheApplicationNeverSawIsNotToldClosed) {
  OpenRequest t;
  us_quic_connection_close(t.request->connection, 0, nullptr);
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.server.streams_closed, 1);
  EXPECT_EQ(t.server.streams_opened, 1);
}

TEST(EventsFromReceive, DoNotOvertakeWhatWaitsInTheQueue) {
  OpenRequest t;
  us_quic_stream_pause(t.request);
  engine::Stream& s = *t.request->engine;
  t.engine().run_in_expire([&] { t.engine().events().on_body(s, as_bytes("held")); });
  us_loop_tick(t.loop.get());
  EXPECT_TRUE(t.told.empty());
  us_quic_stream_resume(t.request);  // queues "held"
  t.server.context->quic->dispatches_directly = true;
  t.engine().events().on_body(s, as_bytes(",new"));
  t.server.context->quic->dispatches_directly = false;
  us_loop_tick(t.loop.get());
  EXPECT_EQ(t.told, (std::vector<std::string>{"data held,new"}));
}

TEST(EventsFromReceive, TellWhyAConnectionFailedAlsoToOneWhoClosesItAtTheFirstLostStream) {
  using Close = void (*)(us_quic_stream_t*);
  const Close closes[] = {
      [](us_quic_stream_t* s) {
        us_quic_connection_close(us_quic_stream_connection(s), US_QUIC_H3_NO_ERROR, "done");
      },
      [](us_quic_stream_t* s) { us_quic_socket_close(us_quic_stream_socket(s)); },
      [](us_quic_stream_t* s) { us_quic_socket_context_close(us_quic_stream_context(s)); },
  };
  for (const Close close : closes) {
    OpenRequest t;
    t.server.on_stream_close = [close](us_quic_stream_t* s, const us_quic_stream_close_info_t*) { close(s); };
    engine::Connection* c = t.request->connection->engine;
    t.engine().run_in_expire([&] {
      us_quic_close_info_t info{};
      info.error = US_QUIC_E_TRANSPORT;
      info.code = 0x7;
      info.reason = "engine says so";
      info.reason_length = 14;
      t.engine().end(*c, info);
    });
    ASSERT_TRUE(t.loop.run_until([&] { return t.server.closed == 1; }));
    EXPECT_EQ(t.told, (std::vector<std::string>{"connection engine says so"}));
    EXPECT_EQ(t.server.last_close.error, US_QUIC_E_TRANSPORT);
    EXPECT_EQ(t.server.last_close.code, 0x7U);
  }
}

TEST(Goaway, IsToldAndNewRequestsAreRefused) {
  OpenRequest t;
  int goaways = 0;
  t.client.on_goaway = [&](us_quic_connection_t* c) {
    ++goaways;
    int error = 0;
    EXPECT_EQ(us_quic_connection_create_stream(c, 0, &error), nullptr);
    EXPECT_EQ(error, US_QUIC_E_GOAWAY);
  };
  t.engine().send_goaway(*t.request->connection->engine);
  EXPECT_TRUE(t.loop.run_until([&] { return goaways == 1; }));
}

}  // namespace
}  // namespace usquic::test
