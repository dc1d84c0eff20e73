#include "udp/receive_batch.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <unistd.h>

#include "fixture.h"

namespace usquic::udp {
namespace {

class ReceiveTest : public LoopTest, public testing::WithParamInterface<int> {
 protected:
  void SetUp() override {
    if (GetParam() == AF_INET6 && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    ASSERT_EQ(sender_.open(loop_, loopback(GetParam())), 0);
    ASSERT_EQ(receiver_.open(loop_, Address()), 0);
    remote_ = loopback(GetParam(), receiver_.port());
  }

  Recorder sender_;
  Recorder receiver_;  // any address, both families
  Address remote_;
};

TEST_P(ReceiveTest, SplitsATrainWithAnOddLastPacket) {
  const std::string run = pattern(10 * 1350 + 77, 1);
  ASSERT_TRUE(sender_.queue(remote_, run, 1350));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= run.size(); }));
  EXPECT_EQ(receiver_.received(), run);
  ASSERT_EQ(receiver_.datagrams.size(), 11u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(receiver_.datagrams[i].bytes.size(), 1350u);
  EXPECT_EQ(receiver_.datagrams[10].bytes.size(), 77u);
  EXPECT_EQ(receiver_.batch_sizes, std::vector<std::size_t>{11}) << "it came as a train";
}

TEST_P(ReceiveTest, TellsTheEcnCodepointOfEachDatagram) {
  for (int ecn = 0; ecn < 4; ++ecn) {
    ASSERT_TRUE(sender_.queue(remote_, pattern(1000, 1), 500, static_cast<std::uint8_t>(ecn)));
  }
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.datagrams.size() >= 8; }));
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(receiver_.datagrams[i].ecn, static_cast<int>(i / 2));
}

TEST_P(ReceiveTest, TellsPeerAndLocalAddressUnmapped) {
  ASSERT_TRUE(sender_.queue_packet(remote_, "hello"));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return !receiver_.datagrams.empty(); }));
  EXPECT_EQ(receiver_.datagrams[0].peer, sender_.socket.local_address());
  EXPECT_EQ(receiver_.datagrams[0].local, remote_);
}

TEST_P(ReceiveTest, RepliesFromTheAddressThatWasAsked) {
  // 127.0.0.2 is not what the kernel would choose by itself.
  const bool is_ipv4 = GetParam() == AF_INET;
  const Address asked = is_ipv4 ? *Address::parse("127.0.0.2", receiver_.port()) : remote_;
  ASSERT_TRUE(sender_.queue_packet(asked, "ping"));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return !receiver_.datagrams.empty(); }));
  const Recorder::Datagram ping = receiver_.datagrams[0];
  EXPECT_EQ(ping.local, asked);
  ASSERT_TRUE(receiver_.queue(ping.peer, "pong", 4, 2, ping.local));
  receiver_.socket.flush();
  ASSERT_TRUE(run_until([&] { return !sender_.datagrams.empty(); }));
  EXPECT_EQ(sender_.datagrams[0].peer, asked);
  EXPECT_EQ(sender_.datagrams[0].ecn, 2);
}

TEST_P(ReceiveTest, AnEmptyDatagramIsADatagram) {
  ASSERT_EQ(sendto(sender_.socket.fd(), nullptr, 0, 0, remote_.get(), remote_.length()), 0);
  ASSERT_TRUE(sender_.queue_packet(remote_, "after"));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.datagrams.size() >= 2; }));
  EXPECT_TRUE(receiver_.datagrams[0].bytes.empty());
  EXPECT_EQ(receiver_.datagrams[1].bytes, "after");
}

TEST_P(ReceiveTest, WorkPerReadinessEventIsBounded) {
  // Different sizes in one direction only grow, so that nothing coalesces into trains.
  std::string sent;
  for (std::size_t i = 0; i < 1000; ++i) {
    const std::string packet = pattern(1 + i % 250, i);
    ASSERT_TRUE(sender_.queue_packet(remote_, packet));
    sent += packet;
  }
  sender_.socket.flush();
  std::size_t most = 0;
  ASSERT_TRUE(run_until([&] {
    const std::size_t before = receiver_.datagrams.size();
    us_loop_tick(loop_);
    most = std::max(most, receiver_.datagrams.size() - before);
    return receiver_.datagrams.size() >= 1000;
  }));
  EXPECT_LE(most, 256u);
  EXPECT_EQ(receiver_.received(), sent);
}

TEST_P(ReceiveTest, TellsManyDatagramsOfTrainsInBoundedPortions) {
  std::string sent;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::string run = pattern(64 * 20, i);
    ASSERT_TRUE(sender_.queue(remote_, run, 20));
    sent += run;
  }
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= sent.size(); }));
  EXPECT_EQ(receiver_.received(), sent);
  for (const std::size_t size : receiver_.batch_sizes) EXPECT_LE(size, ReceiveBatch::max_datagrams);
}

TEST_P(ReceiveTest, TheLargestDatagramArrives) {
  // As much as the loopback's MTU of 65,536 bytes takes.
  const std::string packet = pattern(GetParam() == AF_INET ? SendBatch::max_run_bytes : 65536 - 40 - 8, 1);
  ASSERT_TRUE(sender_.queue_packet(remote_, packet));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return !receiver_.datagrams.empty(); }));
  EXPECT_EQ(receiver_.received(), packet);
}

INSTANTIATE_TEST_SUITE_P(All, ReceiveTest, testing::Values(AF_INET, AF_INET6), [](const auto& test) {
  return std::string(test.param == AF_INET ? "IPv4" : "IPv6");
});

// Marks messages as the kernel does when they did not fit.
class CuttingCalls : public SystemCalls {
 public:
  int flags = 0;

  int recvmmsg(int fd, mmsghdr* messages, unsigned count, int call_flags) override {
    const int received = SystemCalls::recvmmsg(fd, messages, count, call_flags);
    if (received > 0) messages[0].msg_hdr.msg_flags |= flags;
    return received;
  }
};

TEST(ReceiveBatch, DropsWhatWasCutOff) {
  for (const int flag : {MSG_TRUNC, MSG_CTRUNC}) {
    CuttingCalls calls;
    calls.flags = flag;
    const Kernel kernel(&calls);
    auto opened = open_socket(loopback(AF_INET), {}, {});
    ASSERT_TRUE(opened);
    for (const char* text : {"cut", "whole"}) {
      ASSERT_GT(sendto(opened->fd, text, strlen(text), 0, opened->local.get(), opened->local.length()), 0);
    }
    ReceiveBatch batch;
    ASSERT_EQ(batch.fill(kernel, opened->fd, opened->local), 2);
    const auto datagrams = batch.take();
    ASSERT_EQ(datagrams.size(), 1u);
    EXPECT_EQ(as_text(datagrams[0].bytes), "whole");
    EXPECT_TRUE(batch.take().empty());
    EXPECT_EQ(batch.fill(kernel, opened->fd, opened->local), -EAGAIN);
    EXPECT_TRUE(batch.take().empty());
    close(opened->fd);
  }
}

}  // namespace
}  // namespace usquic::udp
