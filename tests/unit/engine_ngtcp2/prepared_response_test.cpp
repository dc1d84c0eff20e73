// Whole responses that are framed once and sent as they are.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/engine_pair.h"
#include "support/header_field.h"
#include "usquic/http3_codes.h"

namespace usquic::test {
namespace {

using engine::PreparedResponse;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::vector<us_quic_header_t> request_with_priority(std::string_view priority = {}) {
  std::vector<us_quic_header_t> fields = {field(":method", "GET"), field(":scheme", "https"),
                                          field(":authority", "server.test"), field(":path", "/")};
  if (!priority.empty()) fields.push_back(field("priority", priority));
  return fields;
}

PreparedResponse frames_of(std::string_view body, std::string_view status = "200") {
  const std::vector fields = {field(":status", status), field("server", "frames")};
  auto made = engine::prepare_response(fields, as_bytes(body));
  EXPECT_TRUE(made);
  return made ? std::move(*made) : PreparedResponse{};
}

// A client and a server that answers every request with the same frames.
class Framed : public testing::Test {
 protected:
  void answer_with(std::string body) {
    frames_ = frames_of(body);
    pair_.server.on_section = [this](StreamRecord& s) {
      if (s.handle->send_prepared(
              frames_, [](void* count) { ++*static_cast<int*>(count); }, &releases_)) {
        ++taken_;
        EXPECT_EQ(s.write("late"), US_QUIC_E_STATE);
      }
    };
  }
  StreamRecord* ask(std::string_view priority = {}) {
    StreamRecord* s = pair_.client.create_stream(*pair_.connection);
    EXPECT_EQ(s->handle->send_headers(request_with_priority(priority), true), 0);
    return s;
  }
  bool await_close(const StreamRecord* s) {
    return pair_.run(seconds(5), [s] { return s->closes == 1; });
  }

