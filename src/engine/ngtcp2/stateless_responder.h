// Answers what belongs to no connection: Retry, Version Negotiation, refusals and stateless resets, and what
// a closed connection answers late packets with. They wait for the flush.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include <cstdint>
#include <vector>

#include "base/list.h"
#include "crypto/packet_ciphers.h"
#include "engine/engine.h"
#include "engine/ngtcp2/closed_connection.h"
#include "transport/connection_ids.h"
#include "transport/stateless_queue.h"
#include "transport/stateless_resets.h"
#include "transport/tokens.h"
#include "transport/transport_error.h"

namespace usquic::engine::ngtcp2 {

class StatelessResponder {
 public:
  // All are borrowed. What is sent and what is dropped is counted in `stats`.
  StatelessResponder(const Config& config, const crypto::PacketCiphers& ciphers,
                     const transport::ConnectionIdFactory& id_factory, const transport::Tokens& tokens,
                     us_quic_context_stats_t& stats)
      : config_(config),
        ciphers_(ciphers),
        id_factory_(id_factory),
        tokens_(tokens),
        stats_(stats),
        resets_(id_factory) {}

  // The Initial in `datagram` must come again, with a token.
  void retry(const Datagram& datagram, const ngtcp2_pkt_hd& header);
  // A CONNECTION_CLOSE in an Initial packet, smaller than the one that it answers. Nothing is kept.
  void refuse(const Datagram& datagram, const ngtcp2_pkt_hd& header, transport::TransportError code);
  void negotiate_version(const Datagram& datagram, const ngtcp2_version_cid& header);
  // If it is for this endpoint to say that the connection is gone.
  void reset(TimePoint now, const Datagram& datagram, const ngtcp2_version_cid& header);
  void queue_reply(ClosedConnection& closed);

  bool empty() const { return replies_.empty() && packets_.empty(); }
  void flush(SendBatch& batch);
  // The socket is gone.
  void forget(const void* socket) { packets_.forget(socket); }

 private:
  bool queue(const Datagram& cause, std::vector<std::uint8_t> bytes);

  const Config& config_;
  const crypto::PacketCiphers& ciphers_;
  const transport::ConnectionIdFactory& id_factory_;
  const transport::Tokens& tokens_;
  us_quic_context_stats_t& stats_;
  transport::StatelessResets resets_;
  transport::StatelessQueue packets_;
  List<ClosedConnection, ReplyTag> replies_;
};

}  // namespace usquic::engine::ngtcp2
