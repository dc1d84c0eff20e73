#include "crypto/digest.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace usquic::crypto {

// OpenSSL looks an algorithm up by its name, which is done once here.
bool digest(MutableBytes to, Hash hash, Bytes data) {
  CHECK(to.size() == hash_bytes(hash));
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
  static const EVP_MD* const sha384 = EVP_MD_fetch(nullptr, "SHA2-384", nullptr);
  const EVP_MD* algorithm = hash == Hash::sha384 ? sha384 : sha256;
  return algorithm != nullptr &&
         EVP_Digest(data.data(), data.size(), to.data(), nullptr, algorithm, nullptr) == 1;
}

}  // namespace usquic::crypto
