#include "udp/udp_socket.h"

#include <poll.h>
#include <unistd.h>

#include "fixture.h"
#include "usquic/error.h"

namespace usquic::udp {
namespace {

using std::chrono::milliseconds;

// A loopback address at which nobody listens.
Address dead_address(int family) {
  auto opened = open_socket(loopback(family), {}, {});
  const Address address = opened ? opened->local : Address();
  if (opened) close(opened->fd);
  return address;
}

class SocketTest : public LoopTest, public testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    if (GetParam() == AF_INET6 && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  }

  bool is_ready_with_error(const us_udp_socket_t& socket) {
    pollfd entry{socket.Poll::fd(), 0, 0};
    return poll(&entry, 1, 0) > 0 && (entry.revents & POLLERR) != 0;
  }
};

TEST_P(SocketTest, ARefusedPacketIsReportedForItsPeerAlone) {
  Recorder sender;
  Recorder live;
  ASSERT_EQ(sender.open(loop_, Address()), 0);
  ASSERT_EQ(live.open(loop_, loopback(GetParam())), 0);
  const Address dead = dead_address(GetParam());
  ASSERT_TRUE(dead.is_specified());
  std::string expected;
  for (std::size_t i = 0; i < 50; ++i) {
    const std::string packet = pattern(100, i);
    ASSERT_TRUE(sender.queue_packet(dead, "knock"));
    sender.socket.flush();
    ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), live.port()), packet));
    sender.socket.flush();
    expected += packet;
  }
  ASSERT_TRUE(run_until([&] { return live.received().size() >= expected.size() && !sender.errors.empty(); }));
  EXPECT_EQ(live.received(), expected);
  for (const PeerError& error : sender.errors) {
    EXPECT_EQ(error.peer, dead) << error.peer.to_string();
    EXPECT_EQ(error.error_number, ECONNREFUSED);
  }
  ASSERT_TRUE(live.queue_packet(loopback(GetParam(), sender.port()), "still here"));
  live.socket.flush();
  ASSERT_TRUE(run_until([&] { return sender.received() == "still here"; }));
}

TEST_P(SocketTest, TheErrorQueueIsDrainedSoThatTheLoopCanSleep) {
  Recorder sender;
  ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
  const Address dead = dead_address(GetParam());
  // More than one event's worth.
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(sender.queue_packet(dead, "knock"));
    sender.socket.flush();
  }
  ASSERT_TRUE(is_ready_with_error(sender.socket));
  ASSERT_TRUE(run_until([&] { return !is_ready_with_error(sender.socket); }));
  EXPECT_GT(sender.errors.size(), 64u);
}

TEST_P(SocketTest, APendingErrorDoesNotHideWhatWasReceived) {
  FaultyCalls calls;
  Recorder receiver;
  Recorder sender;
  ASSERT_EQ(receiver.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
  calls.receive_errors = {ECONNREFUSED, EINTR, EHOSTUNREACH};
  ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), receiver.port()), "hello"));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver.received() == "hello"; }));
}

TEST_P(SocketTest, AnEndlessReceiveErrorGivesUpItsTurn) {
  FaultyCalls calls;
  Recorder receiver;
  Recorder sender;
  ASSERT_EQ(receiver.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
  calls.receive_errors.assign(100, ECONNREFUSED);
  ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), receiver.port()), "hello"));
  sender.socket.flush();
  us_loop_tick(loop_);
  EXPECT_LT(calls.receive_calls, 20);
  ASSERT_TRUE(run_until([&] { return receiver.received() == "hello"; }));
}

TEST_P(SocketTest, DoesNotSpinWhenTheKernelSaysReadableAndGivesNothing) {
  for (const int error_number : {EIO, EAGAIN}) {
    SCOPED_TRACE(error_number);
    FaultyCalls calls;
    Recorder receiver;
    Recorder sender;
    ASSERT_EQ(receiver.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
    ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
    calls.receive_errors.assign(100'000, error_number);
    ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), receiver.port()), "hello"));
    sender.socket.flush();
    run_for(std::chrono::milliseconds(50));
    EXPECT_LT(calls.receive_calls, 400);  // 5 a millisecond at most
    calls.receive_errors.clear();
    ASSERT_TRUE(run_until([&] { return receiver.received() == "hello"; }));
    // From then on it is as quick as ever.
    ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), receiver.port()), "again"));
    sender.socket.flush();
    ASSERT_TRUE(run_until([&] { return receiver.received() == "helloagain"; }));
  }
}

