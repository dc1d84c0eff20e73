// Certificates and keys made at run time, for tests: no key is kept in the repository and none expires there.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace usquic::test {

enum class KeyType { ecdsa_p256, ecdsa_p384, ed25519, rsa_2048 };

// PEM texts: a certificate chain, leaf first, and the leaf's private key (PKCS#8).
struct Identity {
  std::string certificate;
  std::string key;
};

struct LeafOptions {
  std::string common_name = "leaf";
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::vector<std::string> uris;  // in the subjectAltName before the others
  KeyType key_type = KeyType::ecdsa_p256;
  // Seconds from now.
  std::int64_t valid_from = -3600;
  std::int64_t valid_until = 24 * 3600;
  bool for_clients = false;  // extended key usage clientAuth in place of serverAuth
};

// A certificate authority: a self-signed root, or an intermediate below another.
class Authority {
 public:
  explicit Authority(std::string_view common_name = "usquic test root");
  ~Authority();
  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;

  // This authority's own certificate in PEM: what a peer must be given as a trusted root.
  const std::string& certificate() const;
  // The chain in the result holds the leaf and every intermediate, not the root.
  Identity issue(const LeafOptions& options) const;
  Authority intermediate(std::string_view common_name) const;

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A leaf for these DNS names, as most tests want it.
Identity leaf_for(const Authority& authority, std::vector<std::string> dns_names,
                  KeyType key_type = KeyType::ecdsa_p256);
// And with more names, so that the certificate has some kilobytes.
Identity large_leaf_for(const Authority& authority, const std::string& dns_name);
// The same key as an encrypted PKCS#8 PEM. BoringSSL does not read PBES2 as GnuTLS writes it: the algorithm of its HMAC has
// no parameters there, and RFC 8018 appendix B.1.2 wants NULL.
enum class KeyEncryptionScheme { pbes2_aes_256, pkcs12_3des };
std::string encrypt_key(const std::string& key_pem, const std::string& passphrase,
                        KeyEncryptionScheme scheme);

// The common name of a certificate in DER.
std::string common_name(std::span<const std::uint8_t> der);

}  // namespace usquic::test
