// An engine whose endpoint notes which of its functions was called.
#include <gtest/gtest.h>

#include <string>

#include "engine/engine.h"

namespace usquic::test {
namespace {

using engine::Connection;
using engine::Datagram;
using engine::Path;

class NotingEndpoint final : public engine::Endpoint {
 public:
  void receive(TimePoint, std::span<const Datagram>) { note("receive"); }
  TimePoint deadline() const { return note("deadline"), never; }
  void expire(TimePoint) { note("expire"); }
  bool wants_flush() const { return note("wants_flush"), true; }
  void flush(TimePoint, engine::SendBatch&) { note("flush"); }
  void unblocked(void*) { note("unblocked"); }
  Result<Connection*> connect(TimePoint, const Path&, std::string_view name, void*) {
    note("connect to " + std::string(name));
    return Error{US_QUIC_E_UNSUPPORTED};
  }
  void set_accepting(void*, bool) { note("set_accepting"); }
  void refuse_new_clients(void*) { note("refuse_new_clients"); }
  bool has_handshakes(void*) const { return note("has_handshakes"), true; }
  void path_failed(TimePoint, const Path&, int) { note("path_failed"); }
  void drop_socket(void*) { note("drop_socket"); }
  bool has_unsent_close(void*) const { return note("has_unsent_close"), true; }
  std::optional<std::uint8_t> worker_of(Bytes) const { return note("worker_of"), 7; }
  bool is_new_client(const engine::Datagram&) const { return note("is_new_client"), true; }
  std::size_t connection_id_bytes() const { return note("connection_id_bytes"), 11; }
  const engine::Capabilities& capabilities() const { return note("capabilities"), capabilities_; }
  void stats(us_quic_context_stats_t& out) const { note("stats"), out.retries_sent = 7; }

  mutable std::string last;

 private:
  void note(std::string name) const { last = std::move(name); }

  engine::Capabilities capabilities_;
};

class Batch final : public engine::SendBatch {
 public:
  MutableBytes reserve(void*) override { return {}; }
  void commit(const Path&, engine::Ecn, std::size_t, std::size_t) override {}
};

}  // namespace
}  // namespace usquic::test

namespace usquic::engine {
using OwnEndpoint = test::NotingEndpoint;
}

#include "engine/endpoint_definition.inc"

namespace usquic::test {
namespace {

// One that keeps Endpoint's expire().
class ForgetfulEndpoint : public engine::Endpoint {
 public:
  void flush(TimePoint, engine::SendBatch&) {}
};
static_assert(engine::is_own<&ForgetfulEndpoint::flush>);
static_assert(!engine::is_own<&ForgetfulEndpoint::expire>);

TEST(EndpointDefinition, EveryFunctionIsTheEnginesOwn) {
  NotingEndpoint own;
  engine::Endpoint& endpoint = own;
  const engine::Endpoint& unchanged = own;
  const Path path{};
  Batch batch;
  endpoint.receive({}, {});
  EXPECT_EQ(own.last, "receive");
  EXPECT_EQ(unchanged.deadline(), never);
  EXPECT_EQ(own.last, "deadline");
  endpoint.expire({});
  EXPECT_EQ(own.last, "expire");
  EXPECT_TRUE(unchanged.wants_flush());
  EXPECT_EQ(own.last, "wants_flush");
  endpoint.flush({}, batch);
  EXPECT_EQ(own.last, "flush");
  endpoint.unblocked(nullptr);
  EXPECT_EQ(own.last, "unblocked");
  EXPECT_EQ(endpoint.connect({}, path, "there", nullptr).error(), US_QUIC_E_UNSUPPORTED);
  EXPECT_EQ(own.last, "connect to there");
  endpoint.set_accepting(nullptr, true);
  EXPECT_EQ(own.last, "set_accepting");
  endpoint.refuse_new_clients(nullptr);
  EXPECT_EQ(own.last, "refuse_new_clients");
  EXPECT_TRUE(unchanged.has_handshakes(nullptr));
  EXPECT_EQ(own.last, "has_handshakes");
  endpoint.path_failed({}, path, 0);
  EXPECT_EQ(own.last, "path_failed");
  endpoint.drop_socket(nullptr);
  EXPECT_EQ(own.last, "drop_socket");
  EXPECT_TRUE(unchanged.has_unsent_close(nullptr));
  EXPECT_EQ(own.last, "has_unsent_close");
  EXPECT_EQ(unchanged.worker_of({}), 7);
  EXPECT_EQ(own.last, "worker_of");
  EXPECT_TRUE(unchanged.is_new_client({}));
  EXPECT_EQ(own.last, "is_new_client");
  EXPECT_EQ(unchanged.connection_id_bytes(), 11U);
  EXPECT_EQ(own.last, "connection_id_bytes");
  unchanged.capabilities();
  EXPECT_EQ(own.last, "capabilities");
  us_quic_context_stats_t stats{};
  unchanged.stats(stats);
  EXPECT_EQ(stats.retries_sent, 7u);
}

}  // namespace
}  // namespace usquic::test
