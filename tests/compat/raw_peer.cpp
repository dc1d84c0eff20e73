#include "raw_peer.h"

#include <gtest/gtest.h>

#include <array>
#include <utility>

#include "usquic/quic.h"

namespace usquic::test {

namespace {

us_quic_header_t raw_field(const char* name, const char* value) {
  return {name, std::char_traits<char>::length(name), value, std::char_traits<char>::length(value), 0};
}

RawPeer& peer_of(us_quic_stream_t* s) {
  return **static_cast<RawPeer**>(us_quic_socket_context_ext(us_quic_stream_context(s)));
}

void send_head(us_quic_stream_t* s, bool is_client) {
  const std::array<us_quic_header_t, 4> request = {raw_field(":method", "POST"),
                                                   raw_field(":scheme", "https"),
                                                   raw_field(":authority", "x"), raw_field(":path", "/")};
  const std::array<us_quic_header_t, 2> response = {raw_field(":status", "200"), raw_field("name", "raw")};
  EXPECT_EQ(is_client ? us_quic_stream_send_headers(s, request.data(), request.size(), 0)
                      : us_quic_stream_send_headers(s, response.data(), response.size(), 0),
            0);
}

}  // namespace

RawPeer::RawPeer(us_loop_t* loop, std::string script, const char* cert_file, const char* key_file)
    : script_(std::move(script)) {
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  if (key_file != nullptr) options.cert_file_name = cert_file;
  options.key_file_name = key_file;
  options.ca_file_name = cert_file;
  us_quic_socket_context_t* context =
      us_create_quic_socket_context(loop, &options, sizeof(RawPeer*), nullptr);
  EXPECT_NE(context, nullptr);
  *static_cast<RawPeer**>(us_quic_socket_context_ext(context)) = this;
  context_ = context;
  us_quic_socket_context_on_stream_open(context, [](us_quic_stream_t* s, int is_client) {
    if (is_client != 0) peer_of(s).act(s, true);
  });
  us_quic_socket_context_on_stream_headers(context,
                                           [](us_quic_stream_t* s, int /*kind*/, int /*end_stream*/) {
                                             if (us_quic_stream_is_client(s) == 0) peer_of(s).act(s, false);
                                           });
  us_quic_socket_context_on_stream_data(context, [](us_quic_stream_t* s, const void* data, size_t length) {
    peer_of(s).received.append(static_cast<const char*>(data), length);
  });
  us_quic_socket_context_on_stream_end(context, [](us_quic_stream_t* s) { peer_of(s).is_ended = true; });
  us_quic_socket_context_on_stream_close(context,
                                         [](us_quic_stream_t* s, const us_quic_stream_close_info_t* info) {
                                           peer_of(s).is_stream_closed = true;
                                           peer_of(s).stream_error = info->reason;
                                           peer_of(s).stream_code = info->code;
                                         });
}

RawPeer::~RawPeer() {
  us_quic_socket_context_free(static_cast<us_quic_socket_context_t*>(context_));
}

int RawPeer::listen() {
  us_quic_listen_socket_t* socket = us_quic_socket_context_listen(
      static_cast<us_quic_socket_context_t*>(context_), "127.0.0.1", 0, nullptr, 0, nullptr);
  EXPECT_NE(socket, nullptr);
  return us_quic_listen_socket_port(socket);
}

void RawPeer::connect(int port) {
  us_quic_connection_t* connection = us_quic_socket_context_connect(
      static_cast<us_quic_socket_context_t*>(context_), "127.0.0.1", port, 0, nullptr);
  ASSERT_NE(connection, nullptr);
  EXPECT_NE(us_quic_connection_create_stream(connection, 0, nullptr), nullptr);
}

void RawPeer::go_on(std::string script) {
  script_ = std::move(script);
  act(stream_, us_quic_stream_is_client(static_cast<us_quic_stream_t*>(stream_)) != 0);
}

void RawPeer::act(void* stream, bool is_client) {
  auto* s = static_cast<us_quic_stream_t*>(stream);
  stream_ = stream;
  const us_quic_header_t early = raw_field(":status", "103");
  const us_quic_header_t trailer = raw_field("checksum", "none");
  for (const char action : std::exchange(script_, "")) {
    switch (action) {
      case 'h':
        send_head(s, is_client);
        break;
      case 'i':
        EXPECT_EQ(us_quic_stream_send_headers(s, &early, 1, 0), 0);
        break;
      case 'b':
        EXPECT_EQ(us_quic_stream_write(s, "body", 4), 4);
        break;
      case 't':
        EXPECT_EQ(us_quic_stream_send_headers(s, &trailer, 1, 1), 0);
        break;
      case 'f':
        EXPECT_EQ(us_quic_stream_shutdown(s), 0);
        break;
      case 'r':
        EXPECT_EQ(us_quic_stream_reset(s, code), 0);
        break;
      case 's':
        EXPECT_EQ(us_quic_stream_stop(s, code), 0);
        break;
      default:
        ADD_FAILURE() << "no such action: " << action;
    }
  }
}

}  // namespace usquic::test
