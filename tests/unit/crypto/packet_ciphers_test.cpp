#include "crypto/packet_ciphers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "support/rfc9001_samples.h"

namespace usquic::crypto {
namespace {

using namespace test;

constexpr Aead all_ciphers[] = {Aead::aes_128_gcm, Aead::aes_256_gcm, Aead::chacha20_poly1305};

std::string nonce_of(std::string_view iv, std::uint64_t number) {
  std::string nonce = from_hex(iv);
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce.size() - 1 - i] = static_cast<char>(nonce[nonce.size() - 1 - i] ^ (number >> (8 * i)));
  }
  return nonce;
}

std::string seal(AeadKey& key, std::string_view nonce, std::string_view header, std::string_view payload) {
  std::vector<std::uint8_t> out(payload.size() + aead_tag_bytes);
  EXPECT_TRUE(key.seal(out.data(), as_bytes(payload), as_bytes(nonce).data(), as_bytes(header)));
  return std::string(as_text(out));
}

std::string mask(HeaderKey& key, std::string_view sample) {
  std::vector<std::uint8_t> out(header_mask_bytes);
  EXPECT_TRUE(key.mask(out.data(), as_bytes(sample).data()));
  return std::string(as_text(out));
}

// Every test for both sources. Where "fastest" is the TLS library, for the lack of anything faster, that one
// is tested twice.
class PacketCiphersTest : public testing::TestWithParam<CipherSource> {
 protected:
  std::unique_ptr<AeadKey> aead(Aead cipher, std::string_view key_hex) const {
    return ciphers_->aead_key(cipher, as_bytes(from_hex(key_hex)).data());
  }
  std::unique_ptr<HeaderKey> header(Aead cipher, std::string_view key_hex) const {
    return ciphers_->header_key(cipher, as_bytes(from_hex(key_hex)).data());
  }

  void expect_sample(Aead cipher, const SampleKeys& keys, const SamplePacket& sample) const {
    const std::string header_bytes = from_hex(sample.header);
    const std::string nonce = nonce_of(keys.iv, sample.number);
    const std::string sealed = seal(*aead(cipher, keys.key), nonce, header_bytes, sample.payload);
    std::string packet = header_bytes + sealed;
    const std::size_t number_at = header_bytes.size() - sample.number_bytes;
    const std::string m =
        mask(*header(cipher, keys.header_key), packet.substr(number_at + 4, header_sample_bytes));
    EXPECT_EQ(to_hex(as_bytes(m)), sample.mask);
    const bool is_long = (packet[0] & 0x80) != 0;
    packet[0] = static_cast<char>(packet[0] ^ (m[0] & (is_long ? 0x0f : 0x1f)));
    for (std::size_t i = 0; i < sample.number_bytes; ++i) {
      packet[number_at + i] = static_cast<char>(packet[number_at + i] ^ m[1 + i]);
    }
    EXPECT_EQ(to_hex(as_bytes(packet)), sample.packet);

    std::vector<std::uint8_t> opened(sample.payload.size());
    EXPECT_TRUE(aead(cipher, keys.key)
                    ->open(opened.data(), as_bytes(sealed), as_bytes(nonce).data(), as_bytes(header_bytes)));
    EXPECT_EQ(as_text(opened), sample.payload);
  }

  std::unique_ptr<PacketCiphers> ciphers_ = make_packet_ciphers(GetParam());
};

TEST_P(PacketCiphersTest, ProtectTheClientInitialOfRfc9001AppendixA2) {
  expect_sample(Aead::aes_128_gcm, client_initial_keys, client_initial_packet());
}

TEST_P(PacketCiphersTest, ProtectTheServerInitialOfRfc9001AppendixA3) {
  expect_sample(Aead::aes_128_gcm, server_initial_keys, server_initial_packet());
}

TEST_P(PacketCiphersTest, MakeTheRetryIntegrityTagOfRfc9001AppendixA4) {
  const std::string packet = from_hex(retry_packet);
  const std::string pseudo_packet =
      from_hex("08" + std::string(sample_dcid)) + packet.substr(0, packet.size() - aead_tag_bytes);
  const std::string tag = seal(*aead(Aead::aes_128_gcm, "be0c690b9f66575a1d766b54e368c84e"),
                               from_hex("461599d35d632bf2239825bb"), pseudo_packet, "");
  EXPECT_EQ(to_hex(as_bytes(tag)), retry_packet.substr(retry_packet.size() - 2 * aead_tag_bytes));
}

