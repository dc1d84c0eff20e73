// A group of workers: what they share, and how a datagram comes to the worker whose connection it is of.
//
// Every worker of this process is a thread. Workers of other processes are reached over Unix sockets in a folder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "base/log.h"
#include "base/result.h"
#include "engine/engine.h"
#include "loop/loop.h"
#include "quic/group/group_counts.h"
#include "quic/group/process_channel.h"
#include "quic/group/process_ports.h"
#include "quic/group/thread_ports.h"
#include "quic/group/worker_link.h"
#include "quic/group/worker_loads.h"
#include "usquic/quic_group.h"

namespace usquic::quic {

// Memory that was meant to be filled, most likely: everybody would know what derives from such a secret.
bool is_all_zero(const std::uint8_t* secret);

// Where a datagram belongs.
struct Destination {
  unsigned worker = 0;
  bool is_placed = false;  // a new client's, who may be anywhere and is to be there
};

class Group {
 public:
  // Errors: US_QUIC_E_INVALID, _ACCESS. Throws std::bad_alloc.
  static Result<std::shared_ptr<Group>> create(const us_quic_group_options_t& options);

  Group(const us_quic_group_options_t& options, const RandomSource& random);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  unsigned worker_count() const { return worker_count_; }
  const std::array<std::uint8_t, engine::secret_bytes>& secret() const { return secret_; }
  const std::shared_ptr<transport::SharedHandshakes>& handshakes() const { return handshakes_; }
  GroupCounts& counts() { return counts_; }
  WorkerLoads& loads() { return loads_; }
  // Any thread.
  void read(us_quic_group_stats_t& out) const;

  // From the worker's thread. Errors: US_QUIC_E_INVALID, there is a worker of this index; _ACCESS, _IO, _NOMEM of its Unix
  // socket. Throws std::bad_alloc.
  Result<void> join(unsigned worker, us_loop_t* loop, HandOverReceiver& receiver, const Logger& log);
  void leave(unsigned worker);
  Result<udp::OpenedSocket> open(unsigned worker, const Address& wanted, const udp::OpenOptions& options,
                                 std::size_t id_bytes, const Logger& log);
  // Whether the datagram is another worker's now, or lost. False: no such worker is there. Throws std::bad_alloc.
  bool hand_over(unsigned from, Destination to, const Address& peer, const Address& local, Bytes bytes,
                 std::uint8_t ecn);

 private:
  const unsigned worker_count_;
  std::array<std::uint8_t, engine::secret_bytes> secret_{};
  const std::shared_ptr<transport::SharedHandshakes> handshakes_;
  GroupCounts counts_;
  WorkerLoads loads_;
  std::vector<std::shared_ptr<WorkerLink>> links_;         // by index
  std::vector<std::unique_ptr<ProcessChannel>> channels_;  // of workers of this process, each its thread's
  std::optional<std::string> directory_;                   // where workers are processes
  ThreadPorts thread_ports_;
  ProcessPorts process_ports_;
};

}  // namespace usquic::quic

// The public type.
struct us_quic_group_t {
  std::shared_ptr<usquic::quic::Group> group;
};
