#include "quic/group/process_channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <string>
#include <vector>

#include "recorder.h"
#include "support/temporary_directory.h"
#include "support/test_loop.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

class ProcessChannelTest : public testing::Test {
 protected:
  std::unique_ptr<ProcessChannel> open(unsigned worker, Recorder& receiver) {
    auto made = ProcessChannel::open(loop.get(), folder.path().string(), worker, receiver, counts, {});
    return made ? *std::move(made) : nullptr;
  }
  std::string path(unsigned worker) const { return folder.path() / ("worker-" + std::to_string(worker)); }
  std::uint64_t drops() const {
    us_quic_group_stats_t stats{};
    counts.read(stats);
    return stats.hand_over_drops;
  }

  test::TemporaryDirectory folder;
  test::TestLoop loop;
  GroupCounts counts;
  Recorder of_first;
  Recorder of_second;
};

TEST_F(ProcessChannelTest, BringsDatagramsWithTheirAddresses) {
  const auto first = open(0, of_first);
  const auto second = open(1, of_second);
  ASSERT_TRUE(first && second);
  const std::string large(65'507, 'l');
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(std::string("hello")), 3),
            WorkerLink::Given::taken);
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(large), 1), WorkerLink::Given::taken);
  ASSERT_TRUE(loop.run_until([&] { return of_second.texts.size() == 2; }));
  EXPECT_EQ(of_second.texts[0], "hello");
  EXPECT_EQ(of_second.texts[1], large);
  EXPECT_EQ(of_second.last.peer, some_peer);
  EXPECT_EQ(of_second.last.local, some_local);
  EXPECT_EQ(of_second.last.ecn, 1);
}

TEST_F(ProcessChannelTest, KeepsWhatTheOtherDoesNotTakeAtOnceUpToABound) {
  const auto first = open(0, of_first);
  const auto second = open(1, of_second);
  std::size_t taken = 0;
  std::size_t dropped = 0;
  for (int i = 0; i < 3000; ++i) {
    const auto given = first->give(1, some_peer, some_local, as_bytes(std::to_string(i)), 0);
    ++(given == WorkerLink::Given::taken ? taken : dropped);
  }
  EXPECT_GE(taken, HandOverQueue::max_datagrams);
  EXPECT_GT(dropped, 0U);
  ASSERT_TRUE(loop.run_until([&] { return of_second.texts.size() == taken; }));
  for (std::size_t i = 0; i < taken; ++i) EXPECT_EQ(of_second.texts[i], std::to_string(i));
}

TEST_F(ProcessChannelTest, FindsNobodyWhereNobodyIs) {
  const auto first = open(0, of_first);
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(std::string("x")), 0), WorkerLink::Given::nobody);
  auto second = open(1, of_second);
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(std::string("x")), 0), WorkerLink::Given::taken);
  second.reset();
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(std::string("x")), 0), WorkerLink::Given::nobody);
  // And whoever comes next.
  second = open(1, of_second);
  EXPECT_EQ(first->give(1, some_peer, some_local, as_bytes(std::string("again")), 0),
            WorkerLink::Given::taken);
  ASSERT_TRUE(loop.run_until([&] { return !of_second.texts.empty(); }));
  EXPECT_EQ(of_second.texts, std::vector<std::string>{"again"});
}

TEST_F(ProcessChannelTest, CountsWhatWaitedForOneWhoWent) {
  const auto first = open(0, of_first);
  auto second = open(1, of_second);
  for (int i = 0; i < 100; ++i) first->give(1, some_peer, some_local, as_bytes(std::string("x")), 0);
  second.reset();
  loop.settle();
  EXPECT_GT(drops(), 0U);
}

TEST_F(ProcessChannelTest, IsOneForEachWorker) {
  auto first = open(0, of_first);
  ASSERT_TRUE(first);
  EXPECT_TRUE(ProcessChannel::is_alive(folder.path().string(), 0));
  EXPECT_FALSE(ProcessChannel::is_alive(folder.path().string(), 1));
  const auto again = ProcessChannel::open(loop.get(), folder.path().string(), 0, of_second, counts, {});
  EXPECT_EQ(again.error(), US_QUIC_E_INVALID);
  struct stat found {};
  ASSERT_EQ(stat(path(0).c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  first.reset();
  EXPECT_NE(stat(path(0).c_str(), &found), 0);
}

TEST_F(ProcessChannelTest, TakesTheSocketOfAProcessThatDied) {
  folder.write("worker-0", "");  // as good as a socket that nobody reads
  EXPECT_TRUE(open(0, of_first));
}

TEST_F(ProcessChannelTest, PassesOverWhatIsNoMessage) {
  const auto first = open(0, of_first);
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path(0).copy(address.sun_path, sizeof(address.sun_path) - 1);
  ASSERT_EQ(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{64}, std::size_t{1000}}) {
    const std::string garbage(length, '\xff');
    EXPECT_GE(send(fd, garbage.data(), garbage.size(), 0), 0);
  }
  close(fd);
  const auto second = open(1, of_second);
  second->give(0, some_peer, some_local, as_bytes(std::string("good")), 0);
  ASSERT_TRUE(loop.run_until([&] { return !of_first.texts.empty(); }));
  EXPECT_EQ(of_first.texts, std::vector<std::string>{"good"});
}

}  // namespace
}  // namespace usquic::quic