TEST_P(PacketCiphersTest, ProtectTheChaCha20PacketOfRfc9001AppendixA5) {
  expect_sample(Aead::chacha20_poly1305, chacha20_keys, chacha20_packet());
}

// AES-256 has no sample there. FIPS 197 appendix C.3: one block is what a mask begins with.
TEST_P(PacketCiphersTest, MaskHeadersByAes256AsInFips197) {
  const auto key =
      header(Aead::aes_256_gcm, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(to_hex(as_bytes(mask(*key, from_hex("00112233445566778899aabbccddeeff")))), "8ea2b7ca51");
}

// A length around every boundary of the ciphers' blocks, up to what a datagram holds.
std::vector<std::size_t> lengths(std::mt19937_64& random) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i <= 300; ++i) out.push_back(i);
  for (std::size_t i = 0; i < 200; ++i) out.push_back(random() % 1500);
  for (std::size_t i = 0; i < 20; ++i) out.push_back(random() % 65528);
  return out;
}

std::string random_text(std::mt19937_64& random, std::size_t length) {
  std::string text(length, '\0');
  std::ranges::generate(text, [&] { return static_cast<char>(random()); });
  return text;
}

TEST_P(PacketCiphersTest, AgreeWithTheTlsLibraryInBothDirections) {
  std::mt19937_64 random(1);
  const auto library = tls_library_ciphers();
  for (const auto cipher : all_ciphers) {
    const std::string key_bytes = random_text(random, max_cipher_key_bytes);
    const auto own = ciphers_->aead_key(cipher, as_bytes(key_bytes).data());
    const auto other = library->aead_key(cipher, as_bytes(key_bytes).data());
    for (const std::size_t length : lengths(random)) {
      const std::string nonce = random_text(random, aead_nonce_bytes);
      const std::string header_bytes = random_text(random, 1 + random() % 60);
      const std::string payload = random_text(random, length);
      const std::string sealed = seal(*own, nonce, header_bytes, payload);
      ASSERT_EQ(sealed, seal(*other, nonce, header_bytes, payload))
          << static_cast<int>(cipher) << " " << length;
      std::vector<std::uint8_t> opened(length + 1);
      ASSERT_TRUE(own->open(opened.data(), as_bytes(sealed), as_bytes(nonce).data(), as_bytes(header_bytes)));
      ASSERT_EQ(as_text(opened).substr(0, length), payload) << static_cast<int>(cipher) << " " << length;
      ASSERT_EQ(opened[length], 0) << "wrote too much";
    }
  }
}

TEST_P(PacketCiphersTest, AgreeWithTheTlsLibraryAboutMasks) {
  std::mt19937_64 random(2);
  const auto library = tls_library_ciphers();
  for (const auto cipher : all_ciphers) {
    const std::string key_bytes = random_text(random, max_cipher_key_bytes);
    const auto own = ciphers_->header_key(cipher, as_bytes(key_bytes).data());
    const auto other = library->header_key(cipher, as_bytes(key_bytes).data());
    for (int i = 0; i < 100; ++i) {
      const std::string sample = random_text(random, header_sample_bytes);
      ASSERT_EQ(mask(*own, sample), mask(*other, sample)) << static_cast<int>(cipher);
    }
  }
}

TEST_P(PacketCiphersTest, WorkInPlaceAtAnyAddress) {
  std::mt19937_64 random(3);
  for (const auto cipher : all_ciphers) {
    const std::string key_bytes = random_text(random, max_cipher_key_bytes);
    const auto key = ciphers_->aead_key(cipher, as_bytes(key_bytes).data());
    for (const std::size_t length : lengths(random)) {
      const std::size_t shift = random() % 64;
      const std::string nonce = random_text(random, aead_nonce_bytes);
      const std::string header_bytes = random_text(random, 20);
      const std::string payload = random_text(random, length);
      std::vector<std::uint8_t> room(shift + length + aead_tag_bytes);
      std::uint8_t* at = room.data() + shift;
      std::ranges::copy(payload, at);
      ASSERT_TRUE(key->seal(at, {at, length}, as_bytes(nonce).data(), as_bytes(header_bytes)));
      ASSERT_EQ(as_text({at, length + aead_tag_bytes}), seal(*key, nonce, header_bytes, payload));
      ASSERT_TRUE(
          key->open(at, {at, length + aead_tag_bytes}, as_bytes(nonce).data(), as_bytes(header_bytes)));
      ASSERT_EQ(as_text({at, length}), payload);
    }
  }
}

