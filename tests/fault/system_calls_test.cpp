// Whatever the kernel answers: transfers are byte-exact, nothing hangs, and all goes on when the faults end.
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "fault/faulty_calls.h"
#include "integration/http3_peers.h"
#include "support/figures.h"

namespace usquic::test {
namespace {

constexpr std::uint64_t download_bytes = 4 << 20;
constexpr std::size_t upload_bytes = 1 << 20;
constexpr int small_requests = 20;

const DevelopmentCertificate& certificate() {
  static const DevelopmentCertificate made = DevelopmentCertificate::make();
  return made;
}

class Traffic {
 public:
  explicit Traffic(us_quic_socket_context_options_t client_options = us_quic_default_options())
      : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0)) {
    server_.emplace(loop_, certificate());
    client_.emplace(loop_, certificate(), client_options);
    client_->on_close = [this](us_quic_connection_t*, int error) {
      is_closed_ = true;
      close_error_ = error;
    };
  }
  ~Traffic() {
    client_.reset();
    server_.reset();
    us_loop_free(loop_);
  }
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  // A connection with a large download, a large upload and small requests at once. Whether all of it was
  // right within the time that a lost packet here and there may take.
  bool exchange() {
    us_quic_connection_t* c = client_->connect("127.0.0.1", server_->port());
    if (c == nullptr) return false;
    is_closed_ = false;
    int right = 0;
    std::string upload(upload_bytes, '\0');
    for (std::size_t i = 0; i < upload.size(); ++i) upload[i] = body_byte(i);
    client_->request(c, "GET", "/bytes/" + std::to_string(download_bytes), "", [&](const Response& r) {
      right += r.reason == US_QUIC_OK && r.length == download_bytes && r.content_is_right ? 1 : 0;
    });
    client_->request(c, "POST", "/echo", upload, [&](const Response& r) {
      right += r.reason == US_QUIC_OK && r.length == upload_bytes && r.content_is_right ? 1 : 0;
    });
    for (int i = 0; i < small_requests; ++i) {
      client_->request(c, "GET", "/bytes/100", "", [&](const Response& r) {
        right += r.reason == US_QUIC_OK && r.length == 100 ? 1 : 0;
      });
    }
    run_until([&] { return right == small_requests + 2 || is_closed_; });
    if (!is_closed_) us_quic_connection_close(c, 0x100, nullptr);
    const bool is_told = run_until([&] { return is_closed_; });
    return is_told && right == small_requests + 2;
  }

  int error_of_a_connect() {
    is_closed_ = false;
    EXPECT_NE(client_->connect("127.0.0.1", server_->port()), nullptr);
    EXPECT_TRUE(run_until([&] { return is_closed_; }));
    return close_error_;
  }

  template <class Done>
  bool run_until(Done done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) return false;
      pollfd readable{us_loop_fd(loop_), POLLIN, 0};
      poll(&readable, 1, 20);
      us_loop_tick(loop_);
    }
    return true;
  }

  us_loop_t* loop() { return loop_; }
  Http3Server& server() { return *server_; }
  Http3Client& client() { return *client_; }

 private:
  us_loop_t* loop_;
  std::optional<Http3Server> server_;
  std::optional<Http3Client> client_;
  bool is_closed_ = false;
  int close_error_ = 0;
};

struct Case {
  const char* name;
  Plan plan;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

class SystemCallFaults : public testing::TestWithParam<std::tuple<Case, std::uint64_t>> {};

TEST_P(SystemCallFaults, LeaveTransfersExact) {
  auto [c, seed] = GetParam();
  SCOPED_TRACE("seed " + std::to_string(seed));
  c.plan.seed = seed;
  Traffic traffic;
  const auto began = std::chrono::steady_clock::now();
  {
    const Faults faults(c.plan);
    EXPECT_TRUE(traffic.exchange());
    EXPECT_GT(faults.count(), 0u);
    print_figure(c.name, static_cast<double>(faults.count()), "faults");
  }
  print_figure(c.name, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), "s");
  EXPECT_TRUE(traffic.exchange());
}

INSTANTIATE_TEST_SUITE_P(
    Of, SystemCallFaults,
    testing::Combine(testing::Values(Case{"SendingWouldBlock", {Call::sendmmsg, EAGAIN, 3}},
                                     Case{"SendingHasNoBuffers", {Call::sendmmsg, ENOBUFS, 3}},
                                     Case{"SendingIsForbidden", {Call::sendmmsg, EPERM, 10}},
                                     Case{"SendingIsInterrupted", {Call::sendmmsg, EINTR, 3}},
                                     Case{"SendingFailsInTheDevice", {Call::sendmmsg, EIO, 10}},
                                     Case{"SendingMeetsAnIcmpError", {Call::sendmmsg, ECONNREFUSED, 5}},
                                     Case{"SendingHasNoRoute", {Call::sendmmsg, ENETUNREACH, 10}},
                                     Case{"SendingIsShort", {Call::sendmmsg, 0, 2}},
                                     Case{"SendingIsTooLarge", {Call::sendmmsg, EMSGSIZE, 10}},
                                     Case{"LargePacketsAreTooLarge", {Call::sendmmsg, EMSGSIZE, 1, 1252}},
                                     Case{"ReceivingWouldBlock", {Call::recvmmsg, EAGAIN, 3}},
                                     Case{"ReceivingIsInterrupted", {Call::recvmmsg, EINTR, 3}},
                                     Case{"ReceivingMeetsAnIcmpError", {Call::recvmmsg, ECONNREFUSED, 3}},
                                     Case{"ReceivingHasNoMemory", {Call::recvmmsg, ENOMEM, 5}}),
                     testing::Values(1U, 2U, 3U)),
    [](const auto& parameters) {
      return std::string(std::get<0>(parameters.param).name) + "Seed" +
             std::to_string(std::get<1>(parameters.param));
    });

// Neither a hang nor silence.
TEST(SystemCallFaultsWithoutEnd, GiveTheConnectionAnError) {
  us_quic_socket_context_options_t options = us_quic_default_options();
  options.handshake_timeout_ms = 300;
  Traffic traffic(options);
  for (const int error : {EAGAIN, ENOBUFS, EPERM, EIO, ENETUNREACH}) {
    SCOPED_TRACE(error);
    const Faults faults({Call::sendmmsg, error});
    EXPECT_NE(traffic.error_of_a_connect(), US_QUIC_OK);
    EXPECT_GT(faults.count(), 0u);
  }
  EXPECT_TRUE(traffic.exchange());
}

TEST(FileDescriptors, UsedUpFailTheOneCallWithAnError) {
  Traffic traffic;
  {
    const Faults faults({Call::socket, EMFILE});
    int error = 0;
    us_quic_listen_socket_t* listener =
        us_quic_socket_context_listen(traffic.server().context(), "127.0.0.1", 0, nullptr, 0, &error);
    EXPECT_EQ(listener, nullptr);
    EXPECT_EQ(error, US_QUIC_E_IO);
    error = 0;
    EXPECT_EQ(us_quic_socket_context_create_socket(traffic.client().context(), 0, &error), nullptr);
    EXPECT_EQ(error, US_QUIC_E_IO);
    EXPECT_EQ(traffic.client().connect("127.0.0.1", traffic.server().port()), nullptr);
  }
  EXPECT_TRUE(traffic.exchange());
}

}  // namespace
}  // namespace usquic::test
