#include "udp/open_socket.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fixture.h"
#include "usquic/error.h"

namespace usquic::udp {
namespace {

// An opened socket that is closed at the end of the test.
class Opened {
 public:
  explicit Opened(const Address& local, const OpenOptions& options = {}, const Logger& log = {})
      : result_(open_socket(local, options, log)) {}
  ~Opened() {
    if (result_) close(result_->fd);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;

  bool is_good() { return static_cast<bool>(result_); }
  int error() const { return result_.error(); }
  OpenedSocket* operator->() { return &*result_; }
  int option(int level, int name) {
    int value = -1;
    socklen_t length = sizeof(value);
    return getsockopt(result_->fd, level, name, &value, &length) == 0 ? value : -1;
  }

 private:
  Result<OpenedSocket> result_;
};

// The calls of a machine on which sockets of one family, or any, cannot be made.
class NoSockets : public SystemCalls {
 public:
  NoSockets(int family, int error_number) : family_(family), error_number_(error_number) {}

  int socket(int family, int type, int protocol) override {
    if (family_ != AF_UNSPEC && family != family_) return SystemCalls::socket(family, type, protocol);
    errno = error_number_;
    return -1;
  }

 private:
  int family_;
  int error_number_;
};

TEST(OpenSocket, UnspecifiedIsDualStackOnAnyPort) {
  Opened opened{Address()};
  ASSERT_TRUE(opened.is_good());
  EXPECT_TRUE(opened->is_dual_stack);
  EXPECT_EQ(opened->local.family(), AF_INET6);
  EXPECT_NE(opened->local.port(), 0);
  EXPECT_EQ(opened.option(IPPROTO_IPV6, IPV6_V6ONLY), 0);
}

TEST(OpenSocket, SetsWhatQuicWantsForBothFamilies) {
  Opened opened{Address()};
  ASSERT_TRUE(opened.is_good());
  EXPECT_EQ(opened.option(IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_PROBE);
  EXPECT_EQ(opened.option(IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_PROBE);
  EXPECT_EQ(opened.option(IPPROTO_IP, IP_RECVERR), 1);
  EXPECT_EQ(opened.option(IPPROTO_IPV6, IPV6_RECVERR), 1);
  EXPECT_EQ(opened.option(SOL_SOCKET, SO_REUSEADDR), 0);
  EXPECT_EQ(opened.option(SOL_SOCKET, SO_REUSEPORT), 0);
  EXPECT_TRUE(opened->can_segment);
}

TEST(OpenSocket, Ipv4HostIsAnIpv4Socket) {
  for (const char* host : {"127.0.0.1", "::ffff:127.0.0.1"}) {
    Opened opened{*Address::parse(host, 0)};
    ASSERT_TRUE(opened.is_good());
    EXPECT_EQ(opened->local.family(), AF_INET);
    EXPECT_FALSE(opened->is_dual_stack);
  }
}

TEST(OpenSocket, Ipv6OnlyLeavesThePortToIpv4) {
  Opened ipv6{*Address::parse("::", 0), {.ipv6_only = true}};
  ASSERT_TRUE(ipv6.is_good());
  EXPECT_FALSE(ipv6->is_dual_stack);
  Opened ipv4{*Address::parse("0.0.0.0", ipv6->local.port())};
  EXPECT_TRUE(ipv4.is_good());
}

TEST(OpenSocket, WithoutIpv6AnyAddressIsIpv4) {
  NoSockets calls(AF_INET6, EAFNOSUPPORT);
  Opened opened{Address(), {.system_calls = &calls}};
  ASSERT_TRUE(opened.is_good());
  EXPECT_EQ(opened->local.family(), AF_INET);
  Opened only{Address(), {.ipv6_only = true, .system_calls = &calls}};
  EXPECT_EQ(only.error(), US_QUIC_E_ADDRESS);
}

TEST(OpenSocket, APortInUseSaysSo) {
  Opened first{loopback(AF_INET)};
  ASSERT_TRUE(first.is_good());
  EXPECT_EQ(Opened{first->local}.error(), US_QUIC_E_ADDRESS_IN_USE);
  EXPECT_EQ(Opened(*Address::parse("::", first->local.port())).error(), US_QUIC_E_ADDRESS_IN_USE);
}

TEST(OpenSocket, ReusePortSharesAPortAmongThoseWhoAsk) {
  Opened first{loopback(AF_INET), {.reuse_port = true}};
  ASSERT_TRUE(first.is_good());
  EXPECT_TRUE(Opened(first->local, {.reuse_port = true}).is_good());
  EXPECT_EQ(Opened{first->local}.error(), US_QUIC_E_ADDRESS_IN_USE);
}

TEST(OpenSocket, APortIsFreeAgainAfterClose) {
  Address local;
  {
    Opened first{loopback(AF_INET)};
    ASSERT_TRUE(first.is_good());
    local = first->local;
  }
  EXPECT_TRUE(Opened{local}.is_good());
}

TEST(OpenSocket, AnAddressOfAnotherMachineCannotBeUsed) {
  EXPECT_EQ(Opened{*Address::parse("203.0.113.7", 0)}.error(), US_QUIC_E_ADDRESS);
  EXPECT_EQ(Opened{*Address::parse("2001:db8::7", 0)}.error(), US_QUIC_E_ADDRESS);
}

TEST(OpenSocket, MapsTheKernelsErrors) {
  const std::pair<int, int> expected[] = {
      {EACCES, US_QUIC_E_ACCESS},        {EPERM, US_QUIC_E_ACCESS}, {ENOMEM, US_QUIC_E_NOMEM},
      {ENOBUFS, US_QUIC_E_NOMEM},        {EMFILE, US_QUIC_E_IO},    {EADDRINUSE, US_QUIC_E_ADDRESS_IN_USE},
      {EADDRNOTAVAIL, US_QUIC_E_ADDRESS}};
  for (const auto& [error_number, code] : expected) {
    NoSockets calls(AF_UNSPEC, error_number);
    EXPECT_EQ(Opened(Address(), {.system_calls = &calls}).error(), code);
  }
}

struct LogLines {
  std::vector<std::pair<int, std::string>> lines;

  Logger logger() {
    return {[](void* user, int level, const char* message) {
              static_cast<LogLines*>(user)->lines.emplace_back(level, message);
            },
            this, LogLevel::info};
  }
  int count(LogLevel level, std::string_view text) const {
    int found = 0;
    for (const auto& line : lines) {
      if (line.first == static_cast<int>(level) && line.second.find(text) != std::string::npos) ++found;
    }
    return found;
  }
};

TEST(OpenSocket, LogsTheBufferSizesThatWereGranted) {
  LogLines log;
  Opened opened{loopback(AF_INET), {.buffer_bytes = 1 << 16}, log.logger()};
  ASSERT_TRUE(opened.is_good());
  EXPECT_EQ(log.count(LogLevel::info, "receive buffer: asked for 65536 bytes, got 65536"), 1);
  EXPECT_EQ(log.count(LogLevel::info, "send buffer: asked for 65536 bytes, got 65536"), 1);
  EXPECT_EQ(opened.option(SOL_SOCKET, SO_RCVBUF), 2 << 16);
}

}  // namespace
}  // namespace usquic::udp
