// An in-memory network with virtual time and a seeded random source, joining engines without sockets. The
// same seed gives the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "engine/engine.h"

namespace usquic::test {

// What a link does to each datagram, in one direction. Probabilities are 0 to 1.
struct LinkConditions {
  Duration delay = std::chrono::milliseconds(10);
  Duration jitter{};  // added evenly between 0 and this: larger than the spacing of datagrams, it reorders
  double loss = 0;
  double duplication = 0;
  double corruption = 0;  // one bit flipped somewhere
  double reordering = 0;  // held back by `reordering_delay`
  Duration reordering_delay = std::chrono::milliseconds(30);
  std::size_t mtu = 65535;  // larger UDP payloads vanish
  // Periods in which nothing passes: `blackhole_on` of silence after `blackhole_off` of normal work, in turn.
  Duration blackhole_on{};
  Duration blackhole_off{};
  // Bytes a second, 0 = no limit; the queue before it holds `queue_bytes`, more is dropped.
  std::uint64_t bandwidth = 0;
  std::size_t queue_bytes = 128 * 1024;
};

// One datagram's fate, as written to the trace.
struct TraceEntry {
  TimePoint time;
  Address from;
  Address to;
  std::size_t size;
  bool delivered;
  friend bool operator==(const TraceEntry&, const TraceEntry&) = default;
};

class SimNetwork {
 public:
  explicit SimNetwork(std::uint64_t seed);
  SimNetwork(const SimNetwork&) = delete;
  SimNetwork& operator=(const SimNetwork&) = delete;

  TimePoint now() const { return now_; }
  // A random source for an engine's Config, fed by the seed.
  RandomSource random_source();
  double chance();  // evenly in [0, 1)

  // Joins an endpoint at an address. The endpoint must outlive the network's runs.
  void attach(engine::Endpoint& endpoint, const Address& address);
  void set_conditions(const LinkConditions& both_ways);
  void set_conditions(const Address& from, const LinkConditions& conditions);
  // NAT rebinding: from now on datagrams of `inside` show as coming from `outside`, and come back there.
  void rebind(const Address& inside, const Address& outside);

  // The path an endpoint uses to reach `remote` from `local`.
  engine::Path path(const Address& local, const Address& remote);

  // Runs until `done` or until `limit` of virtual time has passed or nothing is left to
  // happen. Returns done().
  bool run_until(const std::function<bool()>& done, Duration limit);
  void run_for(Duration time);

  const std::vector<TraceEntry>& trace() const { return trace_; }
  std::size_t dropped() const { return dropped_; }

 private:
  struct Node {
    engine::Endpoint* endpoint;
    Address address;
    LinkConditions out;
    TimePoint link_free{};  // when the bandwidth-limited link has sent what is queued
  };
  struct InFlight {
    TimePoint arrival;
    std::uint64_t order;
    Node* to;
    Address from;
    std::vector<std::uint8_t> bytes;
    engine::Ecn ecn;
    bool operator>(const InFlight& other) const {
      return arrival != other.arrival ? arrival > other.arrival : order > other.order;
    }
  };
  class Batch;

  void send(Node& from, const engine::Path& path, Bytes bytes, engine::Ecn ecn);
  void transmit(Node& from, Node& to, const Address& shown_from, Bytes bytes, engine::Ecn ecn,
                Duration extra);
  bool deliver_due();
  bool expire_due();
  bool flush_all();
  TimePoint next_event() const;
  Node* node_at(const Address& address);
  bool in_blackhole(const LinkConditions& conditions) const;

  std::mt19937_64 engine_random_;
  std::mt19937_64 link_random_;
  TimePoint now_{std::chrono::seconds(1000)};
  const TimePoint start_ = now_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::pair<Address, Address>> rebound_;  // inside, outside
  std::priority_queue<InFlight, std::vector<InFlight>, std::greater<>> in_flight_;
  std::uint64_t next_order_ = 0;
  std::size_t dropped_ = 0;
  std::vector<TraceEntry> trace_;
};

}  // namespace usquic::test
