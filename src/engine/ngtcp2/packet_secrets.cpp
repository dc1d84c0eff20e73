#include "engine/ngtcp2/packet_secrets.h"

#include <ngtcp2/ngtcp2_crypto.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace usquic::engine::ngtcp2 {
namespace {

struct Labels {
  std::string_view key;
  std::string_view iv;
  std::string_view header_key;
  std::string_view update;
};

constexpr Labels labels_of_v1{"quic key", "quic iv", "quic hp", "quic ku"};
constexpr Labels labels_of_v2{"quicv2 key", "quicv2 iv", "quicv2 hp", "quicv2 ku"};

using Salt = std::array<std::uint8_t, 20>;
constexpr Salt salt_of_v1{0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                          0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr Salt salt_of_v2{0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                          0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};

const Labels& labels(std::uint32_t version) {
  return version == NGTCP2_PROTO_VER_V2 ? labels_of_v2 : labels_of_v1;
}

// ngtcp2's GnuTLS part has numbers where other libraries have objects.
void* native(int gnutls_name) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr)
  return reinterpret_cast<void*>(static_cast<std::intptr_t>(gnutls_name));
}

// RFC 8446 section 7.1, with an empty context.
bool expand_label(MutableBytes to, const ngtcp2_crypto_md& md, Bytes secret, std::string_view label) {
  constexpr std::string_view prefix = "tls13 ";
  constexpr std::size_t max_label = 16;
  CHECK(label.size() <= max_label && to.size() <= UINT8_MAX);
  std::array<std::uint8_t, 3 + prefix.size() + max_label + 1> info{};
  info[1] = static_cast<std::uint8_t>(to.size());
  info[2] = static_cast<std::uint8_t>(prefix.size() + label.size());
  auto end = std::ranges::copy(prefix, info.begin() + 3).out;
  end = std::ranges::copy(label, end).out;
  *end++ = 0;
  return ngtcp2_crypto_hkdf_expand(to.data(), to.size(), &md, secret.data(), secret.size(), info.data(),
                                   static_cast<std::size_t>(end - info.begin())) == 0;
}

std::size_t key_bytes(const ngtcp2_crypto_ctx& context) {
  const std::size_t length = gnutls_cipher_get_key_size(cipher_of(context.aead));
  CHECK(length <= crypto::max_cipher_key_bytes);
  return length;
}

}  // namespace

PacketKeys::~PacketKeys() {
  gnutls_memset(this, 0, sizeof(*this));
}

HeaderProtectionKey::~HeaderProtectionKey() {
  gnutls_memset(this, 0, sizeof(*this));
}

InitialSecrets::~InitialSecrets() {
  gnutls_memset(this, 0, sizeof(*this));
}

bool derive_initial_secrets(InitialSecrets& to, std::uint32_t version, const ngtcp2_cid& client_dcid) {
  const ngtcp2_crypto_ctx context = initial_crypto_context();
  const Salt& salt = version == NGTCP2_PROTO_VER_V2 ? salt_of_v2 : salt_of_v1;
  std::array<std::uint8_t, initial_secret_bytes> common{};
  return ngtcp2_crypto_hkdf_extract(common.data(), &context.md, client_dcid.data, client_dcid.datalen,
                                    salt.data(), salt.size()) == 0 &&
         expand_label(to.client, context.md, common, "client in") &&
         expand_label(to.server, context.md, common, "server in");
}

bool derive_packet_keys(PacketKeys& to, std::uint32_t version, const ngtcp2_crypto_ctx& context,
                        Bytes secret) {
  const Labels& label = labels(version);
  return expand_label({to.key, key_bytes(context)}, context.md, secret, label.key) &&
         expand_label(to.iv, context.md, secret, label.iv);
}

bool derive_header_key(HeaderProtectionKey& to, std::uint32_t version, const ngtcp2_crypto_ctx& context,
                       Bytes secret) {
  return expand_label({to.key, key_bytes(context)}, context.md, secret, labels(version).header_key);
}

bool derive_next_secret(MutableBytes to, std::uint32_t version, const ngtcp2_crypto_ctx& context,
                        Bytes secret) {
  return expand_label(to, context.md, secret, labels(version).update);
}

ngtcp2_crypto_ctx initial_crypto_context() {
  ngtcp2_crypto_ctx context{};
  context.aead.native_handle = native(GNUTLS_CIPHER_AES_128_GCM);
  context.aead.max_overhead = crypto::aead_tag_bytes;
  context.md.native_handle = native(GNUTLS_DIG_SHA256);
  return context;
}

gnutls_cipher_algorithm_t cipher_of(const ngtcp2_crypto_aead& aead) {
  return static_cast<gnutls_cipher_algorithm_t>(reinterpret_cast<std::intptr_t>(aead.native_handle));
}

}  // namespace usquic::engine::ngtcp2