TEST_P(SocketTest, ReceivesNothingAndSendsNothingWithoutForgettingEither) {
  FaultyCalls calls;
  Recorder both;
  Recorder peer;
  ASSERT_EQ(both.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  ASSERT_EQ(peer.open(loop_, loopback(GetParam())), 0);
  calls.receive_errors.assign(40, EIO);
  calls.send_errors = {ENOBUFS, EAGAIN, ENOBUFS};
  ASSERT_TRUE(peer.queue_packet(loopback(GetParam(), both.port()), "in"));
  peer.socket.flush();
  ASSERT_TRUE(both.queue_packet(loopback(GetParam(), peer.port()), "out"));
  both.socket.flush();
  ASSERT_TRUE(run_until([&] { return both.received() == "in" && peer.received() == "out"; }));
}

TEST_P(SocketTest, ClosingInsideOnDatagramsStopsEverything) {
  Recorder receiver;
  Recorder sender;
  ASSERT_EQ(receiver.open(loop_, loopback(GetParam())), 0);
  ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
  receiver.inside_datagrams = [&] { receiver.socket.close(); };
  for (std::size_t i = 0; i < 20; ++i) {
    ASSERT_TRUE(sender.queue(loopback(GetParam(), receiver.port()), pattern(64 * 20, i), 20));
  }
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return !receiver.socket.is_open(); }));
  EXPECT_EQ(receiver.batch_sizes.size(), 1u);
}

TEST_P(SocketTest, ReopeningInsideOnDatagramsStartsAnew) {
  Recorder receiver;
  Recorder sender;
  ASSERT_EQ(receiver.open(loop_, loopback(GetParam())), 0);
  ASSERT_EQ(sender.open(loop_, loopback(GetParam())), 0);
  const Address first = loopback(GetParam(), receiver.port());
  bool is_reopened = false;
  receiver.inside_datagrams = [&] {
    if (is_reopened) return;
    is_reopened = true;
    receiver.socket.close();
    ASSERT_EQ(receiver.open(loop_, first), 0);
  };
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(sender.queue(first, pattern(64 * 20, 1), 20));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return is_reopened; }));
  EXPECT_EQ(receiver.batch_sizes.size(), 1u);
  receiver.datagrams.clear();
  ASSERT_TRUE(sender.queue_packet(first, "again"));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver.received() == "again"; }));
}

TEST_P(SocketTest, ClosingInsideOnPeerErrorAndOnWritableIsSafe) {
  FaultyCalls calls;
  Recorder refused;
  Recorder blocked;
  ASSERT_EQ(refused.open(loop_, loopback(GetParam())), 0);
  ASSERT_EQ(blocked.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  refused.inside_error = [&] { refused.socket.close(); };
  blocked.inside_writable = [&] { blocked.socket.close(); };
  const Address dead = dead_address(GetParam());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(refused.queue_packet(dead, "knock"));
    refused.socket.flush();
  }
  calls.send_errors = {EAGAIN};
  ASSERT_TRUE(blocked.queue_packet(dead, "knock"));
  blocked.socket.flush();
  ASSERT_TRUE(run_until([&] { return !refused.socket.is_open() && !blocked.socket.is_open(); }));
  EXPECT_EQ(refused.errors.size(), 1u);
  EXPECT_EQ(blocked.writable_calls, 1);
}

TEST_P(SocketTest, ClosingInsideAReportOfASendErrorIsSafe) {
  FaultyCalls calls;
  calls.judge = [](const msghdr&, std::size_t, std::size_t) { return EHOSTUNREACH; };
  Recorder sender;
  ASSERT_EQ(sender.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  sender.inside_error = [&] { sender.socket.close(); };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), 9), "lost"));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return !sender.socket.is_open(); }));
  EXPECT_EQ(sender.errors.size(), 1u);
}

