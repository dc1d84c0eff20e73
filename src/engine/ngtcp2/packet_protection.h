// Packet protection (RFC 9001 section 5): the functions that ngtcp2 calls to encrypt and decrypt packets and
// to mask their headers. All of them are named here, so that another cipher implementation takes their place
// in this file alone.
#pragma once

#include <ngtcp2/ngtcp2.h>

namespace usquic::engine::ngtcp2 {

// Fills in the members of `callbacks` that have to do with keys and ciphers.
void set_packet_protection(ngtcp2_callbacks& callbacks);

}  // namespace usquic::engine::ngtcp2
