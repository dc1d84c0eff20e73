#include "quic/connect/resolver.h"

#include <gtest/gtest.h>

#include "support/test_loop.h"

namespace usquic::quic {
namespace {

Addresses parse(std::initializer_list<const char*> texts) {
  Addresses addresses;
  for (const char* text : texts) addresses.push_back(*Address::parse(text, 1));
  return addresses;
}

TEST(Resolver, NumericAddressesNeedNoLookup) {
  EXPECT_EQ(numeric_address("192.0.2.1", 443)->to_string(), "192.0.2.1:443");
  EXPECT_EQ(numeric_address("2001:db8::1", 443)->to_string(), "[2001:db8::1]:443");
  EXPECT_EQ(numeric_address("::ffff:192.0.2.1", 443)->to_string(), "192.0.2.1:443");
  EXPECT_FALSE(numeric_address("localhost", 443).has_value());
}

TEST(Resolver, LocalhostIsBothLoopbackAddresses) {
  EXPECT_EQ(localhost_addresses("LocalHost.", 1), parse({"::1", "127.0.0.1"}));
  EXPECT_EQ(localhost_addresses("a.localhost", 1).size(), 2U);
  EXPECT_TRUE(localhost_addresses("notlocalhost", 1).empty());
}

TEST(Resolver, FamiliesTakeTurnsThePreferredOneFirst) {
  EXPECT_EQ(interleave_families(parse({"2001:db8::1", "2001:db8::2", "2001:db8::3", "192.0.2.1"})),
            parse({"2001:db8::1", "192.0.2.1", "2001:db8::2", "2001:db8::3"}));
  EXPECT_TRUE(interleave_families({}).empty());
}

TEST(Resolver, AnswersOnTheLoopUnlessTheLookupWasDropped) {
  test::TestLoop loop;
  Resolver resolver(loop.get());
  resolver.set_lookup_function([](const std::string& host, std::uint16_t port) -> Result<Addresses> {
    return Addresses{*Address::parse(host, port)};
  });
  int answers = 0;
  auto dropped = resolver.look_up("127.0.0.1", 1, [&](Result<Addresses>) { answers += 100; });
  dropped.reset();
  std::vector<std::unique_ptr<Lookup>> wanted;
  for (int i = 0; i < 40; ++i) {  // more than run at the same time
    wanted.push_back(resolver.look_up("127.0.0.1", 7, [&](Result<Addresses> found) {
      EXPECT_EQ(found->front().port(), 7);
      ++answers;
    }));
  }
  EXPECT_EQ(answers, 0);
  EXPECT_TRUE(loop.run_until([&] { return answers == 40; }));
}

}  // namespace
}  // namespace usquic::quic
