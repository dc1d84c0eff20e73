// A context's part in its group: what comes for other workers goes to them, and what they got for this one is received.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/result.h"
#include "quic/group/group.h"
#include "quic/group/newcomers.h"
#include "udp/receive_batch.h"
#include "usquic/quic.h"

namespace usquic::quic {

class GroupMembership final : private HandOverReceiver {
 public:
  // Errors: as of Group::join. Throws std::bad_alloc.
  static Result<std::unique_ptr<GroupMembership>> join(us_quic_socket_context_t& context,
                                                       std::shared_ptr<Group> group, unsigned worker);
  ~GroupMembership();
  GroupMembership(const GroupMembership&) = delete;
  GroupMembership& operator=(const GroupMembership&) = delete;

  // This worker's socket of a port that all listen on.
  Result<udp::OpenedSocket> open(const Address& wanted, const udp::OpenOptions& options);
  // The socket takes new clients from here on, also such as another worker sends; until here.
  void begin_listening(const us_quic_socket_t& socket);
  void end_listening(const us_quic_socket_t& socket);
  // Datagrams come that were received at once.
  void begin_batch() { newcomers_.begin_batch(); }
  // Whether it is another worker's datagram, who has it now. Throws std::bad_alloc.
  bool pass_on(us_quic_socket_t& socket, const udp::Received& datagram);
  // For us_quic_group_stats, once an iteration.
  void publish();

 private:
  GroupMembership(us_quic_socket_context_t& context, std::shared_ptr<Group> group, unsigned worker);
  Destination destination_of(us_quic_socket_t& socket, const udp::Received& datagram);
  void on_handed_over(const HandedBatch& batch) override;
  void receive(const HandedBatch& batch);
  us_quic_socket_t* find_socket(std::uint16_t port) const;

  us_quic_socket_context_t& context_;
  const std::shared_ptr<Group> group_;
  const unsigned worker_;
  Newcomers newcomers_;
  std::uint64_t listening_ = 0;  // for WorkerLoads: a sum over the ports of sockets that listen
  bool is_joined_ = false;
  std::vector<udp::Received> received_;  // of the batch that was handed over
};

}  // namespace usquic::quic
