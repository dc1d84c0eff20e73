#include "support/packet_keys.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <array>

#include "base/check.h"
#include "support/wire.h"

namespace usquic::test {
namespace {

constexpr std::size_t iv_bytes = 12;
constexpr std::size_t initial_secret_bytes = 32;
constexpr std::size_t block_bytes = 16;

struct Algorithms {
  gnutls_cipher_algorithm_t aead;
  gnutls_cipher_algorithm_t header;
  gnutls_mac_algorithm_t hash;
};

Algorithms algorithms(PacketCipher cipher) {
  switch (cipher) {
    case PacketCipher::aes_256_gcm:
      return {GNUTLS_CIPHER_AES_256_GCM, GNUTLS_CIPHER_AES_256_CBC, GNUTLS_MAC_SHA384};
    case PacketCipher::chacha20_poly1305:
      return {GNUTLS_CIPHER_CHACHA20_POLY1305, GNUTLS_CIPHER_CHACHA20_32, GNUTLS_MAC_SHA256};
    case PacketCipher::aes_128_gcm:
      break;
  }
  return {GNUTLS_CIPHER_AES_128_GCM, GNUTLS_CIPHER_AES_128_CBC, GNUTLS_MAC_SHA256};
}

gnutls_datum_t datum(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

// RFC 8446 section 7.1, with an empty context.
std::string expand_label(std::string_view secret, PacketCipher cipher, std::string_view label,
                         std::size_t length) {
  const std::string full_label = "tls13 " + std::string(label);
  const std::string info =
      wire_integer(length, 2) + wire_integer(full_label.size(), 1) + full_label + std::string(1, '\0');
  const gnutls_datum_t key = datum(secret);
  const gnutls_datum_t info_datum = datum(info);
  std::string out(length, '\0');
  CHECK(gnutls_hkdf_expand(algorithms(cipher).hash, &key, &info_datum, out.data(), length) == 0);
  return out;
}

// RFC 9001 section 5.1 and RFC 9369 section 3.3.2: "quic key" and its like.
std::string expand(std::string_view secret, PacketSuite suite, std::string_view name, std::size_t length) {
  const std::string prefix = suite.version == quic_version_2 ? "quicv2 " : "quic ";
  return expand_label(secret, suite.cipher, prefix + std::string(name), length);
}

std::shared_ptr<api_aead_cipher_hd_st> make_aead(PacketCipher cipher, std::string_view key) {
  const gnutls_datum_t key_datum = datum(key);
  gnutls_aead_cipher_hd_t handle = nullptr;
  CHECK(gnutls_aead_cipher_init(&handle, algorithms(cipher).aead, &key_datum) == 0);
  return {handle, gnutls_aead_cipher_deinit};
}

std::string seal_with(api_aead_cipher_hd_st* aead, std::string_view nonce, std::string_view header,
                      std::string_view payload) {
  std::string out(payload.size() + PacketKeys::tag_bytes, '\0');
  std::size_t length = out.size();
  CHECK(gnutls_aead_cipher_encrypt(aead, nonce.data(), nonce.size(), header.data(), header.size(),
                                   PacketKeys::tag_bytes, payload.data(), payload.size(), out.data(),
                                   &length) == 0);
  return out;
}

std::size_t key_bytes(PacketSuite suite) {
  return gnutls_cipher_get_key_size(algorithms(suite.cipher).aead);
}

std::shared_ptr<api_cipher_hd_st> make_header_cipher(std::string_view secret, PacketSuite suite) {
  const std::string key = expand(secret, suite, "hp", key_bytes(suite));
  const gnutls_datum_t key_datum = datum(key);
  gnutls_cipher_hd_t handle = nullptr;
  CHECK(gnutls_cipher_init(&handle, algorithms(suite.cipher).header, &key_datum, nullptr) == 0);
  return {handle, gnutls_cipher_deinit};
}

}  // namespace

PacketKeys::PacketKeys(std::string secret, PacketSuite suite, std::shared_ptr<api_cipher_hd_st> header_cipher)
    : suite_(suite),
      secret_(std::move(secret)),
      iv_(expand(secret_, suite, "iv", iv_bytes)),
      aead_(make_aead(suite.cipher, expand(secret_, suite, "key", key_bytes(suite)))),
      header_cipher_(std::move(header_cipher)) {}

PacketKeys::PacketKeys(std::string secret, PacketSuite suite)
    : PacketKeys(secret, suite, make_header_cipher(secret, suite)) {}

PacketKeys PacketKeys::initial(std::string_view client_dcid, bool of_client, std::uint32_t version) {
  constexpr std::string_view salt_of_v1(
      "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a", 20);
  constexpr std::string_view salt_of_v2(
      "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9", 20);
  const gnutls_datum_t key = datum(client_dcid);
  const gnutls_datum_t salt = datum(version == quic_version_2 ? salt_of_v2 : salt_of_v1);
  std::string extracted(initial_secret_bytes, '\0');
  CHECK(gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &key, &salt, extracted.data()) == 0);
  constexpr PacketCipher cipher = PacketCipher::aes_128_gcm;
  return PacketKeys(
      expand_label(extracted, cipher, of_client ? "client in" : "server in", initial_secret_bytes),
      {cipher, version});
}

PacketKeys PacketKeys::next() const {
  return {expand(secret_, suite_, "ku", secret_.size()), suite_, header_cipher_};
}

std::string PacketKeys::nonce(std::uint64_t packet_number) const {
  std::string nonce = iv_;
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[iv_bytes - 1 - i] = static_cast<char>(nonce[iv_bytes - 1 - i] ^ (packet_number >> (8 * i)));
  }
  return nonce;
}

