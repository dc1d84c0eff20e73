// What HTTP/3 conformance tests check: errors of the connection, errors of one stream, and that everything
// else goes on.
#pragma once

#include "checks.h"
#include "support/raw_http3.h"

namespace usquic::test {

// RFC 9114 section 8.1, RFC 9204 section 6 and RFC 9297 section 2.1.
enum Http3Error : std::uint64_t {
  h3_no_error = 0x100,
  h3_stream_creation_error = 0x103,
  h3_closed_critical_stream = 0x104,
  h3_frame_unexpected = 0x105,
  h3_frame_error = 0x106,
  h3_excessive_load = 0x107,
  h3_id_error = 0x108,
  h3_settings_error = 0x109,
  h3_missing_settings = 0x10a,
  h3_request_rejected = 0x10b,
  h3_request_cancelled = 0x10c,
  h3_request_incomplete = 0x10d,
  h3_message_error = 0x10e,
  h3_datagram_error = 0x33,
  qpack_decompression_failed = 0x200,
  qpack_encoder_stream_error = 0x201,
  qpack_decoder_stream_error = 0x202,
};

inline constexpr us_quic_header_t simple_request[] = {{":method", 7, "GET", 3, 0},
                                                      {":scheme", 7, "https", 5, 0},
                                                      {":authority", 10, "a", 1, 0},
                                                      {":path", 5, "/", 1, 0}};

// A raw HTTP/3 peer of an engine. The server answers every whole request with 200.
struct Http3Joined {
  // The raw peer's control stream begins with these bytes; nothing: it opens no stream.
  explicit Http3Joined(Engine role, const std::optional<std::string>& control = wire_settings({}),
                       const std::function<void(EnginePair&)>& configure = nullptr,
                       const std::function<void(TransportParameters&)>& edit_parameters = nullptr) {
    if (configure) configure(net.pair);
    net.pair.server.on_fin = answer_ok;
    net.start();
    RawPeer::Options options = role == Engine::server ? net.client_options() : net.server_options();
    options.edit_parameters = edit_parameters;
    RawPeer& joined = role == Engine::server ? net.join_client(options) : net.join_server(options);
    if (control) {
      h3.emplace(joined, *control);
    } else {
      h3.emplace(joined, RawHttp3::Bare{});
    }
    net.run();
  }

  RawPeer& peer() { return h3->peer(); }

  // A client engine's request; its stream on the wire is 0, 4, ...
  StreamRecord* ask() {
    StreamRecord* s = net.pair.client.create_stream(*net.connection);
    EXPECT_EQ(s->handle->send_headers(simple_request, true), 0);
    net.run();
    return s;
  }

  RawNetwork net{"h3"};
  std::optional<RawHttp3> h3;
};

// The engine closed the connection with one of these HTTP/3 errors; its other connections go on.
inline void expect_h3_closed(Http3Joined& joined, const std::vector<std::uint64_t>& codes) {
  joined.net.run();
  ASSERT_TRUE(joined.peer().close()) << "no CONNECTION_CLOSE came";
  EXPECT_TRUE(joined.peer().close()->is_application) << joined.peer().close()->reason;
  EXPECT_THAT(codes, testing::Contains(joined.peer().close()->code))
      << std::hex << joined.peer().close()->code << joined.peer().close()->reason;
  EXPECT_TRUE(joined.net.neighbours_talk());
}

inline void expect_h3_closed(Http3Joined& joined, std::uint64_t code) {
  expect_h3_closed(joined, std::vector<std::uint64_t>{code});
}

// The connection goes on: another request is answered (server), or answered to (client).
inline void expect_h3_open(Http3Joined& joined) {
  joined.net.run();
  ASSERT_FALSE(joined.peer().close()) << std::hex << joined.peer().close()->code;
  if (joined.peer().is_server()) {
    StreamRecord* s = joined.ask();
    joined.peer().write(static_cast<std::uint64_t>(s->id), wire_headers({{":status", "200"}}), true);
    joined.net.run();
    EXPECT_TRUE(s->ended);
    return;
  }
  const std::uint64_t id = joined.h3->get();
  joined.net.run();
  EXPECT_EQ(joined.h3->status(id), 200);
}

// Bytes of a request stream (server), or of a response (client), end the stream alone, in both directions.
inline void expect_stream_error(Http3Joined& joined, std::uint64_t id, std::uint64_t code) {
  joined.net.run();
  ASSERT_FALSE(joined.peer().close()) << std::hex << joined.peer().close()->code;
  const RawStream& s = joined.peer().stream(id);
  if (joined.peer().is_server()) {
    // The request was whole: what is left to give up is reading the response, which may have ended too.
    EXPECT_TRUE(!s.stopped || s.stopped == code);
  } else {
    EXPECT_EQ(s.reset, code);
  }
  expect_h3_open(joined);
}

inline void expect_request_error(std::string_view bytes, std::uint64_t code, bool fin = true) {
  Http3Joined joined(Engine::server);
  const std::uint64_t id = joined.h3->request(bytes, fin);
  expect_stream_error(joined, id, code);
  if (!fin) {
    EXPECT_EQ(joined.peer().stream(id).stopped, code);
  }
  // The application hears of nothing that was malformed as if it was whole.
  for (const auto& s : joined.net.pair.server.streams) {
    if (s->id == static_cast<std::int64_t>(id)) {
      EXPECT_FALSE(s->ended);
    }
  }
}

inline void expect_request_closes(std::string_view bytes, const std::vector<std::uint64_t>& codes,
                                  bool fin = true) {
  Http3Joined joined(Engine::server);
  joined.h3->request(bytes, fin);
  expect_h3_closed(joined, codes);
}

// Frames on the control stream behind SETTINGS.
inline void expect_control_closes(Engine role, std::string_view frames,
                                  const std::vector<std::uint64_t>& codes) {
  Http3Joined joined(role);
  joined.h3->control(frames);
  expect_h3_closed(joined, codes);
}

// A peer whose control stream begins with these bytes.
inline void expect_settings_close(Engine role, const std::string& control,
                                  const std::vector<std::uint64_t>& codes) {
  Http3Joined joined(role, control);
  expect_h3_closed(joined, codes);
}

}  // namespace usquic::test
