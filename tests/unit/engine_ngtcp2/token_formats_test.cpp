// Tokens are those of ngtcp2's functions, which made them before transport/tokens.h did: what one makes,
// the other takes.
#include <gtest/gtest.h>
#include <ngtcp2/ngtcp2_crypto.h>

#include <vector>

#include "crypto/hkdf.h"
#include "engine/ngtcp2/cids.h"
#include "transport/tokens.h"

namespace usquic::engine::ngtcp2 {
namespace {

using transport::ConnectionId;
using transport::Tokens;
using Token = std::vector<std::uint8_t>;

constexpr std::uint8_t secret[Tokens::secret_bytes] = {1, 2, 3};
constexpr std::uint32_t versions[] = {NGTCP2_PROTO_VER_V1, NGTCP2_PROTO_VER_V2};
constexpr WallTime now{std::chrono::hours(500000)};
constexpr std::uint64_t lifetime = 1'000'000'000;

Token key_for(std::string_view purpose) {
  std::uint8_t extracted[32];
  Token key(32);
  EXPECT_TRUE(crypto::hkdf_extract(extracted, crypto::Hash::sha256, secret, {}));
  EXPECT_TRUE(crypto::hkdf_expand(key, crypto::Hash::sha256, extracted, as_bytes(purpose)));
  return key;
}

std::uint64_t nanoseconds(WallTime time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}

class TokenFormats : public testing::Test {
 protected:
  static constexpr std::uint8_t scid_bytes_[8] = {1, 1, 1, 1, 1, 1, 1, 1};
  static constexpr std::uint8_t odcid_bytes_[20] = {2, 2, 2, 2, 2, 2, 2, 2, 2, 9};
  const Tokens tokens_{secret};
  const Token address_key_ = key_for("usquic address validation");
  const Token address_key_of_v2_ = key_for("usquic address validation, version 2");
  const Token reset_key_ = key_for("usquic stateless reset");
  const ConnectionId scid_{scid_bytes_};
  const ConnectionId odcid_{odcid_bytes_};
  const ngtcp2_cid ngtcp2_scid_ = to_cid(scid_);
  const ngtcp2_cid ngtcp2_odcid_ = to_cid(odcid_);
  const Address remotes_[2] = {*Address::parse("192.0.2.1", 1234), *Address::parse("2001:db8::1", 1234)};
};

TEST_F(TokenFormats, RetryTokensOfNgtcp2AreTaken) {
  for (const Address& remote : remotes_) {
    for (const std::uint32_t version : versions) {
      Token token(NGTCP2_CRYPTO_MAX_RETRY_TOKENLEN2);
      ASSERT_EQ(ngtcp2_crypto_generate_retry_token2(token.data(), address_key_.data(), address_key_.size(),
                                                    version, remote.get(), remote.length(), &ngtcp2_scid_,
                                                    &ngtcp2_odcid_, nanoseconds(now)),
                static_cast<ngtcp2_ssize>(token.size()));
      EXPECT_EQ(Tokens::kind(token), transport::TokenKind::retry);
      ConnectionId original;
      EXPECT_TRUE(tokens_.verify_retry(now, version, remote, scid_, token, original));
      EXPECT_EQ(original, odcid_);
    }
  }
}

TEST_F(TokenFormats, Ngtcp2TakesRetryTokens) {
  for (const Address& remote : remotes_) {
    for (const std::uint32_t version : versions) {
      const Token token = tokens_.make_retry(now, version, remote, scid_, odcid_);
      ngtcp2_cid original{};
      EXPECT_EQ(ngtcp2_crypto_verify_retry_token2(&original, token.data(), token.size(), address_key_.data(),
                                                  address_key_.size(), version, remote.get(), remote.length(),
                                                  &ngtcp2_scid_, lifetime, nanoseconds(now)),
                0);
      EXPECT_EQ(from_cid(original), odcid_);
    }
  }
}

TEST_F(TokenFormats, RegularTokensAreTakenBothWays) {
  for (const Address& remote : remotes_) {
    for (const std::uint32_t version : versions) {
      const Token& key = version == NGTCP2_PROTO_VER_V2 ? address_key_of_v2_ : address_key_;
      Token token(NGTCP2_CRYPTO_MAX_REGULAR_TOKENLEN);
      ASSERT_EQ(ngtcp2_crypto_generate_regular_token(token.data(), key.data(), key.size(), remote.get(),
                                                     remote.length(), nanoseconds(now)),
                static_cast<ngtcp2_ssize>(token.size()));
      EXPECT_EQ(Tokens::kind(token), transport::TokenKind::regular);
      EXPECT_TRUE(tokens_.verify_regular(now, version, remote, token));
      const Token own = tokens_.make_regular(now, version, remote);
      EXPECT_EQ(ngtcp2_crypto_verify_regular_token(own.data(), own.size(), key.data(), key.size(),
                                                   remote.get(), remote.length(), lifetime, nanoseconds(now)),
                0);
    }
  }
}

TEST_F(TokenFormats, StatelessResetTokensAreTheSame) {
  for (const ConnectionId& id : {scid_, odcid_}) {
    const ngtcp2_cid cid = to_cid(id);
    std::uint8_t expected[NGTCP2_STATELESS_RESET_TOKENLEN];
    std::uint8_t made[NGTCP2_STATELESS_RESET_TOKENLEN];
    ASSERT_EQ(
        ngtcp2_crypto_generate_stateless_reset_token(expected, reset_key_.data(), reset_key_.size(), &cid),
        0);
    tokens_.make_reset_token(id, made);
    EXPECT_EQ(as_text(made), as_text(expected));
  }
}

}  // namespace
}  // namespace usquic::engine::ngtcp2
