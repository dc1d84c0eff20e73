#include "engine/ngtcp2/new_token.h"

#include <gtest/gtest.h>

#include "support/endpoint_stats.h"
#include "support/engine_pair.h"

namespace usquic::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(NewToken, SparesTheNextConnectionARetry) {
  EnginePair pair;
  pair.server.config.address_validation = engine::AddressValidation::always;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  ConnectionRecord* second = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(2), [second] { return second->handshakes == 1; }));
  EXPECT_EQ(stats_of(pair.server).retries_sent, 1u);
  // A token is for one connection.
  pair.client.connect(pair.server);
  ConnectionRecord* third = pair.client.connect(pair.server);
  ASSERT_TRUE(pair.run(seconds(2), [third] { return third->handshakes == 1; }));
  EXPECT_GE(stats_of(pair.server).retries_sent, 2u);
}

TEST(NewToken, IsKeptForItsServerAlone) {
  EnginePair pair;
  LeafOptions leaf;
  leaf.dns_names = {"server.test", "other.test"};
  const Identity identity = pair.authority.issue(leaf);
  pair.server.tls_options.identity.certificate.text = identity.certificate;
  pair.server.tls_options.identity.key.text = identity.key;
  pair.server.config.address_validation = engine::AddressValidation::always;
  ASSERT_TRUE(pair.join("echo"));
  pair.run(milliseconds(500));
  ConnectionRecord* other = pair.client.connect(pair.server, "other.test");
  ASSERT_TRUE(pair.run(seconds(2), [other] { return other->handshakes == 1; }));
  EXPECT_EQ(stats_of(pair.server).retries_sent, 2u);
}

}  // namespace
}  // namespace usquic::test
