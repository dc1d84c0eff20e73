#include "quic/connect/connector.h"

#include <gtest/gtest.h>

#include <map>

#include "support/test_loop.h"

namespace usquic::quic {
namespace {

constexpr Duration lookup_timeout = std::chrono::seconds(5);
constexpr Duration attempt_delay = std::chrono::milliseconds(250);

// One attempt: it is never asked for more than to end.
class FakeAttempt final : public engine::Connection {
 public:
  bool is_closed = false;
  bool is_detached = false;

  bool is_client() const override { return true; }
  const engine::Path& path() const override { return path_; }
  std::string_view alpn() const override { return {}; }
  std::string_view server_name() const override { return {}; }
  Bytes peer_certificate() const override { return {}; }
  bool is_authorized() const override { return false; }
  bool is_resumed() const override { return false; }
  us_quic_tls_t tls_parameters() const override { return {"", "", ""}; }
  Result<void> export_keying_material(MutableBytes, std::string_view, Bytes) const override {
    return Error{US_QUIC_E_UNSUPPORTED};
  }
  Bytes id() const override { return {}; }
  void stats(us_quic_stats_t&) const override {}
  Result<engine::Stream*> create_stream(engine::Direction, void*, std::int64_t) override {
    return Error{US_QUIC_E_STATE};
  }
  std::uint64_t max_streams() const override { return 0; }
  int send_datagram(Bytes) override { return US_QUIC_E_STATE; }
  Result<std::uint64_t> peer_setting(std::uint64_t) const override { return Error{US_QUIC_E_STATE}; }
  void set_keep_alive(Duration) override {}
  void shutdown() override {}
  void close(std::uint64_t, std::string_view) override { is_closed = true; }
  std::optional<us_quic_close_info_t> failure() const override { return std::nullopt; }
  void detach() override { is_detached = true; }

 private:
  engine::Path path_;
};

class Connecting : public testing::Test, public Connector::Delegate {
 protected:
  Connecting() {
    answer_with({});
    connector = std::make_unique<Connector>(*this, resolver, timers);
  }

  Result<engine::Connection*> attempt(const Address& remote) override {
    tried += remote.to_string() + " ";
    const auto refused = errors_at_once.find(remote.to_string());
    if (refused != errors_at_once.end()) return Error{refused->second};
    return attempts.emplace_back(std::make_unique<FakeAttempt>()).get();
  }
  void connected(engine::Connection& engine) override {
    winner = &engine;
    connector.reset();
  }
  void failed(CloseReason reason) override {
    failure = reason.info.error;
    failure_text = reason.text;
    connector.reset();
  }

  // What the name server says, on a thread that may outlive the test.
  void answer_with(std::vector<const char*> addresses) {
    resolver.set_lookup_function(
        [addresses = std::move(addresses)](const std::string&, std::uint16_t port) -> Result<Addresses> {
          Addresses found;
          for (const char* address : addresses) found.push_back(*Address::parse(address, port));
          if (found.empty()) return Error{US_QUIC_E_RESOLVE};
          return found;
        });
  }
  void start_with(std::vector<const char*> addresses) {
    answer_with(std::move(addresses));
    connector->start("host.test", 1, lookup_timeout);
    EXPECT_TRUE(loop.run_until([this] { return !tried.empty() || connector == nullptr; }));
  }
  // As the loop does when so much time has passed; says whether a timer was due.
  bool pass(Duration time) {
    DeadlineEntry* due = timers.pop_due(resolver.now() + time);
    if (due == nullptr) return false;
    static_cast<DeadlineTimer*>(due)->fire(resolver.now() + time);
    return true;
  }

