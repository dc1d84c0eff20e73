#include "crypto/hkdf.h"

#include <gtest/gtest.h>

#include <vector>

#include "support/rfc9001_samples.h"

namespace usquic::crypto {
namespace {

using namespace test;

std::string extract(std::string_view secret_hex, std::string_view salt_hex, Hash hash = Hash::sha256) {
  std::vector<std::uint8_t> out(hash_bytes(hash));
  EXPECT_TRUE(hkdf_extract(out, hash, as_bytes(from_hex(secret_hex)), as_bytes(from_hex(salt_hex))));
  return to_hex(out);
}

std::string expand(std::string_view key_hex, std::string_view info_hex, std::size_t length) {
  std::vector<std::uint8_t> out(length);
  EXPECT_TRUE(hkdf_expand(out, Hash::sha256, as_bytes(from_hex(key_hex)), as_bytes(from_hex(info_hex))));
  return to_hex(out);
}

TEST(Hkdf, IsAsInRfc5869AppendixA1) {
  const std::string key = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5";
  EXPECT_EQ(extract("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c"), key);
  EXPECT_EQ(expand(key, "f0f1f2f3f4f5f6f7f8f9", 42),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
}

TEST(Hkdf, WithoutSaltAndInfoIsAsInRfc5869AppendixA3) {
  const std::string key = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04";
  EXPECT_EQ(extract("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", ""), key);
  EXPECT_EQ(expand(key, "", 42),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

// RFC 4231 section 4.3: HMAC-SHA-384, which extraction is, of "what do ya want for nothing?" under "Jefe".
TEST(Hkdf, OfSha384IsAsInRfc4231) {
  EXPECT_EQ(
      extract("7768617420646f2079612077616e7420666f72206e6f7468696e673f", "4a656665", Hash::sha384),
      "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
}

// RFC 9001 appendix A.1 has the label "client in" spelled out.
TEST(Hkdf, LabelsAreAsInRfc9001AppendixA1) {
  const std::string common = "7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44";
  std::vector<std::uint8_t> labelled(32);
  ASSERT_TRUE(hkdf_expand_label(labelled, Hash::sha256, as_bytes(from_hex(common)), "client in"));
  EXPECT_EQ(to_hex(labelled), expand(common, "00200f746c73313320636c69656e7420696e00", 32));
  EXPECT_EQ(to_hex(labelled), client_initial_keys.secret);
}

}  // namespace
}  // namespace usquic::crypto
