#include "transport/handshake_gate.h"

#include <gtest/gtest.h>

#include <memory>

namespace usquic::transport {
namespace {

using engine::AddressValidation;

constexpr HandshakeCounts::Key sender{1};
constexpr HandshakeCounts::Key another{2};

class HandshakeGateTest : public testing::Test {
 protected:
  HandshakeGate::Verdict judge(const HandshakeCounts::Key& from, bool is_validated = false) const {
    return gate_.judge(config_, from, is_validated);
  }
  void begin(std::size_t count, const HandshakeCounts::Key& from) {
    for (std::size_t i = 0; i < count; ++i) gate_.begin(from);
  }

  HandshakeGate gate_{RandomSource()};
  engine::Config config_;
};

TEST_F(HandshakeGateTest, AdmitsAtOnceWithoutLoad) {
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::admit);
}

TEST_F(HandshakeGateTest, AlwaysAsksForAProofWhereThatIsWanted) {
  config_.address_validation = AddressValidation::always;
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::retry);
  EXPECT_EQ(judge(sender, true), HandshakeGate::Verdict::admit);
}

TEST_F(HandshakeGateTest, AsksForAProofUnderLoad) {
  begin(HandshakeGate::retry_above, another);
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::retry);
  EXPECT_EQ(judge(sender, true), HandshakeGate::Verdict::admit);
  config_.address_validation = AddressValidation::never;
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::admit);
  gate_.end(another);
  config_.address_validation = AddressValidation::under_load;
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::admit);
}

TEST_F(HandshakeGateTest, KeepsHalfOfASendersPlacesForThoseThatProveIt) {
  config_.max_handshakes_per_address = 5;
  begin(2, sender);
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::admit);
  begin(1, sender);
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::retry);
  EXPECT_EQ(judge(another), HandshakeGate::Verdict::admit);
  begin(2, sender);
  EXPECT_EQ(judge(sender, true), HandshakeGate::Verdict::drop);
}

TEST_F(HandshakeGateTest, DropsWhatIsTooMuch) {
  config_.max_handshakes = 3;
  begin(3, another);
  EXPECT_EQ(gate_.open(), 3u);
  EXPECT_EQ(judge(sender, true), HandshakeGate::Verdict::drop);
  gate_.end(another);
  EXPECT_EQ(judge(sender), HandshakeGate::Verdict::admit);
}

// Of two workers.
TEST(SharedHandshakeGates, SeeOneFlood) {
  engine::Config config;
  config.max_handshakes_per_address = 4;
  const auto shared = std::make_shared<SharedHandshakes>(RandomSource());
  auto first = std::make_unique<HandshakeGate>(RandomSource(), shared);
  HandshakeGate second(RandomSource(), shared);
  first->begin(sender);
  first->begin(sender);
  EXPECT_EQ(second.judge(config, sender, false), HandshakeGate::Verdict::retry);
  second.begin(sender);
  second.begin(sender);
  EXPECT_EQ(first->judge(config, sender, true), HandshakeGate::Verdict::drop);
  EXPECT_EQ(second.judge(config, sender, true), HandshakeGate::Verdict::drop);
  EXPECT_EQ(second.judge(config, another, false), HandshakeGate::Verdict::admit);
  EXPECT_EQ(first->open(), 2U);
  first->end(sender);
  EXPECT_EQ(second.judge(config, sender, true), HandshakeGate::Verdict::admit);
  // A worker that goes takes its own with it.
  first.reset();
  EXPECT_EQ(shared->counts(sender).open, 2U);
  EXPECT_EQ(shared->counts(sender).of_sender, 2U);
}

TEST(SharedHandshakeGates, ProveAddressesUnderTheLoadOfAll) {
  const engine::Config config;
  const auto shared = std::make_shared<SharedHandshakes>(RandomSource());
  HandshakeGate first(RandomSource(), shared);
  HandshakeGate second(RandomSource(), shared);
  for (std::size_t i = 0; i < HandshakeGate::retry_above; ++i) first.begin(another);
  EXPECT_EQ(second.judge(config, sender, false), HandshakeGate::Verdict::retry);
}

}  // namespace
}  // namespace usquic::transport
