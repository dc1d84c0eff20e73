// Several contexts on one port (SO_REUSEPORT) that share a secret.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <vector>

#include "base/address.h"
#include "harness.h"

namespace usquic::test {
namespace {

constexpr std::uint8_t shared_secret[32] = {1, 2, 3};

us_quic_socket_t* share_port(Peer& worker, int port, int* error) {
  us_quic_listen_options_t options{.struct_size = sizeof(us_quic_listen_options_t)};
  options.reuse_port = 1;
  return us_quic_socket_context_listen(worker.context, "127.0.0.1", port, &options, 0, error);
}

// The outcome of listening with SO_REUSEPORT: 0 or the error.
int outcome(const PeerOptions& options) {
  TestLoop loop;
  Peer worker(loop, options);
  int error = 0;
  return share_port(worker, 0, &error) != nullptr ? 0 : error;
}

TEST(Workers, ThatShareAPortAndASecretNeedAnIndex) {
  EXPECT_EQ(outcome({.is_server = true, .secret = shared_secret}), US_QUIC_E_INVALID);
  EXPECT_EQ(outcome({.is_server = true, .secret = shared_secret, .worker_index = 0}), 0);
  EXPECT_EQ(outcome({.is_server = true, .secret = shared_secret, .worker_index = 1, .worker_count = 2}), 0);
  EXPECT_EQ(outcome({.is_server = true}), 0);  // resets of another secret end nothing
}

TEST(Workers, OnAPortOfTheirOwnNeedNoIndex) {
  TestLoop loop;
  Peer worker(loop, {.is_server = true, .secret = shared_secret});
  EXPECT_NE(worker.listen(), nullptr);
}

// Sockets of a client whose port changes.
class ManyPorts {
 public:
  explicit ManyPorts(std::size_t count, int server_port) {
    const Address server = *Address::parse("127.0.0.1", static_cast<std::uint16_t>(server_port));
    for (std::size_t i = 0; i < count; ++i) {
      sockets_.push_back(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      EXPECT_EQ(connect(sockets_.back(), server.get(), server.length()), 0);
    }
  }
  ManyPorts(const ManyPorts&) = delete;
  ManyPorts& operator=(const ManyPorts&) = delete;
  ~ManyPorts() {
    for (const int fd : sockets_) close(fd);
  }

  void send_from_each(const std::vector<std::uint8_t>& datagram) {
    for (const int fd : sockets_) {
      EXPECT_EQ(send(fd, datagram.data(), datagram.size(), 0), static_cast<ssize_t>(datagram.size()));
    }
  }
  std::size_t answered() const {
    return static_cast<std::size_t>(std::ranges::count_if(sockets_, [](int fd) {
      std::uint8_t byte = 0;
      return recv(fd, &byte, 1, 0) >= 0;
    }));
  }

 private:
  std::vector<int> sockets_;
};

TEST(Workers, GiveNobodyTheStatelessResetOfALiveConnection) {
  TestLoop loop;
  Peer first(loop, {.is_server = true, .secret = shared_secret, .worker_index = 0, .worker_count = 2});
  if (!first.capabilities().stateless_resets) GTEST_SKIP() << "this engine knows no stateless resets";
  Peer second(loop, {.is_server = true, .secret = shared_secret, .worker_index = 1, .worker_count = 2});
  Peer client(loop, {});
  int error = 0;
  us_quic_socket_t* listener = share_port(first, 0, &error);
  ASSERT_NE(listener, nullptr);
  const int port = us_quic_listen_socket_port(listener);
  ASSERT_NE(share_port(second, port, &error), nullptr);
  client.connect(port);
  ASSERT_TRUE(loop.run_until([&] { return first.opened + second.opened == 1; }));
  Peer& owner = first.opened == 1 ? first : second;

  // A short header, the connection's ID, and what no key opens.
  std::vector<std::uint8_t> datagram(60, 0x55);
  std::array<std::uint8_t, 20> id{};
  const int length = us_quic_connection_id(owner.connections.front(), id.data(), id.size());
  ASSERT_GE(length, 8);
  std::copy_n(id.begin(), length, datagram.begin() + 1);
  ManyPorts ports(20, port);
  const auto received = [&] {
    us_quic_context_stats_t of_first;
    us_quic_context_stats_t of_second;
    us_quic_socket_context_stats(first.context, &of_first);
    us_quic_socket_context_stats(second.context, &of_second);
    return of_first.datagrams_received + of_second.datagrams_received;
  };
  const std::uint64_t before = received();
  ports.send_from_each(datagram);
  ASSERT_TRUE(loop.run_until([&] { return received() >= before + 20; }));
  loop.settle();
  EXPECT_EQ(ports.answered(), 0U);
  EXPECT_EQ(owner.closed, 0);
}

// ---- Groups ----

class GroupWorkers : public testing::Test {
 protected:
  using GroupPointer = std::unique_ptr<us_quic_group_t, void (*)(us_quic_group_t*)>;

