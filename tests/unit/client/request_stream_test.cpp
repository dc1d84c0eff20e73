// RequestStream, and RequestBody over it, on streams of a connection to a server in this process.
#include "client/request_stream.h"

#include <functional>

#include "client/client_pool.h"
#include "client/request_body.h"
#include "support/client_fixture.h"

namespace usquic::test {
namespace {

using client::RequestBody;
using client::RequestStream;
using client::stream_ext;
using client::StreamExt;

class RequestStreams : public ClientFixture {
 protected:
  // What the callbacks saw; in the ext memory of the context.
  struct Seen {
    std::size_t body_bytes = 0;
    int opens = 0;
    int closes = 0;
    RequestStream* opening = nullptr;
    std::function<void()> on_data;
  };

  void SetUp() override {
    start_server();
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.ca = {identity.cert.data(), identity.cert.size()};
    int error = 0;
    context = us_create_quic_socket_context(loop->native(), &options, sizeof(Seen*), &error);
    ASSERT_NE(context, nullptr) << error;
    *static_cast<Seen**>(us_quic_socket_context_ext(context)) = &seen;
    us_quic_socket_context_on_stream_open(context, [](us_quic_stream_t* s, int) {
      ++seen_by(s).opens;
      if (seen_by(s).opening != nullptr) seen_by(s).opening->opened();
    });
    us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void*, std::size_t length) {
      seen_by(s).body_bytes += length;
      if (seen_by(s).on_data) seen_by(s).on_data();
    });
    us_quic_socket_context_on_stream_close(
        context, [](us_quic_stream_t* s, const us_quic_stream_close_info_t*) { ++seen_by(s).closes; });
    connection = us_quic_socket_context_connect(context, "localhost", server->port(), 0, &error);
    ASSERT_NE(connection, nullptr) << error;
  }

  void TearDown() override { us_quic_socket_context_free(context); }

  static Seen& seen_by(us_quic_stream_t* s) {
    return **static_cast<Seen**>(us_quic_socket_context_ext(us_quic_stream_context(s)));
  }

  us_quic_stream_t* create() {
    us_quic_stream_t* stream = us_quic_connection_create_stream(connection, sizeof(StreamExt), nullptr);
    EXPECT_NE(stream, nullptr);
    return stream;
  }

  std::vector<Field> fields(const std::string& method = "GET") const {
    return {{":method", method},
            {":scheme", "https"},
            {":authority", "localhost:" + std::to_string(server->port())},
            {":path", "/"}};
  }

  // The next stream of `stream`, open.
  us_quic_stream_t* open(RequestStream& stream, const std::string& method = "GET", bool is_last = true) {
    us_quic_stream_t* handle = create();
    const int before = seen.opens;
    seen.opening = &stream;
    EXPECT_EQ(stream.begin(handle, fields(method), is_last).error(), US_QUIC_OK);
    EXPECT_EQ(stream.handle(), handle);
    EXPECT_FALSE(stream.is_open());
    run_until([&] { return seen.opens > before; });
    EXPECT_TRUE(stream.is_open());
    return handle;
  }

  Seen seen;
  us_quic_socket_context_t* context = nullptr;
  us_quic_connection_t* connection = nullptr;
};

TEST_F(RequestStreams, SendTheHeaderSectionAndEndByThemselvesWhenLeft) {
  Exchange* held = nullptr;
  server->on_end = [&held](Exchange& e) { held = &e; };
  RequestStream stream;
  EXPECT_EQ(stream.handle(), nullptr);
  us_quic_stream_t* handle = open(stream);
  run_until([&] { return held != nullptr; });
  EXPECT_EQ(held->field(":method"), "GET");
  stream.leave(false);
  EXPECT_EQ(stream.handle(), nullptr);
  EXPECT_FALSE(stream.is_open());
  EXPECT_EQ(us_quic_stream_is_closed(handle), 0);
  held->respond(200, {}, "late");
  run_until([&] { return seen.closes == 1; });
  EXPECT_EQ(seen.body_bytes, 4U);
}

TEST_F(RequestStreams, AreClosedWhenCancelled) {
  RequestStream stream;
  us_quic_stream_t* handle = create();
  EXPECT_EQ(stream.begin(handle, fields(), true).error(), US_QUIC_OK);
  stream.leave(true);
  EXPECT_EQ(us_quic_stream_is_closed(handle), 1);
  stream.leave(true);  // there is none
  run_until([&] { return seen.closes == 1; });
  EXPECT_EQ(seen.opens, 0);
}

