// A generator's connections: opened, lost, replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "load/generator_memory.h"
#include "load/lane_queue.h"
#include "load/measurement.h"
#include "load/plan.h"
#include "load/ticket_wait.h"

namespace usquic::tools::load {

class ConnectionSet {
 public:
  class Delegate {
   public:
    virtual ~Delegate() = default;
    // Or nullptr, and what was wrong.
    virtual us_quic_socket_context_t* create_context(Failure& failure) = 0;
    // Every lane had its first connection, or failed to.
    virtual void on_all_tried() = 0;
  };

  // size: connections at a time. generator: what callbacks find in a connection's memory.
  ConnectionSet(const Plan& plan, const Target& target, std::size_t size, Measurement& measurement,
                Delegate& delegate, Generator& generator);

  // context: of all connections; nullptr: each has its own.
  void use(us_quic_socket_context_t* context) { context_ = context; }
  // As many as may be under way at a time; called again whenever there may be room.
  void start();
  void opened(Connection& connection, std::int64_t now);
  void closed(Connection& connection, const us_quic_close_info_t& info);
  // After a GOAWAY: another takes its place.
  void retire(Connection& connection);

  // What the handshake owes the server is sent at the end of the iteration; then the connection may close,
  // where it has the ticket that the next one is to offer.
  void close_when_sent(Connection& connection);
  void close_sent();

  // With a count to reach, a server that stays away would never end the run.
  void give_up_without_server(std::int64_t now);

  void on_measuring_began(std::int64_t now);
  Traffic traffic() const;
  const std::vector<Lane>& lanes() const { return lanes_; }

 private:
  bool may_connect() const;
  void connect(Lane& lane);
  void connect_failed(Lane& lane, const Failure& failure);
  void note_tried(Lane& lane);
  // Frees what was made for one connection only.
  void release_context(us_quic_socket_context_t* context);

  const Plan& plan_;
  const Target& target_;
  Measurement& measurement_;
  Delegate& delegate_;
  Generator& generator_;
  us_quic_socket_context_t* context_ = nullptr;
  std::vector<Lane> lanes_;
  LaneQueue to_connect_;
  std::vector<Connection*> to_close_;
  TicketWait ticket_wait_;
  std::uint64_t connecting_ = 0;
  std::uint64_t tried_ = 0;
  std::uint64_t started_ = 0;
  std::int64_t last_open_ns_ = 0;
  Traffic traffic_closed_;
};

}  // namespace usquic::tools::load
