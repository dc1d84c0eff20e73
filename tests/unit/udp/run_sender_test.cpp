#include "udp/run_sender.h"

#include <algorithm>

#include "fixture.h"

namespace usquic::udp {
namespace {

using std::chrono::milliseconds;

struct Fault {
  const char* name;
  std::deque<int> errors;
  unsigned max_per_send;
  int segmentation_error;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault) {
  return out << fault.name;
}

class SendFaults : public LoopTest, public testing::WithParamInterface<std::tuple<int, Fault>> {};

TEST_P(SendFaults, EveryByteArrivesOnceAndInOrder) {
  const auto& [family, fault] = GetParam();
  if (family == AF_INET6 && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  FaultyCalls calls;
  calls.send_errors = fault.errors;
  calls.max_per_send = fault.max_per_send;
  calls.judge = [refusal = fault.segmentation_error](const msghdr&, std::size_t, std::size_t segment_size) {
    return segment_size != 0 ? refusal : 0;
  };
  Recorder sender;
  Recorder receiver;
  ASSERT_EQ(sender.open(loop_, loopback(family), {.system_calls = &calls}), 0);
  ASSERT_EQ(receiver.open(loop_, loopback(family)), 0);

  std::string sent;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < 24; ++i) {
    const std::size_t segment_size = 700 + 50 * (i % 5);
    const std::string run = pattern(i % 4 == 3 ? 90 + i : segment_size * (1 + i % 7) + 17 * (i % 3), i);
    for (std::size_t at = 0; at < run.size(); at += segment_size) {
      sizes.push_back(std::min(segment_size, run.size() - at));
    }
    ASSERT_TRUE(sender.queue(loopback(family, receiver.port()), run, segment_size));
    sent += run;
    if (i % 6 == 5) sender.socket.flush();
  }
  sender.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver.received().size() >= sent.size(); }));
  EXPECT_EQ(receiver.received(), sent);
  ASSERT_EQ(receiver.datagrams.size(), sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) EXPECT_EQ(receiver.datagrams[i].bytes.size(), sizes[i]);
  EXPECT_TRUE(sender.socket.send_batch().empty());
  EXPECT_FALSE(sender.socket.send_batch().is_blocked());
  EXPECT_TRUE(sender.errors.empty());
}

const Fault faults[] = {
    {"None", {}, 1024, 0},
    {"Blocked", {EAGAIN}, 1024, 0},
    {"BlockedInTheMiddle", {0, EAGAIN, 0, EAGAIN, EAGAIN}, 2, 0},
    {"OutOfBuffers", {ENOBUFS, 0, ENOBUFS, ENOBUFS, ENOMEM}, 5, 0},
    {"DeviceCannotSegment", {}, 1024, EIO},
    {"RunsCannotBeSegmented", {}, 1024, EINVAL},
    {"RunsCannotBeSegmentedAndShortCounts", {0, EAGAIN, 0, 0, ENOBUFS}, 3, EINVAL},
    {"ShortCounts", {}, 1, 0},
    {"ErrorsOfOtherPeers", {ECONNREFUSED, 0, EHOSTUNREACH, ECONNREFUSED, 0, EMSGSIZE, EPERM}, 4, 0},
    {"Interrupted", {EINTR, 0, EINTR}, 7, 0},
};

INSTANTIATE_TEST_SUITE_P(All, SendFaults,
                         testing::Combine(testing::Values(AF_INET, AF_INET6), testing::ValuesIn(faults)),
                         [](const testing::TestParamInfo<SendFaults::ParamType>& test) {
                           return std::string(std::get<0>(test.param) == AF_INET ? "IPv4" : "IPv6") +
                                  std::get<1>(test.param).name;
                         });

class RunSenderTest : public LoopTest {
 protected:
  void open(OpenOptions options = {}) {
    options.system_calls = &calls_;
    ASSERT_EQ(sender_.open(loop_, loopback(AF_INET), options), 0);
    ASSERT_EQ(receiver_.open(loop_, loopback(AF_INET)), 0);
    remote_ = loopback(AF_INET, receiver_.port());
  }

  FaultyCalls calls_;
  Recorder sender_;
  Recorder receiver_;
  Address remote_;
};

