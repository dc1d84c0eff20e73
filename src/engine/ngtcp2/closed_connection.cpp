#include "engine/ngtcp2/closed_connection.h"

#include <bit>

#include "engine/ngtcp2/endpoint_core.h"

namespace usquic::engine::ngtcp2 {

ClosedConnection::ClosedConnection(EndpointCore& endpoint, std::vector<transport::ConnectionId>& ids,
                                   const Path& path, std::vector<std::uint8_t> packet)
    : ConnectionIdOwner(Kind::closed),
      endpoint_(endpoint),
      packet_(std::move(packet)),
      path_(path),
      deadline_place_(endpoint.deadlines) {
  ids_.swap(ids);
  for (const transport::ConnectionId& id : ids_) endpoint_.ids.replace(id, *this);
}

ClosedConnection::~ClosedConnection() {
  for (const transport::ConnectionId& id : ids_) endpoint_.ids.erase(id, *this);
}

void ClosedConnection::on_datagram(const Datagram& datagram) {
  ++datagrams_;
  // Fewer and fewer answers, and only to the address that was validated (RFC 9000 section 10.2.1).
  if (packet_.empty() || !std::has_single_bit(datagrams_)) return;
  if (datagram.path->socket != path_.socket || !(datagram.path->remote == path_.remote)) return;
  endpoint_.responder.queue_reply(*this);
}

void ClosedConnection::on_deadline(TimePoint /*now*/) {
  delete this;
}

}  // namespace usquic::engine::ngtcp2