TEST_P(SocketTest, ReportsOfSendErrorsAreBounded) {
  FaultyCalls calls;
  calls.judge = [](const msghdr&, std::size_t, std::size_t) { return EHOSTUNREACH; };
  Recorder sender;
  ASSERT_EQ(sender.open(loop_, loopback(GetParam()), {.system_calls = &calls}), 0);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(sender.queue_packet(loopback(GetParam(), 9), "lost"));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return !sender.errors.empty(); }));
  EXPECT_EQ(sender.errors.size(), RunSender::max_errors);
}

TEST_P(SocketTest, ADualStackSocketTalksToBothFamilies) {
  Recorder any;
  Recorder peer;
  ASSERT_EQ(any.open(loop_, Address()), 0);
  ASSERT_EQ(peer.open(loop_, loopback(GetParam())), 0);
  ASSERT_TRUE(
      any.queue(loopback(GetParam(), peer.port()), pattern(3000, 1), 1000, 1, any.socket.local_address()));
  any.socket.flush();
  ASSERT_TRUE(run_until([&] { return peer.datagrams.size() == 3; }));
  EXPECT_EQ(peer.datagrams[0].ecn, 1);
  EXPECT_EQ(peer.datagrams[0].peer, loopback(GetParam(), any.port()));
}

TEST_P(SocketTest, OpenTwiceIsAnError) {
  Recorder socket;
  ASSERT_EQ(socket.open(loop_, loopback(GetParam())), 0);
  EXPECT_EQ(socket.open(loop_, loopback(GetParam())), US_QUIC_E_STATE);
  EXPECT_TRUE(socket.socket.is_open());
}

TEST_P(SocketTest, AFailedOpenLeavesASocketThatCanBeOpened) {
  Recorder first;
  Recorder second;
  ASSERT_EQ(first.open(loop_, loopback(GetParam())), 0);
  ASSERT_EQ(second.open(loop_, loopback(GetParam(), first.port())), US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_FALSE(second.socket.is_open());
  second.socket.flush();
  second.socket.close();
  EXPECT_EQ(second.open(loop_, loopback(GetParam())), 0);
}

TEST_P(SocketTest, MayOutliveItsLoopWhenClosedBefore) {
  Recorder socket;
  ASSERT_EQ(socket.open(loop_, loopback(GetParam())), 0);
  socket.socket.close();
  us_loop_free(loop_);
  loop_ = nullptr;
  EXPECT_NE(socket.port(), 0);
}

TEST_P(SocketTest, AFallthroughSocketDoesNotKeepTheLoopAlive) {
  Recorder socket;
  ASSERT_EQ(socket.socket.open(loop_, loopback(GetParam()), {}, socket, {}, true).error(), 0);
  us_loop_run(loop_);
  EXPECT_TRUE(socket.socket.is_open());
}

INSTANTIATE_TEST_SUITE_P(All, SocketTest, testing::Values(AF_INET, AF_INET6), [](const auto& test) {
  return std::string(test.param == AF_INET ? "IPv4" : "IPv6");
});

class SocketMtuTest : public LoopTest {};

TEST_F(SocketMtuTest, APacketLargerThanTheInterfaceTakesIsDroppedSilently) {
  if (!has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  // 65,507 bytes and their headers exceed the loopback's MTU of 65,536 over IPv6.
  Recorder sender;
  Recorder receiver;
  ASSERT_EQ(sender.open(loop_, Address()), 0);
  ASSERT_EQ(receiver.open(loop_, loopback(AF_INET6)), 0);
  const Address to = loopback(AF_INET6, receiver.port());
  ASSERT_TRUE(sender.queue_packet(to, pattern(SendBatch::max_run_bytes, 1)));
  ASSERT_TRUE(sender.queue_packet(to, "after"));
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver.received() == "after"; }));
  pollfd entry{sender.socket.Poll::fd(), 0, 0};
  ASSERT_TRUE(run_until([&] { return poll(&entry, 1, 0) == 0; })) << "the error queue was not drained";
  EXPECT_TRUE(sender.errors.empty());
}

TEST(SocketMemory, AnIdleSocketIsSmall) {
  EXPECT_LE(sizeof(us_udp_socket_t), 512u);
  EXPECT_LE(sizeof(SendBatch), 128u) << "packets are queued in blocks that are given back";
}

}  // namespace
}  // namespace usquic::udp
