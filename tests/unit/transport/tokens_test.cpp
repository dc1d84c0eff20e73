#include "transport/tokens.h"

#include <gtest/gtest.h>

#include <cstring>

namespace usquic::transport {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class TokensTest : public ::testing::Test {
 protected:
  static constexpr std::uint8_t secret_[32] = {1, 2, 3};
  static constexpr std::uint8_t other_secret_[32] = {1, 2, 4};
  const Tokens tokens_{secret_};
  const WallTime now_{hours(500000)};
  const Address remote_ = *Address::parse("192.0.2.1", 1234);
  const Address elsewhere_ = *Address::parse("192.0.2.2", 1234);
  const std::uint8_t scid_bytes_[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  const std::uint8_t odcid_bytes_[9] = {2, 2, 2, 2, 2, 2, 2, 2, 2};
  const ConnectionId scid_{scid_bytes_};
  const ConnectionId odcid_{odcid_bytes_};
};

TEST_F(TokensTest, RetryTokenGivesBackTheFirstConnectionId) {
  const auto token = tokens_.make_retry(now_, 1, remote_, scid_, odcid_);
  EXPECT_EQ(Tokens::kind(token), TokenKind::retry);
  ConnectionId original;
  ASSERT_TRUE(tokens_.verify_retry(now_ + seconds(5), 1, remote_, scid_, token, original));
  EXPECT_EQ(original, odcid_);
  // Another process with the same secret agrees.
  EXPECT_TRUE(Tokens(secret_).verify_retry(now_, 1, remote_, scid_, token, original));
}

TEST_F(TokensTest, RetryTokenIsRefusedForAnyDifference) {
  auto token = tokens_.make_retry(now_, 1, remote_, scid_, odcid_);
  ConnectionId original;
  EXPECT_FALSE(tokens_.verify_retry(now_ + seconds(11), 1, remote_, scid_, token, original));
  EXPECT_FALSE(tokens_.verify_retry(now_, 1, elsewhere_, scid_, token, original));
  EXPECT_FALSE(tokens_.verify_retry(now_, 1, remote_, odcid_, token, original));
  EXPECT_FALSE(tokens_.verify_retry(now_, 0x6b3343cf, remote_, scid_, token, original));
  EXPECT_FALSE(Tokens(other_secret_).verify_retry(now_, 1, remote_, scid_, token, original));
  for (std::size_t i = 0; i < token.size(); ++i) {
    token[i] ^= 1;
    EXPECT_FALSE(tokens_.verify_retry(now_, 1, remote_, scid_, token, original)) << i;
    token[i] ^= 1;
  }
  for (std::size_t n = 0; n < token.size(); ++n) {
    EXPECT_FALSE(tokens_.verify_retry(now_, 1, remote_, scid_, Bytes(token).first(n), original)) << n;
  }
}

TEST_F(TokensTest, RegularTokenHoldsADayForItsAddress) {
  const auto token = tokens_.make_regular(now_, 1, remote_);
  EXPECT_EQ(Tokens::kind(token), TokenKind::regular);
  EXPECT_TRUE(tokens_.verify_regular(now_ + hours(23), 1, remote_, token));
  EXPECT_FALSE(tokens_.verify_regular(now_ + hours(25), 1, remote_, token));
  EXPECT_FALSE(tokens_.verify_regular(now_, 1, elsewhere_, token));
  EXPECT_FALSE(Tokens(other_secret_).verify_regular(now_, 1, remote_, token));
}

TEST_F(TokensTest, RegularTokenIsForTheVersionOfItsConnection) {
  constexpr std::uint32_t version_2 = 0x6b3343cf;
  const auto token = tokens_.make_regular(now_, 1, remote_);
  EXPECT_FALSE(tokens_.verify_regular(now_, version_2, remote_, token));
  const auto of_version_2 = tokens_.make_regular(now_, version_2, remote_);
  EXPECT_TRUE(tokens_.verify_regular(now_, version_2, remote_, of_version_2));
  EXPECT_FALSE(tokens_.verify_regular(now_, 1, remote_, of_version_2));
}

// Clocks of machines that share a secret differ, and are set back.
TEST_F(TokensTest, OfTheFutureAreTakenWithinTheToleranceAlone) {
  const auto retry = tokens_.make_retry(now_, 1, remote_, scid_, odcid_);
  const auto regular = tokens_.make_regular(now_, 1, remote_);
  ConnectionId original;
  EXPECT_TRUE(tokens_.verify_retry(now_ - seconds(5), 1, remote_, scid_, retry, original));
  EXPECT_FALSE(tokens_.verify_retry(now_ - milliseconds(5001), 1, remote_, scid_, retry, original));
  EXPECT_FALSE(tokens_.verify_retry(now_ - hours(24), 1, remote_, scid_, retry, original));
  EXPECT_TRUE(tokens_.verify_regular(now_ - seconds(5), 1, remote_, regular));
  EXPECT_FALSE(tokens_.verify_regular(now_ - milliseconds(5001), 1, remote_, regular));
  EXPECT_FALSE(tokens_.verify_regular(now_ - hours(24), 1, remote_, regular));
}

TEST_F(TokensTest, ResetTokenDependsOnSecretAndId) {
  std::uint8_t a[16];
  std::uint8_t b[16];
  tokens_.make_reset_token(scid_, a);
  Tokens(secret_).make_reset_token(scid_, b);
  EXPECT_EQ(std::memcmp(a, b, 16), 0);
  tokens_.make_reset_token(odcid_, b);
  EXPECT_NE(std::memcmp(a, b, 16), 0);
  Tokens(other_secret_).make_reset_token(scid_, b);
  EXPECT_NE(std::memcmp(a, b, 16), 0);
}

}  // namespace
}  // namespace usquic::transport
