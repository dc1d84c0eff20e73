// A BIO over bytes that the running call was lent: OpenSSL reads what the peer sent from them, and what it writes is appended
// to them. Between calls they hold nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "tls/libssl/handles.h"

namespace usquic::tls::libssl {

struct LentBytes {
  Bytes incoming;                                 // what was not read yet
  std::vector<std::uint8_t>* outgoing = nullptr;  // where to
};

// nullptr: no memory.
BioMethodHandle make_lent_bytes_method();
// The method and the bytes outlive it. nullptr: no memory.
BioHandle bio_of(const BIO_METHOD* method, LentBytes& bytes);

}  // namespace usquic::tls::libssl
