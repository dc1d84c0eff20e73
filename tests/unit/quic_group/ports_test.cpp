// The ports of a group: of threads, and of processes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "quic/group/process_channel.h"
#include "quic/group/process_ports.h"
#include "quic/group/thread_ports.h"
#include "support/temporary_directory.h"
#include "support/test_loop.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

constexpr std::size_t id_bytes = 9;
const Address any_port = *Address::parse("127.0.0.1", 0);

struct NoReceiver final : HandOverReceiver {
  void on_handed_over(const HandedBatch&) override {}
};

TEST(ThreadPorts, GiveEachWorkerASocketOfOnePort) {
  ThreadPorts ports(4, true);
  std::vector<FileDescriptor> sockets;
  std::set<std::uint16_t> numbers;
  for (const unsigned worker : {2U, 0U, 3U, 1U}) {
    auto taken = ports.take(worker, any_port, {}, id_bytes, {});
    ASSERT_TRUE(taken);
    sockets.emplace_back(taken->fd);
    numbers.insert(taken->local.port());
  }
  EXPECT_EQ(numbers.size(), 1U);
  EXPECT_TRUE(ports.is_steered());
}

TEST(ThreadPorts, GiveAnotherPortToWhoAsksAgain) {
  ThreadPorts ports(2, true);
  auto first = ports.take(0, any_port, {}, id_bytes, {});
  auto second = ports.take(0, any_port, {}, id_bytes, {});
  ASSERT_TRUE(first && second);
  const FileDescriptor holds[] = {FileDescriptor(first->fd), FileDescriptor(second->fd)};
  EXPECT_NE(first->local.port(), second->local.port());
  // The other worker gets them in the same order.
  auto others = ports.take(1, any_port, {}, id_bytes, {});
  ASSERT_TRUE(others);
  const FileDescriptor hold(others->fd);
  EXPECT_EQ(others->local.port(), first->local.port());
}

TEST(ThreadPorts, DoNotShareAPortWithAnotherGroup) {
  ThreadPorts ours(2, true);
  ThreadPorts theirs(2, true);
  auto taken = ours.take(0, any_port, {}, id_bytes, {});
  ASSERT_TRUE(taken);
  const FileDescriptor hold(taken->fd);
  EXPECT_EQ(theirs.take(0, taken->local, {}, id_bytes, {}).error(), US_QUIC_E_ADDRESS_IN_USE);
}

TEST(ThreadPorts, LetAWorkerComeBackWithoutTheProgram) {
  ThreadPorts ports(2, true);
  auto probe = ports.take(0, any_port, {}, id_bytes, {});
  ASSERT_TRUE(probe);
  const Address address = probe->local;
  ::close(probe->fd);
  ThreadPorts of_address(2, true);
  // The first group's second socket still holds that port.
  EXPECT_EQ(of_address.take(0, address, {}, id_bytes, {}).error(), US_QUIC_E_ADDRESS_IN_USE);
  auto rest = ports.take(1, any_port, {}, id_bytes, {});
  ASSERT_TRUE(rest);
  ::close(rest->fd);

  auto first = of_address.take(0, address, {}, id_bytes, {});
  ASSERT_TRUE(first);
  const FileDescriptor hold(first->fd);
  EXPECT_TRUE(of_address.is_steered());
  auto second = of_address.take(1, address, {}, id_bytes, {});
  ASSERT_TRUE(second);
  ::close(second->fd);
  auto again = of_address.take(1, address, {}, id_bytes, {});
  ASSERT_TRUE(again);
  const FileDescriptor hold_again(again->fd);
  EXPECT_EQ(again->local.port(), address.port());
  EXPECT_FALSE(of_address.is_steered());
}

TEST(ThreadPorts, BeginAgainWhenAllAreClosed) {
  ThreadPorts ports(2, true);
  Address address;
  {
    auto probe = udp::open_socket(any_port, {}, {});
    ASSERT_TRUE(probe);
    const FileDescriptor closes(probe->fd);
    address = probe->local;
  }
  for (int round = 0; round < 3; ++round) {
    auto first = ports.take(0, address, {}, id_bytes, {});
    auto second = ports.take(1, address, {}, id_bytes, {});
    ASSERT_TRUE(first && second);
    const FileDescriptor closes[] = {FileDescriptor(first->fd), FileDescriptor(second->fd)};
    EXPECT_TRUE(ports.is_steered());
  }
}

TEST(ThreadPorts, AreNotSteeredWhereThatIsNotWantedOrForOneWorker) {
  ThreadPorts unsteered(2, false);
  auto taken = unsteered.take(0, any_port, {}, id_bytes, {});
  ASSERT_TRUE(taken);
  const FileDescriptor hold(taken->fd);
  EXPECT_FALSE(unsteered.is_steered());
  ThreadPorts one(1, true);
  taken = one.take(0, any_port, {}, id_bytes, {});
  ASSERT_TRUE(taken);
  const FileDescriptor hold_one(taken->fd);
  EXPECT_FALSE(one.is_steered());
}

class ProcessPortsTest : public testing::Test {
 protected:
  // A process that is this worker: it opens its Unix socket, then its port.
  struct Process {
    std::unique_ptr<ProcessChannel> channel;
    std::unique_ptr<ProcessPorts> ports = std::make_unique<ProcessPorts>(3, true);
    FileDescriptor socket;
  };

  Process start(unsigned worker) {
    Process made;
    const std::string directory = folder.path().string();
    made.channel = *ProcessChannel::open(loop.get(), directory, worker, receiver, counts, {});
    auto opened = made.ports->open(directory, worker, address, {}, id_bytes, {});
    if (opened) made.socket = FileDescriptor(opened->fd);
    return made;
  }
  static Address unused_address() {
    auto opened = udp::open_socket(any_port, {}, {});
    const FileDescriptor closes(opened->fd);
    return opened->local;
  }

  test::TemporaryDirectory folder;
  test::TestLoop loop;
  NoReceiver receiver;
  GroupCounts counts;
  const Address address = unused_address();
};

TEST_F(ProcessPortsTest, AreSteeredOnceAllAreBoundInOrder) {
  const auto first = start(0);
  const auto second = start(1);
  EXPECT_FALSE(second.ports->is_steered());
  const auto third = start(2);
  ASSERT_TRUE(first.socket.is_open() && second.socket.is_open() && third.socket.is_open());
  EXPECT_TRUE(third.ports->is_steered());
}

TEST_F(ProcessPortsTest, AreNotSteeredInAnotherOrder) {
  const auto second = start(1);
  const auto first = start(0);
  const auto third = start(2);
  EXPECT_FALSE(third.ports->is_steered());
}

// The last socket takes the place of one that closes, so a worker that comes back is the last one.
TEST_F(ProcessPortsTest, AreSteeredAgainWhenTheLastWorkerComesBack) {
  const auto first = start(0);
  const auto second = start(1);
  { const auto third = start(2); }
  EXPECT_TRUE(start(2).ports->is_steered());
}

TEST_F(ProcessPortsTest, AreNotSteeredWhenAnotherWorkerComesBack) {
  auto first = start(0);
  const auto second = start(1);
  const auto third = start(2);
  first.channel.reset();
  first.socket = FileDescriptor();
  EXPECT_FALSE(start(0).ports->is_steered());
}

TEST_F(ProcessPortsTest, NeedANumber) {
  const auto first = start(0);
  ProcessPorts ports(2, true);
  EXPECT_EQ(ports.open(folder.path().string(), 0, any_port, {}, id_bytes, {}).error(), US_QUIC_E_INVALID);
}

}  // namespace
}  // namespace usquic::quic
