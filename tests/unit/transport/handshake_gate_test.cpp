#include "transport/handshake_gate.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace usquic::transport