  static GroupPointer make(unsigned workers, int steering) {
    us_quic_group_options_t options{};
    options.struct_size = sizeof(options);
    options.worker_count = workers;
    options.steering = steering;
    return GroupPointer(us_create_quic_group(&options, nullptr), us_quic_group_free);
  }
  us_quic_group_stats_t stats() const {
    us_quic_group_stats_t read;
    us_quic_group_stats(group.get(), &read);
    return read;
  }

  TestLoop loop;
  const GroupPointer group = make(2, US_QUIC_STEERING_NONE);
};

TEST_F(GroupWorkers, AreOneForEachIndex) {
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  EXPECT_EQ(stats().workers, 1U);
  us_quic_socket_context_options_t options = US_QUIC_OPTIONS_INIT;
  options.group = group.get();
  options.worker_index = 0;
  int error = 0;
  EXPECT_EQ(us_create_quic_socket_context(loop.get(), &options, 0, &error), nullptr);
  EXPECT_EQ(error, US_QUIC_E_INVALID);
  first.free();
  EXPECT_EQ(stats().workers, 0U);
  Peer again(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  EXPECT_EQ(stats().workers, 1U);
}

TEST_F(GroupWorkers, OutliveTheHandleOfTheirGroup) {
  GroupPointer own = make(2, US_QUIC_STEERING_AUTO);
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = own.get()});
  Peer second(loop, {.is_server = true, .worker_index = 1, .group = own.get()});
  Peer client(loop, {});
  us_quic_socket_t* listener = first.listen();
  ASSERT_NE(second.listen(), nullptr);
  own.reset();
  client.connect(us_quic_listen_socket_port(listener));
  EXPECT_TRUE(loop.run_until([&] { return first.opened + second.opened == 1; }));
}

// Both get connections; each of them stays where it is from whichever port its packets come.
TEST_F(GroupWorkers, HandOverWhatIsNotTheirs) {
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  if (!first.capabilities().stateless_resets) GTEST_SKIP() << "this engine's datagrams name no worker";
  Peer second(loop, {.is_server = true, .worker_index = 1, .group = group.get()});
  us_quic_socket_t* listener = first.listen();
  ASSERT_NE(second.listen(), nullptr);
  const int port = us_quic_listen_socket_port(listener);
  Peer client(loop, {});
  client.connect(port);
  ASSERT_TRUE(loop.run_until([&] { return first.opened + second.opened == 1; }));
  loop.settle();
  Peer& owner = first.opened == 1 ? first : second;
  std::vector<std::uint8_t> datagram(60, 0x55);
  std::array<std::uint8_t, 20> id{};
  const int length = us_quic_connection_id(owner.connections.front(), id.data(), id.size());
  std::copy_n(id.begin(), length, datagram.begin() + 1);
  us_quic_context_stats_t of_owner;
  us_quic_socket_context_stats(owner.context, &of_owner);
  const std::uint64_t before = of_owner.datagrams_received;
  constexpr int sent = 40;
  ManyPorts ports(sent, port);
  ports.send_from_each(datagram);
  EXPECT_TRUE(loop.run_until([&] {
    us_quic_socket_context_stats(owner.context, &of_owner);
    return of_owner.datagrams_received == before + sent;
  }));
  loop.settle();
  EXPECT_EQ(ports.answered(), 0U);
  EXPECT_EQ(owner.closed, 0);
  EXPECT_GT(stats().datagrams_handed_over, 0U);
  EXPECT_EQ(stats().datagrams_handed_over + stats().datagrams_passed_on, stats().datagrams_taken_over);
  EXPECT_EQ(
      stats().contexts.datagrams_received, of_owner.datagrams_received + [&] {
        us_quic_context_stats_t of_other;
        us_quic_socket_context_stats((first.opened == 1 ? second : first).context, &of_other);
        return of_other.datagrams_received;
      }());
}

// By the kernel's hash alone they would differ by more in four runs of ten.
TEST_F(GroupWorkers, HaveNearlyAsManyConnectionsEach) {
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  if (!first.capabilities().stateless_resets) GTEST_SKIP() << "this engine's datagrams name no worker";
  Peer second(loop, {.is_server = true, .worker_index = 1, .group = group.get()});
  us_quic_socket_t* listener = first.listen();
  ASSERT_NE(second.listen(), nullptr);
  Peer client(loop, {});
  constexpr int clients = 60;
  for (int i = 1; i <= clients; ++i) {
    client.connect(us_quic_listen_socket_port(listener));
    ASSERT_TRUE(loop.run_until([&] { return first.opened + second.opened == i; }));
  }
  EXPECT_LE(std::abs(first.opened - second.opened), 6);
  EXPECT_EQ(stats().contexts.connections_accepted, static_cast<std::uint64_t>(clients));
  EXPECT_EQ(stats().contexts.handshakes_failed, 0U);
}

// The other one has all the connections that there will be, and a client that comes there stays.
TEST_F(GroupWorkers, SendNobodyToOneThatIsShutDown) {
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  if (!first.capabilities().stateless_resets) GTEST_SKIP() << "this engine's datagrams name no worker";
  Peer second(loop, {.is_server = true, .worker_index = 1, .group = group.get()});
  us_quic_socket_t* listener = first.listen();
  ASSERT_NE(second.listen(), nullptr);
  us_quic_socket_context_shutdown(second.context);
  Peer client(loop, {});
  for (int i = 1; i <= 20; ++i) {
    client.connect(us_quic_listen_socket_port(listener));
    ASSERT_TRUE(loop.run_until([&] { return first.opened == i; }));
  }
  EXPECT_EQ(stats().datagrams_passed_on, 0U);
}

// Of one worker that left nobody takes the datagrams, and nobody answers them.
TEST_F(GroupWorkers, DoNotAnswerForOneThatLeft) {
  Peer first(loop, {.is_server = true, .worker_index = 0, .group = group.get()});
  if (!first.capabilities().stateless_resets) GTEST_SKIP() << "this engine's datagrams name no worker";
  Peer second(loop, {.is_server = true, .worker_index = 1, .group = group.get()});
  us_quic_socket_t* listener = first.listen();
  ASSERT_NE(second.listen(), nullptr);
  const int port = us_quic_listen_socket_port(listener);
  second.free();
  // Its connection ID: a routing block without a server id, and its octet.
  std::vector<std::uint8_t> datagram(60, 0x55);
  datagram[0] = 0x40;
  datagram[1] = 8;
  datagram[9] = 1;
  ManyPorts ports(20, port);
  ports.send_from_each(datagram);
  loop.settle();
  EXPECT_EQ(ports.answered(), 0U);
  EXPECT_EQ(stats().datagrams_handed_over, 0U);
}

}  // namespace
}  // namespace usquic::test
