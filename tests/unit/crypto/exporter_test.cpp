#include "crypto/exporter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/digest.h"
#include "support/rfc9001_samples.h"

namespace usquic::crypto {
namespace {

using namespace test;

std::string hash_of(Hash hash, std::string_view text) {
  std::vector<std::uint8_t> out(hash_bytes(hash));
  EXPECT_TRUE(digest(out, hash, as_bytes(text)));
  return to_hex(out);
}

TEST(Digest, IsAsInFips180) {
  EXPECT_EQ(hash_of(Hash::sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(
      hash_of(Hash::sha384, "abc"),
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
  EXPECT_EQ(hash_of(Hash::sha256, ""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

std::string derive(const Exporter& exporter, std::size_t length, std::string_view label,
                   std::string_view context) {
  std::vector<std::uint8_t> out(length);
  EXPECT_TRUE(exporter.derive(out, label, as_bytes(context)));
  return to_hex(out);
}

class Exporters : public testing::Test {
 protected:
  Exporters() { exporter_.set_secret(as_bytes(from_hex(std::string(64, '1')))); }

  Exporter exporter_;
};

// The two steps of RFC 8446 section 7.5, written out.
TEST_F(Exporters, FollowTheTwoStepsOfTls13) {
  const std::string secret = from_hex(std::string(64, '1'));
  const std::string empty = from_hex(hash_of(Hash::sha256, ""));
  const std::string context = from_hex(hash_of(Hash::sha256, "context"));
  const auto expand = [](const std::string& key, std::string_view label, const std::string& hashed,
                         std::size_t length) {
    std::string info{static_cast<char>(length >> 8), static_cast<char>(length)};
    info += static_cast<char>(6 + label.size());
    info.append("tls13 ").append(label);
    info += static_cast<char>(hashed.size());
    info += hashed;
    std::vector<std::uint8_t> out(length);
    EXPECT_TRUE(hkdf_expand(out, Hash::sha256, as_bytes(key), as_bytes(info)));
    return std::string(as_text(out));
  };
  const std::string derived = expand(secret, "EXPORTER-test", empty, 32);
  EXPECT_EQ(derive(exporter_, 50, "EXPORTER-test", "context"),
            to_hex(as_bytes(expand(derived, "exporter", context, 50))));
}

TEST_F(Exporters, DifferByLabelContextAndLength) {
  const std::string one = derive(exporter_, 32, "one", "");
  EXPECT_EQ(one, derive(exporter_, 32, "one", ""));
  EXPECT_NE(one, derive(exporter_, 32, "two", ""));
  EXPECT_NE(one, derive(exporter_, 32, "one", "context"));
  EXPECT_NE(one, derive(exporter_, 16, "one", "") + derive(exporter_, 16, "one", ""));
  EXPECT_EQ(derive(exporter_, 0, "one", ""), "");
  EXPECT_EQ(derive(exporter_, max_exported_bytes, std::string(max_hkdf_label, 'l'), "").size(),
            2 * max_exported_bytes);
}

TEST(Exporter, HasNothingWithoutASecret) {
  std::vector<std::uint8_t> out(32);
  Exporter exporter;
  EXPECT_FALSE(exporter.has_secret());
  EXPECT_FALSE(exporter.derive(out, "label", {}));
  exporter.set_secret(as_bytes("too short"));
  EXPECT_FALSE(exporter.has_secret());
  exporter.set_secret(as_bytes(std::string(48, 's')));
  EXPECT_TRUE(exporter.has_secret());
  EXPECT_TRUE(exporter.derive(out, "label", {}));
}

}  // namespace
}  // namespace usquic::crypto