  test::TestLoop loop;
  Resolver resolver{loop.get()};
  DeadlineHeap timers;
  std::map<std::string, int> errors_at_once;
  std::vector<std::unique_ptr<FakeAttempt>> attempts;
  std::string tried;
  engine::Connection* winner = nullptr;
  int failure = 0;
  std::string failure_text;
  std::unique_ptr<Connector> connector;
};

TEST_F(Connecting, ToTheOnlyAddressIsNoRace) {
  start_with({"192.0.2.1"});
  EXPECT_EQ(tried, "192.0.2.1:1 ");
  EXPECT_EQ(winner, attempts.front().get());
  EXPECT_FALSE(attempts.front()->is_closed);
}

TEST_F(Connecting, ToLocalhostAsksNoNameServer) {
  connector->start("localhost", 7, lookup_timeout);
  EXPECT_EQ(tried, "[::1]:7 ");
}

TEST_F(Connecting, TriesTheNextAddressAfterADelayAndKeepsTheWinner) {
  start_with({"2001:db8::1", "2001:db8::2", "192.0.2.1"});
  EXPECT_EQ(tried, "[2001:db8::1]:1 ");
  EXPECT_FALSE(pass(attempt_delay - std::chrono::milliseconds(200)));
  EXPECT_TRUE(pass(attempt_delay));
  EXPECT_TRUE(pass(attempt_delay));
  EXPECT_EQ(tried, "[2001:db8::1]:1 192.0.2.1:1 [2001:db8::2]:1 ");
  EXPECT_FALSE(pass(attempt_delay));  // there is no address left
  connector->won(*attempts[1]);
  EXPECT_EQ(winner, attempts[1].get());
  EXPECT_FALSE(attempts[1]->is_closed);
  EXPECT_TRUE(attempts[0]->is_closed && attempts[0]->is_detached);
  EXPECT_TRUE(attempts[2]->is_closed && attempts[2]->is_detached);
}

TEST_F(Connecting, TriesTheNextAddressAtOnceWhenOneFails) {
  errors_at_once["[2001:db8::1]:1"] = US_QUIC_E_UNREACHABLE;
  start_with({"2001:db8::1", "192.0.2.1", "192.0.2.2"});
  EXPECT_EQ(tried, "[2001:db8::1]:1 192.0.2.1:1 ");
  connector->attempt_failed(*attempts.front(), CloseReason::local(US_QUIC_E_REFUSED, 0, {}));
  EXPECT_EQ(tried, "[2001:db8::1]:1 192.0.2.1:1 192.0.2.2:1 ");
  EXPECT_EQ(failure, 0);
}

TEST_F(Connecting, FailsWithTheErrorThatSaysMostAboutTheHost) {
  errors_at_once["[2001:db8::1]:1"] = US_QUIC_E_UNREACHABLE;
  start_with({"2001:db8::1", "192.0.2.1", "192.0.2.2", "192.0.2.3"});
  connector->attempt_failed(*attempts[0], CloseReason::local(US_QUIC_E_REFUSED, 0, {}));
  connector->attempt_failed(*attempts[1], CloseReason::local(US_QUIC_E_CERT_EXPIRED, 0, "expired"));
  EXPECT_EQ(failure, 0);
  connector->attempt_failed(*attempts[2], CloseReason::local(US_QUIC_E_REFUSED, 0, {}));
  EXPECT_EQ(failure, US_QUIC_E_CERT_EXPIRED);
  EXPECT_EQ(failure_text, "expired");
  EXPECT_EQ(winner, nullptr);
}

TEST_F(Connecting, FailsWhenEveryAddressFailsAtOnce) {
  errors_at_once["192.0.2.1:1"] = US_QUIC_E_ADDRESS;
  errors_at_once["192.0.2.2:1"] = US_QUIC_E_UNREACHABLE;
  start_with({"192.0.2.1", "192.0.2.2"});
  EXPECT_EQ(failure, US_QUIC_E_ADDRESS);
}

TEST_F(Connecting, FailsWhenTheNameIsUnknown) {
  start_with({});
  EXPECT_EQ(failure, US_QUIC_E_RESOLVE);
  EXPECT_TRUE(timers.empty());
}

TEST_F(Connecting, FailsWhenTheNameServerTakesTooLong) {
  connector->start("host.test", 1, lookup_timeout);
  EXPECT_FALSE(pass(lookup_timeout - std::chrono::seconds(4)));
  EXPECT_TRUE(pass(lookup_timeout));
  EXPECT_EQ(failure, US_QUIC_E_HANDSHAKE_TIMEOUT);
  EXPECT_EQ(failure_text, "the name server did not answer in time");
  loop.settle();
  EXPECT_EQ(tried, "");
}

TEST_F(Connecting, EndsItsAttemptsWhenItIsGivenUp) {
  start_with({"192.0.2.1", "192.0.2.2"});
  connector.reset();
  EXPECT_TRUE(attempts[0]->is_closed && attempts[0]->is_detached);
  EXPECT_EQ(attempts[0]->user, nullptr);
  EXPECT_TRUE(timers.empty());
}

}  // namespace
}  // namespace usquic::quic
