// Packet protection (RFC 9001 section 5): keys from TLS's secrets, and the functions that ngtcp2 calls to
// encrypt and decrypt packets and to mask their headers. The key schedule is in crypto/packet_secrets.h, the
// ciphers are in crypto/packet_ciphers.h.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "base/bytes.h"
#include "crypto/cipher_suite.h"
#include "crypto/packet_ciphers.h"
#include "tls/quic_handshake.h"

namespace usquic::engine::ngtcp2 {

struct ConnectionCore;
class PacketReader;

// Fills in the members of `callbacks` that have to do with keys and ciphers. Their user is a
// ConnectionParts.
void set_packet_protection(ngtcp2_callbacks& callbacks);

// Gives ngtcp2 the keys of a level and direction. false: no memory, the TLS library failed, or ngtcp2 did.
// `reader` sees what 1-RTT packets hold.
bool install_secret(const ConnectionCore& core, PacketReader& reader, ngtcp2_encryption_level level,
                    tls::Direction direction, crypto::CipherSuite suite, Bytes secret);

// Packets of a server that keeps no state: a Retry (RFC 9000 section 17.2.5), and a CONNECTION_CLOSE in an Initial
// packet (RFC 9000 section 5.2.2). `client` is the header of the packet that they answer, `source` this side's
// connection ID. Both return the length; 0: they do not fit, no memory, or the TLS library failed.
std::size_t write_retry(MutableBytes to, const crypto::PacketCiphers& ciphers, const ngtcp2_pkt_hd& client,
                        const ngtcp2_cid& source, Bytes token);
std::size_t write_refusal(MutableBytes to, const crypto::PacketCiphers& ciphers, const ngtcp2_pkt_hd& client,
                          std::uint64_t error_code);

}  // namespace usquic::engine::ngtcp2