std::string PacketKeys::seal(std::uint64_t packet_number, std::string_view header,
                             std::string_view payload) const {
  return seal_with(aead_.get(), nonce(packet_number), header, payload);
}

std::optional<std::string> PacketKeys::open(std::uint64_t packet_number, std::string_view header,
                                            std::string_view sealed) const {
  if (sealed.size() < tag_bytes) return std::nullopt;
  const std::string nonce_bytes = nonce(packet_number);
  std::string out(sealed.size() - tag_bytes, '\0');
  std::size_t length = out.size();
  if (gnutls_aead_cipher_decrypt(aead_.get(), nonce_bytes.data(), nonce_bytes.size(), header.data(),
                                 header.size(), tag_bytes, sealed.data(), sealed.size(), out.data(),
                                 &length) != 0) {
    return std::nullopt;
  }
  return out;
}

// RFC 9001 sections 5.4.3 and 5.4.4. AES-ECB of a block is AES-CBC with the block as IV and zeros as text,
// and ChaCha20 takes its counter and nonce as one IV: the same calls for both.
std::string PacketKeys::header_mask(std::string_view sample) const {
  std::string iv(sample.substr(0, block_bytes));
  gnutls_cipher_set_iv(header_cipher_.get(), iv.data(), iv.size());
  const std::string zeros(block_bytes, '\0');
  std::string block(block_bytes, '\0');
  CHECK(gnutls_cipher_encrypt2(header_cipher_.get(), zeros.data(), zeros.size(), block.data(),
                               block.size()) == 0);
  return block.substr(0, 5);
}

std::string retry_integrity_tag(std::string_view original_dcid, std::string_view packet) {
  constexpr std::string_view key("\xbe\x0c\x69\x0b\x9f\x66\x57\x5a\x1d\x76\x6b\x54\xe3\x68\xc8\x4e", 16);
  constexpr std::string_view nonce("\x46\x15\x99\xd3\x5d\x63\x2b\xf2\x23\x98\x25\xbb", 12);
  const std::string pseudo_packet =
      wire_integer(original_dcid.size(), 1) + std::string(original_dcid) + std::string(packet);
  return seal_with(make_aead(PacketCipher::aes_128_gcm, key).get(), nonce, pseudo_packet, {});
}

}  // namespace usquic::test
