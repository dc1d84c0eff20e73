#include "udp/steering.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/file_descriptor.h"
#include "fixture.h"

namespace usquic::udp {
namespace {

constexpr std::size_t id_bytes = 9;
constexpr std::size_t sockets = 4;

using Packet = std::vector<std::uint8_t>;

Packet short_header(std::uint8_t worker) {
  Packet packet(50, 0x11);
  packet[0] = 0x40;
  packet[id_bytes] = worker;
  return packet;
}

// `last` is the last byte of the destination connection ID, `eighth` its eighth.
Packet long_header(std::uint8_t id_length, std::uint8_t eighth, std::uint8_t last) {
  Packet packet(1200, 0x22);
  packet[0] = 0xc0;
  packet[5] = id_length;
  packet[13] = eighth;
  packet[5U + id_length] = last;
  return packet;
}

class Steering : public testing::Test {
 protected:
  void SetUp() override {
    OpenOptions options;
    options.reuse_port = true;
    Address address = loopback(AF_INET);
    for (std::size_t i = 0; i < sockets; ++i) {
      auto opened = open_socket(address, options, {});
      ASSERT_TRUE(opened);
      address = opened->local;
      fds_.emplace_back(opened->fd);
    }
    server_ = address;
  }

  // The socket that gets it; each time it is another port that sends.
  std::optional<std::size_t> receiver_of(const Packet& packet) {
    const FileDescriptor client(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    EXPECT_GE(sendto(client.get(), packet.data(), packet.size(), 0, server_.get(), server_.length()), 0);
    std::array<pollfd, sockets> polled{};
    for (std::size_t i = 0; i < sockets; ++i) polled[i] = {fds_[i].get(), POLLIN, 0};
    poll(polled.data(), polled.size(), 1000);
    for (std::size_t i = 0; i < sockets; ++i) {
      std::array<std::uint8_t, 2000> bytes;
      if (recv(fds_[i].get(), bytes.data(), bytes.size(), MSG_DONTWAIT) >= 0) return i;
    }
    return std::nullopt;
  }

  std::vector<FileDescriptor> fds_;
  Address server_;
};

TEST_F(Steering, GivesDatagramsToTheSocketThatTheirConnectionIdNames) {
  ASSERT_TRUE(attach_steering(fds_[1].get(), steering_program(id_bytes, sockets)));
  for (int round = 0; round < 5; ++round) {
    for (std::uint8_t worker = 0; worker < sockets; ++worker) {
      EXPECT_EQ(receiver_of(short_header(worker)), worker);
      EXPECT_EQ(receiver_of(long_header(id_bytes, 0xff, worker)), worker);
    }
  }
}

TEST_F(Steering, TakesTheRemainderOfIndexesThatNobodyHas) {
  ASSERT_TRUE(attach_steering(fds_[0].get(), steering_program(id_bytes, sockets)));
  EXPECT_EQ(receiver_of(short_header(7)), 3U);
  EXPECT_EQ(receiver_of(short_header(255)), 3U);
  EXPECT_EQ(receiver_of(long_header(id_bytes, 0, 8)), 0U);
}

// RFC 9000 section 7.2: of at least eight bytes.
TEST_F(Steering, KeepsWhatAClientSendsAgainTogether) {
  ASSERT_TRUE(attach_steering(fds_[0].get(), steering_program(id_bytes, sockets)));
  for (const int id_length : {8, 10, 18, 20}) {
    const auto length = static_cast<std::uint8_t>(id_length);
    for (std::uint8_t made_up = 0; made_up < sockets; ++made_up) {
      // Of the eight bytes the last one is that which counts.
      const std::uint8_t last = length == 8 ? made_up : 0x77;
      EXPECT_EQ(receiver_of(long_header(length, made_up, last)), made_up) << int{length};
    }
  }
}

TEST_F(Steering, LosesNoDatagramThatIsNoQuic) {
  ASSERT_TRUE(attach_steering(fds_[0].get(), steering_program(id_bytes, sockets)));
  EXPECT_TRUE(receiver_of({0x40}));
  EXPECT_TRUE(receiver_of({0xc0, 0, 0, 0, 1}));
  EXPECT_TRUE(receiver_of({0xc0, 0, 0, 0, 1, 20}));
}

TEST_F(Steering, EndsWhenItIsDetached) {
  EXPECT_FALSE(detach_steering(fds_[0].get()));
  ASSERT_TRUE(attach_steering(fds_[0].get(), steering_program(id_bytes, sockets)));
  EXPECT_TRUE(detach_steering(fds_[2].get()));
  std::vector<int> got(sockets);
  for (int i = 0; i < 64; ++i) ++got[receiver_of(short_header(0)).value()];
  EXPECT_LT(got[0], 64);
}

TEST(SteeringProgram, IsShort) {
  for (const std::size_t bytes : {9, 17, 20}) EXPECT_LE(steering_program(bytes, 256).size(), 16U);
}

}  // namespace
}  // namespace usquic::udp
