// What is left of a connection in its closing or draining period (RFC 9000 section 10.2): its connection IDs,
// and in the closing period the packet that answers what still comes in.
#pragma once

#include <cstdint>
#include <vector>

#include "base/list.h"
#include "engine/engine.h"
#include "transport/connection_id.h"
#include "transport/connection_id_owner.h"

namespace usquic::engine::ngtcp2 {

struct EndpointCore;

struct ClosedTag {};
struct ReplyTag {};

class ClosedConnection final : public transport::ConnectionIdOwner,
                               public ListHook<ClosedTag>,
                               public ListHook<ReplyTag> {
 public:
  // packet: empty in the draining period, in which nothing is answered. Takes over what `ids` holds, unless
  // it throws std::bad_alloc.
  ClosedConnection(EndpointCore& endpoint, std::vector<transport::ConnectionId>& ids, const Path& path,
                   std::vector<std::uint8_t> packet);
  ~ClosedConnection() override;

  void on_datagram(const Datagram& datagram);
  void on_deadline(TimePoint now) override;

  const Path& path() const { return path_; }
  Bytes packet() const { return packet_; }

 private:
  EndpointCore& endpoint_;
  std::vector<transport::ConnectionId> ids_;
  std::vector<std::uint8_t> packet_;
  Path path_;
  std::uint32_t datagrams_ = 0;
  const DeadlinePlace deadline_place_;
};

}  // namespace usquic::engine::ngtcp2