  EnginePair pair_;
  PreparedResponse frames_;
  int taken_ = 0;
  int releases_ = 0;
};

TEST(PreparedResponse, HoldAHeadersFrameAndADataFrame) {
  const PreparedResponse frames = frames_of("body");
  ASSERT_GT(frames.bytes.size(), 8u);
  EXPECT_EQ(frames.bytes[0], 0x01);             // HEADERS (RFC 9114 section 7.2.2)
  const std::size_t section = frames.bytes[1];  // short: one byte of length
  EXPECT_EQ(frames.bytes[2], 0);                // Required Insert Count: no dynamic entries
  EXPECT_EQ(frames.bytes[2 + section], 0x00);   // DATA
  EXPECT_EQ(frames.bytes[2 + section + 1], 4);
  EXPECT_EQ(as_text(frames.body()), "body");
  EXPECT_EQ(frames.bytes.size(), 2 + section + 2 + 4);
}

TEST(PreparedResponse, OfAnEmptyBodyHaveNoDataFrame) {
  const PreparedResponse frames = frames_of("");
  EXPECT_EQ(frames.bytes.size(), 2u + frames.bytes[1]);
  EXPECT_EQ(frames.body_length, 0u);
}

TEST(PreparedResponse, AreOfFinalResponsesAlone) {
  const std::vector informational = {field(":status", "103")};
  EXPECT_EQ(engine::prepare_response(informational, {}).error(), US_QUIC_E_HEADERS);
  const std::vector upper_case = {field(":status", "200"), field("Server", "x")};
  EXPECT_EQ(engine::prepare_response(upper_case, {}).error(), US_QUIC_E_HEADERS);
}

TEST_F(Framed, ArriveAsAnyResponseAndAreReleasedOnce) {
  answer_with("hello");
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* s = ask();
  ASSERT_TRUE(await_close(s));
  ASSERT_EQ(s->sections.size(), 1u);
  EXPECT_EQ(s->sections[0].value(":status"), "200");
  EXPECT_EQ(s->sections[0].value("server"), "frames");
  EXPECT_EQ(s->body, "hello");
  EXPECT_EQ(s->close.reason, US_QUIC_OK);
  pair_.run(milliseconds(200));
  EXPECT_EQ(taken_, 1);
  EXPECT_EQ(releases_, 1);
  EXPECT_EQ(pair_.server.streams[0]->closes, 1);
}

TEST_F(Framed, WaitForCreditOfTheStream) {
  pair_.client.config.max_stream_data = 1000;
  answer_with(std::string(12'000, 'x'));
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* s = ask();
  ASSERT_TRUE(await_close(s));
  EXPECT_EQ(s->body, std::string(12'000, 'x'));
  EXPECT_EQ(taken_, 1);
}

TEST_F(Framed, AreTakenOnManyStreams) {
  answer_with(std::string(900, 'y'));
  ASSERT_TRUE(pair_.join("h3"));
  std::vector<StreamRecord*> streams;
  for (int i = 0; i < 300; ++i) streams.push_back(ask());
  ASSERT_TRUE(pair_.run(seconds(20), [&] {
    return std::ranges::all_of(streams, [](const StreamRecord* s) { return s->closes == 1; });
  }));
  for (const StreamRecord* s : streams) ASSERT_EQ(s->body, std::string(900, 'y'));
  pair_.run(milliseconds(200));
  EXPECT_EQ(taken_, 300);
  EXPECT_EQ(releases_, 300);
}

TEST_F(Framed, AreTakenWhenLong) {
  answer_with(std::string(200'000, 'z'));
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* s = ask();
  ASSERT_TRUE(await_close(s));
  EXPECT_EQ(s->body, std::string(200'000, 'z'));
  EXPECT_EQ(taken_, 1);
}

// RFC 9218: what is less urgent than others must not pass them.
TEST_F(Framed, AreSentByTheirUrgency) {
  answer_with(std::string(100'000, 'u'));
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* later = ask("u=5");
  StreamRecord* first = ask("u=2");
  ASSERT_TRUE(await_close(first));
  EXPECT_EQ(later->closes, 0);
  EXPECT_LT(later->body.size(), 100'000U);
  ASSERT_TRUE(await_close(later));
  EXPECT_EQ(taken_, 2);
}

TEST_F(Framed, AreTakenAfterAnInformationalResponse) {
  ASSERT_TRUE(pair_.join("h3"));
  const PreparedResponse frames = frames_of("after");
  bool is_taken = false;
  pair_.server.on_section = [&](StreamRecord& s) {
    const std::vector informational = {field(":status", "103")};
    EXPECT_EQ(s.handle->send_headers(informational, false), 0);
    is_taken = s.handle->send_prepared(frames, nullptr, nullptr);
  };
  StreamRecord* s = ask();
  ASSERT_TRUE(await_close(s));
  EXPECT_TRUE(is_taken);
  EXPECT_EQ(s->sections.size(), 2U);
  EXPECT_EQ(s->body, "after");
}

TEST_F(Framed, AreReleasedWhenTheStreamIsReset) {
  pair_.client.config.max_stream_data = 100;
  pair_.client.consume_at_once = false;
  answer_with(std::string(9'000, 'r'));
  ASSERT_TRUE(pair_.join("h3"));
  ask();
  pair_.run(milliseconds(200));
  ASSERT_EQ(taken_, 1);
  EXPECT_EQ(releases_, 0);
  EXPECT_EQ(pair_.server.streams[0]->handle->reset(US_QUIC_H3_REQUEST_CANCELLED), 0);
  pair_.run(milliseconds(500));
  EXPECT_EQ(releases_, 1);
}

TEST_F(Framed, AreReleasedWhenTheConnectionGoes) {
  pair_.client.config.max_stream_data = 100;
  pair_.client.consume_at_once = false;
  answer_with(std::string(9'000, 'c'));
  ASSERT_TRUE(pair_.join("h3"));
  ask();
  pair_.run(milliseconds(200));
  ASSERT_EQ(taken_, 1);
  pair_.server.kill();
  EXPECT_EQ(releases_, 1);
}

// Long bodies and ready frames share a connection: neither waits for the other to be over.
TEST_F(Framed, DoNotKeepOtherStreamsWaiting) {
  ASSERT_TRUE(pair_.join("h3"));
  const PreparedResponse frames = frames_of(std::string(1000, 'f'));
  const std::string long_body(200'000, 'l');
  bool is_first = true;
  pair_.server.on_section = [&](StreamRecord& s) {
    if (!std::exchange(is_first, false)) {
      s.handle->send_prepared(frames, nullptr, nullptr);
      return;
    }
    const std::vector fields = {field(":status", "200")};
    EXPECT_EQ(s.handle->send_headers(fields, false), 0);
    EXPECT_GT(s.write(long_body), 0);
  };
  StreamRecord* long_one = ask();
  std::size_t rounds = 0;
  std::size_t seen = 0;
  while (rounds < 100) {
    StreamRecord* s = ask();
    ASSERT_TRUE(await_close(s));
    ++rounds;
    if (long_one->body.size() > seen) seen = long_one->body.size();
  }
  EXPECT_GT(seen, 10'000u);
}

// A server that answers every request by send_response().
class Whole : public testing::Test {
 protected:
  // Returns what the client has of the answer when its stream is over.
  StreamRecord* answer(const std::vector<us_quic_header_t>& fields, const std::string& body) {
    pair_.server.on_section = [&](StreamRecord& s) {
      result_ = s.handle->send_response(fields, as_bytes(body));
    };
    if (!pair_.join("h3")) return nullptr;
    StreamRecord* s = pair_.client.create_stream(*pair_.connection);
    EXPECT_EQ(s->handle->send_headers(request_with_priority(), true), 0);
    pair_.run(seconds(20), [s] { return s->closes == 1; });
    return s;
  }

  EnginePair pair_;
  int result_ = -1000;
};

TEST_F(Whole, ArrivesWithAnyBody) {
  for (const std::size_t length : {0u, 1u, 63u, 64u, 255u, 16'000u, 16'384u, 16'385u, 70'000u}) {
    EnginePair pair;
    const std::string body(length, 'w');
    const std::vector fields = {field(":status", "200"), field("x-kind", "whole")};
    pair.server.on_section = [&](StreamRecord& s) {
      EXPECT_EQ(s.handle->send_response(fields, as_bytes(body)), 0);
      EXPECT_EQ(s.handle->send_response(fields, as_bytes(body)), US_QUIC_E_STATE);
      EXPECT_EQ(s.write("late"), US_QUIC_E_STATE);
    };
    ASSERT_TRUE(pair.join("h3"));
    StreamRecord* s = pair.client.create_stream(*pair.connection);
    ASSERT_EQ(s->handle->send_headers(request_with_priority(), true), 0);
    ASSERT_TRUE(pair.run(seconds(20), [s] { return s->closes == 1; })) << length;
    ASSERT_EQ(s->sections.size(), 1u);
    EXPECT_EQ(s->sections[0].value("x-kind"), "whole");
    EXPECT_EQ(s->body, body);
    EXPECT_TRUE(s->ended);
    EXPECT_EQ(s->close.reason, US_QUIC_OK);
  }
}

TEST_F(Whole, ArrivesWithALongHeaderSection) {
  const std::string value(5'000, 'v');
  const std::vector fields = {field(":status", "200"), field("x-long", value)};
  StreamRecord* s = answer(fields, "body");
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(result_, 0);
  ASSERT_EQ(s->sections.size(), 1u);
  EXPECT_EQ(s->sections[0].value("x-long"), value);
  EXPECT_EQ(s->body, "body");
}

TEST_F(Whole, FollowsAnInformationalResponse) {
  pair_.server.on_section = [&](StreamRecord& s) {
    const std::vector informational = {field(":status", "103")};
    const std::vector final_one = {field(":status", "200")};
    EXPECT_EQ(s.handle->send_response(informational, {}), US_QUIC_E_HEADERS);
    EXPECT_EQ(s.handle->send_headers(informational, false), 0);
    EXPECT_EQ(s.handle->send_response(final_one, as_bytes("after")), 0);
  };
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* s = pair_.client.create_stream(*pair_.connection);
  ASSERT_EQ(s->handle->send_headers(request_with_priority(), true), 0);
  ASSERT_TRUE(pair_.run(seconds(5), [s] { return s->closes == 1; }));
  ASSERT_EQ(s->sections.size(), 2u);
  EXPECT_EQ(s->sections[0].value(":status"), "103");
  EXPECT_EQ(s->body, "after");
}

TEST_F(Whole, IsRefusedWhereItCannotBeAndLeavesTheStreamAsItWas) {
  pair_.server.config.send_buffer_bytes = 10'000;
  pair_.server.on_section = [&](StreamRecord& s) {
    const std::vector upper_case = {field(":status", "200"), field("Server", "x")};
    const std::vector fields = {field(":status", "200")};
    EXPECT_EQ(s.handle->send_response(upper_case, {}), US_QUIC_E_HEADERS);
    EXPECT_EQ(s.handle->send_response(fields, as_bytes(std::string(10'001, 'x'))), US_QUIC_E_TOO_LARGE);
    EXPECT_EQ(s.handle->send_response(fields, as_bytes("small")), 0);
  };
  ASSERT_TRUE(pair_.join("h3"));
  StreamRecord* s = pair_.client.create_stream(*pair_.connection);
  const std::vector fields = {field(":status", "200")};
  EXPECT_EQ(s->handle->send_response(fields, {}), US_QUIC_E_STATE);
  ASSERT_EQ(s->handle->send_headers(request_with_priority(), true), 0);
  ASSERT_TRUE(pair_.run(seconds(5), [s] { return s->closes == 1; }));
  EXPECT_EQ(s->body, "small");
}

// Pacing is about what is still to be written: a server that has written all sleeps until an
// acknowledgement is due.
TEST_F(Framed, LeaveNoDeadlineForPacing) {
  answer_with("hello");
  ASSERT_TRUE(pair_.join("h3"));
  pair_.run(seconds(1));
  StreamRecord* s = ask();
  Duration shortest = seconds(1);
  ASSERT_TRUE(pair_.run(seconds(5), [&] {
    if (taken_ == 1) shortest = std::min(shortest, pair_.server.endpoint->deadline() - pair_.now);
    return s->closes == 1;
  }));
  EXPECT_GE(shortest, milliseconds(1));
}

}  // namespace
}  // namespace usquic::test