TEST_F(RequestStreams, NoLongerLeadToTheRequestOnceLeft) {
  int request = 0;
  RequestStream stream;
  us_quic_stream_t* handle = create();
  stream_ext(handle).request = reinterpret_cast<client::ClientRequest*>(&request);
  EXPECT_EQ(stream.begin(handle, fields(), true).error(), US_QUIC_OK);
  stream.leave(false);
  EXPECT_EQ(stream_ext(handle).request, nullptr);
}

TEST_F(RequestStreams, BelongToTheRequestWhenTheHeaderSectionIsRefused) {
  RequestStream stream;
  us_quic_stream_t* handle = create();
  EXPECT_EQ(stream.begin(handle, {{"x", "no pseudo-header fields"}}, true).error(), US_QUIC_E_HEADERS);
  EXPECT_EQ(stream.handle(), handle);
  stream.leave(true);
  EXPECT_EQ(us_quic_stream_is_closed(handle), 1);
}

TEST_F(RequestStreams, StayPausedOverAttempts) {
  RequestStream stream;
  stream.set_paused(true);
  EXPECT_TRUE(stream.is_paused());
  open(stream);
  run_for(60);
  EXPECT_EQ(seen.body_bytes, 0U);
  stream.leave(true);
  open(stream);
  run_for(60);
  EXPECT_EQ(seen.body_bytes, 0U);
  stream.set_paused(false);
  run_until([&] { return seen.body_bytes == 4; });
}

TEST_F(RequestStreams, ResumeWhenLeftToEndByThemselves) {
  RequestStream stream;
  open(stream);
  stream.set_paused(true);
  stream.leave(false);
  run_until([&] { return seen.closes == 1; });
  EXPECT_EQ(seen.body_bytes, 4U);
}

TEST_F(RequestStreams, SayWhetherTheConnectionTookBytes) {
  RequestStream stream;
  us_quic_stream_t* handle = create();
  EXPECT_EQ(stream.begin(handle, fields("POST"), false).error(), US_QUIC_OK);
  EXPECT_FALSE(stream.has_moved());
  seen.opening = &stream;
  EXPECT_EQ(us_quic_stream_write(handle, "body", 4), 4);
  EXPECT_FALSE(stream.has_moved());
  run_until([&] { return us_quic_stream_buffered(handle) == 0; });
  EXPECT_TRUE(stream.has_moved());
  EXPECT_FALSE(stream.has_moved());
}

TEST_F(RequestStreams, CheckTheirTransitions) {
  RequestStream stream;
  EXPECT_DEATH(stream.opened(), "phase_");
  open(stream);
  EXPECT_DEATH(stream.opened(), "phase_");
  EXPECT_DEATH(static_cast<void>(stream.begin(nullptr, {}, true)), "phase_");
}

TEST_F(RequestStreams, CarryABodyThatCanBeReplayed) {
  RequestStream stream;
  RequestBody body("abc", false, std::nullopt);
  EXPECT_EQ(body.known_length(), 3U);
  EXPECT_TRUE(body.send(open(stream, "POST", false)));
  EXPECT_TRUE(body.is_sent());
  // Left in the callback: by the next turn of the loop its handle may be gone.
  seen.on_data = [&] {
    if (seen.body_bytes == 8) stream.leave(false);  // "POST abc"
  };
  run_until([&] { return seen.body_bytes == 8; });
  EXPECT_TRUE(body.can_replay());
  body.rewind();
  EXPECT_FALSE(body.is_sent());
  EXPECT_EQ(body.unsent(), 3U);
  EXPECT_TRUE(body.send(open(stream, "POST", false)));
  run_until([&] { return seen.body_bytes == 16; });
}

TEST_F(RequestStreams, CarryAStreamedBodyThatIsForgotten) {
  RequestStream stream;
  RequestBody body({}, true, 5);
  us_quic_stream_t* handle = open(stream, "POST", false);
  EXPECT_FALSE(body.send(handle));
  EXPECT_TRUE(body.append("abc"));
  EXPECT_TRUE(body.send(handle));
  EXPECT_FALSE(body.can_replay());
  EXPECT_TRUE(body.append("de"));
  EXPECT_TRUE(body.finish());
  EXPECT_TRUE(body.send(handle));
  EXPECT_TRUE(body.is_sent());
  run_until([&] { return seen.body_bytes == 10; });  // "POST abcde"
}

}  // namespace
}  // namespace usquic::test
