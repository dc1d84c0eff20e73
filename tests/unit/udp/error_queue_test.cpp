#include "udp/error_queue.h"

#include <poll.h>
#include <unistd.h>

#include <array>

#include "fixture.h"

namespace usquic::udp {
namespace {

class ErrorQueueTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (GetParam() == std::string_view("::1") && !has_ipv6()) GTEST_SKIP() << "no IPv6 here";
    auto dead = open_socket(*Address::parse(GetParam(), 0), {}, {});
    auto opened = open_socket(Address(), {}, {});
    ASSERT_TRUE(dead && opened);
    dead_ = dead->local;
    close(dead->fd);
    fd_ = opened->fd;
  }
  void TearDown() override {
    if (fd_ >= 0) close(fd_);
  }

  // An error that waits on the socket fails one send.
  void knock(int times) {
    const Address to = dead_.mapped();
    for (int sent = 0; sent < times;) {
      if (sendto(fd_, "x", 1, 0, to.get(), to.length()) == 1) ++sent;
    }
  }

  Address dead_;
  int fd_ = -1;
};

TEST_P(ErrorQueueTest, NamesThePeerUnmapped) {
  knock(1);
  std::array<PeerError, 4> errors;
  const ErrorQueueRead read = read_error_queue(Kernel(), fd_, errors);
  ASSERT_EQ(read.errors, 1u);
  EXPECT_TRUE(read.is_empty);
  EXPECT_EQ(errors[0].peer, dead_);
  EXPECT_EQ(errors[0].error_number, ECONNREFUSED);
}

TEST_P(ErrorQueueTest, ReadsNoMoreThanThereIsRoomFor) {
  knock(5);
  std::array<PeerError, 3> errors;
  EXPECT_EQ(read_error_queue(Kernel(), fd_, errors).errors, 3u);
  const ErrorQueueRead rest = read_error_queue(Kernel(), fd_, errors);
  EXPECT_EQ(rest.errors, 2u);
  EXPECT_TRUE(rest.is_empty);
}

TEST_P(ErrorQueueTest, DrainedAndClearedTheSocketIsQuiet) {
  knock(2);
  std::array<PeerError, 8> errors;
  ASSERT_TRUE(read_error_queue(Kernel(), fd_, errors).is_empty);
  clear_pending_error(fd_);
  pollfd entry{fd_, POLLIN, 0};
  EXPECT_EQ(poll(&entry, 1, 0), 0);
}

INSTANTIATE_TEST_SUITE_P(All, ErrorQueueTest, testing::Values("127.0.0.1", "::1"),
                         [](const auto& test) { return std::string(test.index == 0 ? "IPv4" : "IPv6"); });

}  // namespace
}  // namespace usquic::udp
