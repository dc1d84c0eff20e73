#include "tcp/listener.h"

#include <netinet/tcp.h>
#include <sys/resource.h>

#include "fixture.h"

namespace usquic::tcp::test {
namespace {

using Listeners = TcpTest;

TEST_F(Listeners, AcceptAndCount) {
  listen();
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 300; ++i) clients.push_back(std::make_unique<RawClient>(listener_.local_address()));
  EXPECT_TRUE(run_until([&] { return listener_.counts().accepted == 300; }));
  EXPECT_EQ(listener_.counts().open, 300U);
  for (int i = 0; i < 100; ++i) clients.pop_back();
  for (Connection* connection : recorder_.connections) connection->write_end();
  EXPECT_TRUE(run_until([&] { return recorder_.closes() == 100; }));
  EXPECT_EQ(listener_.counts().open, 200U);
  EXPECT_EQ(listener_.counts().accepted, 300U);
  EXPECT_EQ(listener_.counts().refused, 0U);
}

TEST_F(Listeners, SendSmallMessagesAtOnce) {
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  int value = 0;
  socklen_t length = sizeof(value);
  ASSERT_EQ(getsockopt(recorder_.latest->socket().fd(), IPPROTO_TCP, TCP_NODELAY, &value, &length), 0);
  EXPECT_EQ(value, 1);
}

TEST_F(Listeners, CloseConnectionsBeyondTheBound) {
  options_.max_connections = 2;
  listen();
  RawClient first(listener_.local_address());
  auto second = std::make_unique<RawClient>(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return listener_.counts().open == 2; }));
  RawClient third(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return third.receive().has_ended || third.error != 0; }));
  EXPECT_EQ(listener_.counts().refused, 1U);
  EXPECT_EQ(recorder_.heard.size(), 2U);
  EXPECT_NE(log_.find("refused: there are as many connections as allowed"), std::string::npos) << log_;
  second->reset();
  ASSERT_TRUE(run_until([&] { return recorder_.closes() == 1; }));
  RawClient fourth(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return recorder_.heard.size() == 3; }));
}

TEST_F(Listeners, LogSomeRefusalsOfMany) {
  options_.max_connections = 1;
  listen();
  RawClient first(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return listener_.counts().open == 1; }));
  for (int i = 0; i < 50; ++i) RawClient(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return listener_.counts().refused == 50; }));
  EXPECT_GE(lines_of_log(), LineBudget::lines_per_second);
  EXPECT_LT(lines_of_log(), 40U);
}

TEST_F(Listeners, CloseWhatNobodyHandles) {
  recorder_.takes_connections = false;
  listen();
  RawClient client(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return client.receive().has_ended; }));
  EXPECT_EQ(listener_.counts().refused, 1U);
  EXPECT_EQ(listener_.counts().open, 0U);
  EXPECT_EQ(recorder_.closes(), 0U);
}

// Lowers the process's bound to what is open now.
class NoMoreDescriptors {
 public:
  NoMoreDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    rlimit lower = before_;
    lower.rlim_cur = static_cast<rlim_t>(FileDescriptor(dup(0)).get());
    setrlimit(RLIMIT_NOFILE, &lower);
  }
  ~NoMoreDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreDescriptors(const NoMoreDescriptors&) = delete;
  NoMoreDescriptors& operator=(const NoMoreDescriptors&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Listeners, SurviveWithoutDescriptors) {
  listen();
  RawClient client(listener_.local_address());
  us_loop_fd(loop_.get());  // has one of its own
  {
    const NoMoreDescriptors scarce;
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(250);
    EXPECT_TRUE(run_until([&] { return std::chrono::steady_clock::now() > end; }));
    EXPECT_EQ(listener_.counts().accepted, 0U);
    EXPECT_EQ(lines_of_log(), 1U) << log_;
    EXPECT_NE(log_.find("accepts no connections for now: Too many open files"), std::string::npos) << log_;
    EXPECT_LT(us_loop_iteration_number(loop_.get()), 20);  // it does not spin
  }
  EXPECT_TRUE(run_until([&] { return listener_.counts().accepted == 1; }));
}

TEST_F(Listeners, LeaveTheirConnectionsWhenTheyClose) {
  recorder_.echoes = true;
  listen();
  RawClient client(listener_.local_address());
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  listener_.close();
  client.send("still here");
  EXPECT_TRUE(run_until([&] { return client.receive().received == "still here"; }));
  EXPECT_FALSE(RawClient(listener_.local_address()).is_connected);
}

TEST_F(Listeners, MayBeClosedWhileTheyAccept) {
  recorder_.accepting = [this](Connection&) { listener_.close(); };
  listen();
  RawClient first(listener_.local_address());
  RawClient second(listener_.local_address());
  EXPECT_TRUE(run_until([&] { return recorder_.heard.size() == 1 && recorder_.first().opens == 1; }));
  loop_.settle();
  EXPECT_EQ(recorder_.heard.size(), 1U);
}

TEST_F(Listeners, OpenOnce) {
  listen();
  EXPECT_EQ(listener_.open(loop_.get(), {}, options_, recorder_, {}).error(), US_QUIC_E_STATE);
  Listener other;
  EXPECT_EQ(other.open(loop_.get(), listener_.local_address(), options_, recorder_, {}).error(),
            US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_FALSE(other.is_open());
}

TEST_F(Listeners, ShareAPortWhenAskedTo) {
  options_.socket.reuse_port = true;
  listen();
  Listener other;
  EXPECT_EQ(other.open(loop_.get(), listener_.local_address(), options_, recorder_, {}).error(), 0);
  other.close();
}

TEST_F(Listeners, TakeIpv4AndIpv6OnTheUnspecifiedAddress) {
  ASSERT_EQ(listener_.open(loop_.get(), {}, options_, recorder_, {}).error(), 0);
  const std::uint16_t port = listener_.local_address().port();
  RawClient client(*Address::parse("127.0.0.1", port));
  ASSERT_TRUE(run_until([&] { return recorder_.latest != nullptr; }));
  EXPECT_EQ(recorder_.latest->socket().remote_address().family(), AF_INET);
  EXPECT_EQ(recorder_.latest->socket().local_address(), *Address::parse("127.0.0.1", port));
  RawClient other(*Address::parse("::1", port));
  if (!other.is_connected) GTEST_SKIP() << "this machine has no IPv6";
  EXPECT_TRUE(run_until([&] { return recorder_.heard.size() == 2; }));
}

TEST_F(Listeners, TakeIpv6AloneWhenAskedTo) {
  options_.socket.ipv6_only = true;
  const Result<void> opened = listener_.open(loop_.get(), *Address::parse("::", 0), options_, recorder_, {});
  if (opened.error() == US_QUIC_E_ADDRESS) GTEST_SKIP() << "this machine has no IPv6";
  ASSERT_EQ(opened.error(), 0);
  EXPECT_FALSE(RawClient(*Address::parse("127.0.0.1", listener_.local_address().port())).is_connected);
}

}  // namespace
}  // namespace usquic::tcp::test