TEST_P(PacketCiphersTest, RefuseWhatWasChangedAnywhere) {
  std::mt19937_64 random(4);
  for (const auto cipher : all_ciphers) {
    const std::string key_bytes = random_text(random, max_cipher_key_bytes);
    const auto key = ciphers_->aead_key(cipher, as_bytes(key_bytes).data());
    const std::string nonce = random_text(random, aead_nonce_bytes);
    const std::string header_bytes = random_text(random, 20);
    const std::string sealed = seal(*key, nonce, header_bytes, random_text(random, 40));
    std::vector<std::uint8_t> opened(sealed.size());
    const auto opens = [&](std::string_view n, std::string_view h, std::string_view s) {
      return key->open(opened.data(), as_bytes(s), as_bytes(n).data(), as_bytes(h));
    };
    const auto flipped = [](std::string text, std::size_t bit) {
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << (bit % 8)));
      return text;
    };
    ASSERT_TRUE(opens(nonce, header_bytes, sealed));
    for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
      ASSERT_FALSE(opens(nonce, header_bytes, flipped(sealed, bit)))
          << static_cast<int>(cipher) << " " << bit;
    }
    for (std::size_t bit = 0; bit < 8 * header_bytes.size(); ++bit) {
      ASSERT_FALSE(opens(nonce, flipped(header_bytes, bit), sealed))
          << static_cast<int>(cipher) << " " << bit;
    }
    for (std::size_t bit = 0; bit < 8 * nonce.size(); ++bit) {
      ASSERT_FALSE(opens(flipped(nonce, bit), header_bytes, sealed))
          << static_cast<int>(cipher) << " " << bit;
    }
    // Cut short, also below a tag's length.
    for (std::size_t length = 0; length < sealed.size(); ++length) {
      ASSERT_FALSE(opens(nonce, header_bytes, sealed.substr(0, length)))
          << static_cast<int>(cipher) << " " << length;
    }
  }
}

TEST_P(PacketCiphersTest, MakeNoKeysForCiphersThatAreNotForQuic) {
  const std::uint8_t key[max_cipher_key_bytes] = {};
  for (const int number : {3, 4, 255}) {
    const auto none = static_cast<Aead>(number);
    EXPECT_EQ(ciphers_->aead_key(none, key), nullptr);
    EXPECT_EQ(ciphers_->header_key(none, key), nullptr);
  }
}

TEST_P(PacketCiphersTest, KeysThatWaitForTheirUseAreAsOthers) {
  std::mt19937_64 random(5);
  for (const auto cipher : all_ciphers) {
    const std::string key_bytes = random_text(random, max_cipher_key_bytes);
    const auto other = ciphers_->aead_key(cipher, as_bytes(key_bytes).data());
    const auto sealing = make_lazy_aead_key(*ciphers_, cipher, as_bytes(key_bytes).data());
    const auto opening = make_lazy_aead_key(*ciphers_, cipher, as_bytes(key_bytes).data());
    for (int i = 0; i < 3; ++i) {
      const std::string nonce = random_text(random, aead_nonce_bytes);
      const std::string sealed = seal(*sealing, nonce, "header", "payload");
      EXPECT_EQ(sealed, seal(*other, nonce, "header", "payload"));
      std::vector<std::uint8_t> opened(7);
      EXPECT_TRUE(opening->open(opened.data(), as_bytes(sealed), as_bytes(nonce).data(), as_bytes("header")));
      EXPECT_EQ(as_text(opened), "payload");
    }
  }
}

TEST(PacketCiphers, TheFastestAreThoseOfIpsecMbWhereTheyAreThere) {
  // What is known of the build and of the processor, apart from the library's own word.
#if defined(USQUIC_TEST_IPSEC_MB) && defined(__x86_64__)
  const bool is_expected = __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
#else
  const bool is_expected = false;
#endif
  EXPECT_EQ(ipsec_mb_ciphers() != nullptr, is_expected);
}

INSTANTIATE_TEST_SUITE_P(Sources, PacketCiphersTest,
                         testing::Values(CipherSource::fastest, CipherSource::tls_library),
                         [](const testing::TestParamInfo<CipherSource>& source) {
                           return source.param == CipherSource::fastest ? "Fastest" : "TlsLibrary";
                         });

}  // namespace
}  // namespace usquic::crypto
