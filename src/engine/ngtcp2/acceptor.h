// Lets new clients in: what their Initial packets are answered with, and the connections that begin with them.
#pragma once

#include <ngtcp2/ngtcp2.h>

#include "engine/ngtcp2/endpoint_core.h"
#include "transport/admission.h"

namespace usquic::engine::ngtcp2 {

class Acceptor {
 public:
  explicit Acceptor(EndpointCore& endpoint) : endpoint_(endpoint) {}

  // A packet with a long header came, for a connection ID that is not known.
  void accept(TimePoint now, const Datagram& datagram);
  // It may be let in.
  bool is_first_packet(const Datagram& datagram) const;

 private:
  // What accept() does not drop.
  bool read(const Datagram& datagram, NewClients policy, ngtcp2_pkt_hd& header) const;
  void open_connection(TimePoint now, const Datagram& datagram, const ngtcp2_pkt_hd& header,
                       const transport::Admission& admission);

  EndpointCore& endpoint_;
};

}  // namespace usquic::engine::ngtcp2
