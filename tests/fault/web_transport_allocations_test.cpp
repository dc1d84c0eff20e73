// Allocations that fail in WebTransport sessions of the app layer: a session is used to its end or ends early, each end is
// told once, and the process goes on.
#include <gtest/gtest.h>
#include <poll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base_seed.h"
#include "faulty_kernel.h"
#include "frugal_peers.h"
#include "scarce_memory.h"
#include "usquic/http/app.h"
#include "usquic/http3_codes.h"
#include "usquic/webtransport.h"

namespace usquic::test {
namespace {

constexpr std::string_view greeting = "hello, session";

// What a client of the C interface was told, which allocates nothing itself.
struct ClientTally {
  us_quic_stream_t* session = nullptr;
  std::string_view unread;
  int settled = 0;  // connections that closed
  int right = 0;    // whose stream came back in full

  static ClientTally& of(us_quic_stream_t* s) {
    return **static_cast<ClientTally**>(us_quic_socket_context_ext(us_quic_stream_context(s)));
  }
};

void end_connection(us_quic_stream_t* s) {
  us_quic_connection_close(us_quic_stream_connection(s), US_QUIC_H3_NO_ERROR, nullptr);
}

void on_headers(us_quic_stream_t* s, int, int) {
  if (us_quic_webtransport_is_open(s) == 0) return end_connection(s);
  us_quic_stream_t* stream = us_quic_webtransport_create_stream(s, 0, nullptr);
  if (stream == nullptr) return end_connection(s);
  ClientTally::of(s).unread = greeting;
  us_quic_stream_send_datagram(s, greeting.data(), greeting.size());
  us_quic_stream_write(stream, greeting.data(), greeting.size());
  us_quic_stream_shutdown(stream);
}

void on_data(us_quic_stream_t* s, const void* data, std::size_t length) {
  std::string_view& unread = ClientTally::of(s).unread;
  const std::string_view chunk(static_cast<const char*>(data), length);
  EXPECT_TRUE(unread.starts_with(chunk));
  unread.remove_prefix(std::min(length, unread.size()));
}

void on_end(us_quic_stream_t* s) {
  ClientTally& tally = ClientTally::of(s);
  if (tally.unread.empty()) ++tally.right;
  us_quic_webtransport_close(us_quic_stream_session(s), 7, "bye", 3);
}

void on_end_of_stream(us_quic_stream_t* s, const us_quic_stream_close_info_t*) {
  if (s == ClientTally::of(s).session) {
    end_connection(s);
  } else if (ClientTally::of(s).unread.size() > 0) {
    us_quic_webtransport_close(us_quic_stream_session(s), 8, nullptr, 0);
  }
}

class WebTransportAllocations : public testing::Test {
 protected:
  void SetUp() override {
    const DevelopmentCertificate& certificate = FrugalPeers::certificate();
    app_.emplace(AppOptions{.key = certificate.key, .cert = certificate.cert}, loop_);
    WebTransportBehavior behavior;
    behavior.open = [this](WebTransport*) { ++opened_; };
    behavior.stream = [this](WebTransport*, WebTransportStream* stream) {
      ++streams_;
      stream->onClose([this] { ++stream_closes_; });
      stream->onData([stream](std::string_view chunk, bool fin) {
        stream->write(chunk);
        if (fin) stream->end();
      });
    };
    behavior.datagram = [](WebTransport* session, std::string_view data) { session->sendDatagram(data); };
    behavior.close = [this](WebTransport*, bool, std::uint32_t, std::string_view) { ++closed_; };
    app_->webTransport("/", std::move(behavior));
    app_->listen("127.0.0.1", 0, [this](ListenSocket* socket) {
      if (socket != nullptr) port_ = socket->port();
    });
    ASSERT_NE(port_, 0);
    us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
    options.ca = {certificate.cert.data(), certificate.cert.size()};
    options.webtransport_sessions = 1;
    client_ = us_create_quic_socket_context(loop_->native(), &options, sizeof(ClientTally*), nullptr);
    ASSERT_NE(client_, nullptr);
    *static_cast<ClientTally**>(us_quic_socket_context_ext(client_)) = &tally_;
    us_quic_socket_context_on_stream_headers(client_, on_headers);
    us_quic_socket_context_on_stream_data(client_, on_data);
    us_quic_socket_context_on_stream_end(client_, on_end);
    us_quic_socket_context_on_stream_close(client_, on_end_of_stream);
    us_quic_socket_context_on_stream_datagram(client_, [](us_quic_stream_t*, const void*, std::size_t) {});
    us_quic_socket_context_on_close(client_, [](us_quic_connection_t* c, const us_quic_close_info_t*) {
      ++(*static_cast<ClientTally**>(us_quic_socket_context_ext(us_quic_connection_context(c))))->settled;
    });
  }
  void TearDown() override { us_quic_socket_context_free(client_); }

  // One session, from its connection on, until that is closed.
  void use_one_session() {
    us_quic_connection_t* connection =
        us_quic_socket_context_connect(client_, "127.0.0.1", port_, 0, nullptr);
    if (connection == nullptr) return;
    const int settled = tally_.settled;
    const us_quic_header_t fields[] = {{":authority", 10, "localhost", 9, 0}, {":path", 5, "/", 1, 0}};
    tally_.session = us_quic_webtransport_connect(connection, fields, 2, 0, nullptr);
    if (tally_.session == nullptr) us_quic_connection_close(connection, US_QUIC_H3_NO_ERROR, nullptr);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (tally_.settled == settled && std::chrono::steady_clock::now() < end) {
      pollfd polled{loop_->fd(), POLLIN, 0};
      poll(&polled, 1, 1);
      loop_->tick();
    }
    EXPECT_EQ(tally_.settled, settled + 1);
  }

  ScarceMemory memory_;
  FaultyKernel kernel_{1};  // without faults
  std::shared_ptr<Loop> loop_ = Loop::create();
  std::optional<App> app_;
  us_quic_socket_context_t* client_ = nullptr;
  ClientTally tally_;
  int port_ = 0;
  int opened_ = 0;
  int closed_ = 0;
  int streams_ = 0;
  int stream_closes_ = 0;
};

TEST_F(WebTransportAllocations, EachOfASessionMayFail) {
  constexpr std::uint64_t step = 7;
  use_one_session();
  ASSERT_EQ(tally_.right, 1);
  for (std::uint64_t number = 1 + base_seed() % step;; number += step) {
    SCOPED_TRACE("allocation " + std::to_string(number));
    memory_.fail_once(number);
    use_one_session();
    const bool was_last = memory_.failed() == 0;
    memory_.heal();
    const int before = tally_.right;
    use_one_session();
    EXPECT_EQ(tally_.right, before + 1);
    ASSERT_FALSE(HasFailure());
    if (was_last) break;
  }
  app_.reset();
  EXPECT_GT(opened_, 1);
  EXPECT_EQ(closed_, opened_) << "each end is told once";
  EXPECT_EQ(stream_closes_, streams_);
}

}  // namespace
}  // namespace usquic::test
