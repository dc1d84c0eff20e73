#include "crypto/packet_secrets.h"

#include <array>
#include <string_view>

#include "crypto/hkdf.h"
#include "crypto/quic_versions.h"
#include "crypto/secret_bytes.h"

namespace usquic::crypto {
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
  return version == quic_version_2 ? labels_of_v2 : labels_of_v1;
}

}  // namespace

PacketKeys::~PacketKeys() {
  wipe(key);
  wipe(iv);
}

HeaderProtectionKey::~HeaderProtectionKey() {
  wipe(key);
}

InitialSecrets::~InitialSecrets() {
  wipe(client);
  wipe(server);
}

bool derive_initial_secrets(InitialSecrets& to, std::uint32_t version, Bytes client_dcid) {
  constexpr Hash hash = initial_cipher_suite.hash;
  const Salt& salt = version == quic_version_2 ? salt_of_v2 : salt_of_v1;
  std::array<std::uint8_t, initial_secret_bytes> common{};
  return hkdf_extract(common, hash, client_dcid, salt) &&
         hkdf_expand_label(to.client, hash, common, "client in") &&
         hkdf_expand_label(to.server, hash, common, "server in");
}

bool derive_packet_keys(PacketKeys& to, std::uint32_t version, CipherSuite suite, Bytes secret) {
  const Labels& label = labels(version);
  return hkdf_expand_label({to.key, key_bytes(suite.aead)}, suite.hash, secret, label.key) &&
         hkdf_expand_label(to.iv, suite.hash, secret, label.iv);
}

bool derive_header_key(HeaderProtectionKey& to, std::uint32_t version, CipherSuite suite, Bytes secret) {
  return hkdf_expand_label({to.key, key_bytes(suite.aead)}, suite.hash, secret, labels(version).header_key);
}

bool derive_next_secret(MutableBytes to, std::uint32_t version, CipherSuite suite, Bytes secret) {
  return hkdf_expand_label(to, suite.hash, secret, labels(version).update);
}

}  // namespace usquic::crypto
