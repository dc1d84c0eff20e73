// Two engines joined in memory, and a network that an input controls: it delivers, changes, repeats, drops
// and invents datagrams, and makes time pass, while both applications go on. Everything reaches one of the
// two engines, the target; the other one is its genuine peer.
//
// GnuTLS draws its own randomness: two runs of an input differ in the bytes of keys, not in what happens.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "input.h"
#include "support/engine_pair.h"

namespace usquic::fuzz {

class DatagramScript {
 public:
  enum class Target { server, client };

  DatagramScript(Input& input, Target target);
  DatagramScript(const DatagramScript&) = delete;
  DatagramScript& operator=(const DatagramScript&) = delete;

  void run();

 private:
  using Packets = std::deque<test::Packet>;

  bool catch_packet(test::Packet& packet);
  void act();
  void exchange();
  void deliver_all(test::Side& side, Packets& packets);
  void deliver(test::Side& side, const Address& from, Bytes datagram);
  void deliver_one();
  void deliver_changed();
  void deliver_from_elsewhere();
  void deliver_joined();
  void deliver_header_and_more();
  void repeat_changed();
  void drop();
  void advance();
  void disturb();
  void client_acts();
  void server_acts();
  void act_on(test::Side& side, test::StreamRecord& s);
  void answer(test::StreamRecord& s);
  void recover();
  void check_records() const;
  const test::Packet* any_past();

  Input& input_;
  test::EnginePair pair_;
  const bool is_http3_;
  test::Side& target_;
  test::Side& peer_;
  Packets to_target_, to_peer_;
  std::vector<test::Packet> past_;  // what both sent first
};

}  // namespace usquic::fuzz
