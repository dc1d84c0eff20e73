#include "transport/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace usquic::transport {
namespace {

using engine::AddressValidation;
using Verdict = Admission::Verdict;

class AdmissionTest : public testing::Test {
 protected:
  static constexpr std::uint32_t version_ = 1;
  static constexpr std::uint8_t secret_[32] = {1, 2, 3};

  AdmissionTest() { config_.wall_clock = WallClock(&AdmissionTest::clock, &now_); }

  Admission admit_with(Bytes token, Bytes dcid) const {
    return admit({version_, remote_, ConnectionId(dcid), token}, config_, tokens_, gate_);
  }
  std::vector<std::uint8_t> retry_token() const {
    return tokens_.make_retry(now_, version_, remote_, ConnectionId(own_id_), ConnectionId(first_id_));
  }

  static WallTime clock(void* now) { return *static_cast<WallTime*>(now); }

  WallTime now_{std::chrono::hours(500000)};
  engine::Config config_;
  const Tokens tokens_{secret_};
  HandshakeGate gate_{RandomSource()};
  const Address remote_ = *Address::parse("192.0.2.1", 1234);
  const std::uint8_t first_id_[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  const std::uint8_t own_id_[8] = {2, 2, 2, 2, 2, 2, 2, 2};
};

TEST_F(AdmissionTest, OfAClientWithoutATokenIsAtOnceWithoutLoad) {
  const Admission admission = admit_with({}, first_id_);
  EXPECT_EQ(admission.verdict, Verdict::admit);
  EXPECT_FALSE(admission.is_validated);
  EXPECT_FALSE(admission.is_retried);
  EXPECT_EQ(admission.original_dcid, ConnectionId(first_id_));
}

TEST_F(AdmissionTest, AsksForATokenWhereThatIsWanted) {
  config_.address_validation = AddressValidation::always;
  EXPECT_EQ(admit_with({}, first_id_).verdict, Verdict::retry);
}

TEST_F(AdmissionTest, OfARetryTokenTellsTheFirstConnectionId) {
  config_.address_validation = AddressValidation::always;
  const Admission admission = admit_with(retry_token(), own_id_);
  EXPECT_EQ(admission.verdict, Verdict::admit);
  EXPECT_TRUE(admission.is_validated);
  EXPECT_TRUE(admission.is_retried);
  EXPECT_EQ(admission.original_dcid, ConnectionId(first_id_));
}

TEST_F(AdmissionTest, RefusesARetryTokenThatDoesNotHold) {
  const auto token = retry_token();
  EXPECT_EQ(admit_with(token, first_id_).verdict, Verdict::refuse);
  now_ += Tokens::retry_lifetime + std::chrono::seconds(1);
  EXPECT_EQ(admit_with(token, own_id_).verdict, Verdict::refuse);
}

TEST_F(AdmissionTest, OfARegularTokenSparesTheRetry) {
  config_.address_validation = AddressValidation::always;
  const auto token = tokens_.make_regular(now_, version_, remote_);
  const Admission admission = admit_with(token, first_id_);
  EXPECT_EQ(admission.verdict, Verdict::admit);
  EXPECT_TRUE(admission.is_validated);
  EXPECT_FALSE(admission.is_retried);
  EXPECT_EQ(admission.original_dcid, ConnectionId(first_id_));
}

// RFC 9000 section 8.1.3: as if there were none.
TEST_F(AdmissionTest, OfAnOldRegularTokenAsksForAnother) {
  config_.address_validation = AddressValidation::always;
  const auto token = tokens_.make_regular(now_, version_, remote_);
  now_ += Tokens::regular_lifetime + std::chrono::seconds(1);
  EXPECT_EQ(admit_with(token, first_id_).verdict, Verdict::retry);
}

TEST_F(AdmissionTest, DropsWhatTheGateDoes) {
  config_.max_handshakes = 0;
  EXPECT_EQ(admit_with({}, first_id_).verdict, Verdict::drop);
  EXPECT_EQ(admit_with(retry_token(), own_id_).verdict, Verdict::drop);
}

TEST_F(AdmissionTest, DropsAConnectionIdThatIsTooShort) {
  const Bytes short_id = Bytes(first_id_).first(7);
  EXPECT_EQ(admit_with({}, short_id).verdict, Verdict::drop);
  EXPECT_EQ(admit_with(tokens_.make_regular(now_, version_, remote_), short_id).verdict, Verdict::drop);
}

}  // namespace
}  // namespace usquic::transport
