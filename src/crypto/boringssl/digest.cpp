#include "crypto/digest.h"

#include <openssl/sha2.h>

#include "base/check.h"

namespace usquic::crypto {

bool digest(MutableBytes to, Hash hash, Bytes data) {
  CHECK(to.size() == hash_bytes(hash));
  if (hash == Hash::sha384) {
    SHA384(data.data(), data.size(), to.data());
  } else {
    SHA256(data.data(), data.size(), to.data());
  }
  return true;
}

}  // namespace usquic::crypto