TEST_F(RunSenderTest, DropsOnlyThePacketsThatAreTooLarge) {
  open();
  calls_.judge = [](const msghdr&, std::size_t length, std::size_t segment) {
    return (segment != 0 ? segment : length) > 1300 ? EMSGSIZE : 0;
  };
  const std::string good = pattern(2400, 1);
  const std::string tail = pattern(700, 2);
  ASSERT_TRUE(sender_.queue(remote_, good, 1200));
  ASSERT_TRUE(sender_.queue_packet(remote_, pattern(1452, 3)));        // a probe
  ASSERT_TRUE(sender_.queue(remote_, pattern(2800, 4) + tail, 1400));  // too large but for its last packet
  ASSERT_TRUE(sender_.queue(remote_, good, 1200));
  sender_.socket.flush();
  const std::string expected = good + tail + good;
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= expected.size(); }));
  EXPECT_EQ(receiver_.received(), expected);
  EXPECT_TRUE(sender_.errors.empty());
}

TEST_F(RunSenderTest, ARunThatCannotBeSegmentedLeavesOthersSegmented) {
  open();
  calls_.judge = [](const msghdr&, std::size_t, std::size_t segment) { return segment == 999 ? EINVAL : 0; };
  const std::string odd = pattern(999 * 5, 1);
  const std::string even = pattern(1000 * 5, 2);
  ASSERT_TRUE(sender_.queue(remote_, odd, 999));
  ASSERT_TRUE(sender_.queue(remote_, even, 1000));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= odd.size() + even.size(); }));
  EXPECT_EQ(receiver_.received(), odd + even);
  EXPECT_EQ(receiver_.datagrams.size(), 10u);
  EXPECT_EQ(calls_.segmented_messages, 1u);
}

TEST_F(RunSenderTest, ADeviceThatCannotSegmentIsNotAskedAgain) {
  open();
  calls_.judge = [](const msghdr&, std::size_t, std::size_t segment) { return segment != 0 ? EIO : 0; };
  const std::string run = pattern(5000, 1);
  ASSERT_TRUE(sender_.queue(remote_, run, 1000));
  sender_.socket.flush();
  const int calls_for_first = calls_.send_calls;
  ASSERT_TRUE(sender_.queue(remote_, run, 1000));
  sender_.socket.flush();
  EXPECT_EQ(calls_for_first, 2);
  EXPECT_EQ(calls_.send_calls, 3);
  ASSERT_TRUE(run_until([&] { return receiver_.received().size() >= 10000; }));
  EXPECT_EQ(receiver_.received(), run + run);
}

TEST_F(RunSenderTest, APeerThatCannotBeReachedIsReportedAndOthersGetTheirPackets) {
  open();
  const Address dead = *Address::parse("127.0.0.9", 9);
  calls_.judge = [](const msghdr& message, std::size_t, std::size_t) {
    const auto* to = static_cast<const sockaddr_in*>(message.msg_name);
    return to->sin_port == htons(9) ? ENETUNREACH : 0;
  };
  ASSERT_TRUE(sender_.queue_packet(remote_, "a"));
  ASSERT_TRUE(sender_.queue_packet(dead, "x"));
  ASSERT_TRUE(sender_.queue_packet(remote_, "b"));
  sender_.socket.flush();
  EXPECT_TRUE(sender_.errors.empty()) << "told inside the owner's own flush";
  ASSERT_TRUE(run_until([&] { return receiver_.received() == "ab" && !sender_.errors.empty(); }));
  ASSERT_EQ(sender_.errors.size(), 1u);
  EXPECT_EQ(sender_.errors[0].peer, dead);
  EXPECT_EQ(sender_.errors[0].error_number, ENETUNREACH);
}

TEST_F(RunSenderTest, APacketThatTheFirewallRefusesIsLostAlone) {
  open();
  calls_.judge = [](const msghdr&, std::size_t length, std::size_t) { return length == 3 ? EPERM : 0; };
  ASSERT_TRUE(sender_.queue_packet(remote_, "a"));
  ASSERT_TRUE(sender_.queue_packet(remote_, "xxx"));
  ASSERT_TRUE(sender_.queue_packet(remote_, "b"));
  sender_.socket.flush();
  ASSERT_TRUE(run_until([&] { return receiver_.received() == "ab"; }));
  run_for(milliseconds(2));
  EXPECT_TRUE(sender_.errors.empty());
}

}  // namespace
}  // namespace usquic::udp
