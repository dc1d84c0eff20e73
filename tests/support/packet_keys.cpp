#include "support/packet_keys.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include <array>

#include "base/check.h"
#include "support/wire.h"

namespace usquic::test {
namespace {

constexpr std::size_t key_bytes = 16;
constexpr std::size_t iv_bytes = 12;
constexpr std::size_t secret_bytes = 32;

gnutls_datum_t datum(std::string_view text) {
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())),
          static_cast<unsigned>(text.size())};
}

// RFC 8446 section 7.1, with an empty context.
std::string expand_label(std::string_view secret, std::string_view label, std::size_t length) {
  const std::string full_label = "tls13 " + std::string(label);
  const std::string info =
      wire_integer(length, 2) + wire_integer(full_label.size(), 1) + full_label + std::string(1, '\0');
  const gnutls_datum_t key = datum(secret);
  const gnutls_datum_t info_datum = datum(info);
  std::string out(length, '\0');
  CHECK(gnutls_hkdf_expand(GNUTLS_MAC_SHA256, &key, &info_datum, out.data(), length) == 0);
  return out;
}

std::shared_ptr<api_aead_cipher_hd_st> make_aead(std::string_view key) {
  const gnutls_datum_t key_datum = datum(key);
  gnutls_aead_cipher_hd_t handle = nullptr;
  CHECK(gnutls_aead_cipher_init(&handle, GNUTLS_CIPHER_AES_128_GCM, &key_datum) == 0);
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

// AES-ECB of one block is AES-CBC of it with an IV of zeros.
std::shared_ptr<api_cipher_hd_st> make_header_cipher(std::string_view secret) {
  const std::string key = expand_label(secret, "quic hp", key_bytes);
  const std::string zeros(16, '\0');
  const gnutls_datum_t key_datum = datum(key);
  const gnutls_datum_t iv_datum = datum(zeros);
  gnutls_cipher_hd_t handle = nullptr;
  CHECK(gnutls_cipher_init(&handle, GNUTLS_CIPHER_AES_128_CBC, &key_datum, &iv_datum) == 0);
  return {handle, gnutls_cipher_deinit};
}

}  // namespace

PacketKeys::PacketKeys(std::string secret, std::shared_ptr<api_cipher_hd_st> header_cipher)
    : secret_(std::move(secret)),
      iv_(expand_label(secret_, "quic iv", iv_bytes)),
      aead_(make_aead(expand_label(secret_, "quic key", key_bytes))),
      header_cipher_(std::move(header_cipher)) {}

PacketKeys::PacketKeys(std::string secret) : PacketKeys(secret, make_header_cipher(secret)) {}

PacketKeys PacketKeys::initial(std::string_view client_dcid, bool of_client) {
  constexpr std::string_view salt_bytes(
      "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a", 20);
  const gnutls_datum_t key = datum(client_dcid);
  const gnutls_datum_t salt = datum(salt_bytes);
  std::string extracted(secret_bytes, '\0');
  CHECK(gnutls_hkdf_extract(GNUTLS_MAC_SHA256, &key, &salt, extracted.data()) == 0);
  return PacketKeys(expand_label(extracted, of_client ? "client in" : "server in", secret_bytes));
}

PacketKeys PacketKeys::next() const {
  return {expand_label(secret_, "quic ku", secret_bytes), header_cipher_};
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

std::string PacketKeys::header_mask(std::string_view sample) const {
  std::string zeros(16, '\0');
  gnutls_cipher_set_iv(header_cipher_.get(), zeros.data(), zeros.size());
  std::string block(16, '\0');
  CHECK(gnutls_cipher_encrypt2(header_cipher_.get(), sample.data(), 16, block.data(), block.size()) == 0);
  return block.substr(0, 5);
}

std::string retry_integrity_tag(std::string_view original_dcid, std::string_view packet) {
  constexpr std::string_view key("\xbe\x0c\x69\x0b\x9f\x66\x57\x5a\x1d\x76\x6b\x54\xe3\x68\xc8\x4e", 16);
  constexpr std::string_view nonce("\x46\x15\x99\xd3\x5d\x63\x2b\xf2\x23\x98\x25\xbb", 12);
  const std::string pseudo_packet =
      wire_integer(original_dcid.size(), 1) + std::string(original_dcid) + std::string(packet);
  return seal_with(make_aead(key).get(), nonce, pseudo_packet, {});
}

}  // namespace usquic::test
