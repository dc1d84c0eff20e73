// Two engines over a network that loses, delays, repeats and reorders, while both applications make, write,
// give up and end streams as an input says. Whatever happened: what arrives is what was sent, every stream
// ends once, static memory is released once, all credit comes back, and a shutdown ends.
#pragma once

#include <map>
#include <string>

#include "input.h"
#include "support/engine_pair.h"

namespace usquic::fuzz {

class TransferScript {
 public:
  explicit TransferScript(Input& input);
  TransferScript(const TransferScript&) = delete;
  TransferScript& operator=(const TransferScript&) = delete;

  void run();

 private:
  // What an application did with a stream.
  struct Use {
    std::string sent;
    std::size_t consumed = 0;
    bool has_headers = false;
    bool is_finished = false;
    bool is_given_up = false;  // reset, stopped or detached
  };
  struct Lent;

  // What happens.
  void attach(test::Side& side);
  bool pass(test::Packet& packet);
  void act();
  void change_network();
  void open(test::Side& side);
  void act_inside(test::Side& side, test::StreamRecord& s);
  void act_on_any(test::Side& side);
  void act_on(test::Side& side, test::StreamRecord& s);
  void give_up(test::StreamRecord& s);
  void respond(test::StreamRecord& s);
  void write(test::StreamRecord& s, std::size_t length);
  void write_static(test::StreamRecord& s, std::size_t length);
  void finish(test::Side& side, test::StreamRecord& s);
  void consume(test::StreamRecord& s);

  // What must hold.
  static test::ConnectionRecord* connection_of(test::Side& side);
  bool is_alive();
  void calm_down();
  void settle();
  static bool has_streams(test::Side& side);
  void check_bodies() const;
  void check_direction(const test::StreamRecord& from, const test::StreamRecord& to) const;
  void check_credit(test::Side& from, test::Side& to);
  std::size_t unread(test::Side& side, std::size_t first) const;
  void check_stream_credit(test::Side& side, engine::Direction direction);
  void check_shutdown();
  void check_ends();

  Input& input_;
  test::EnginePair pair_;
  test::SeededRandom random_;
  const bool is_http3_;
  const bool checks_credit_;  // takes most of the time
  bool acts_inside_ = false;
  bool is_settling_ = false;
  bool was_ended_early_ = false;  // shut down or closed by the script
  bool was_disturbed_ = false;    // packets were lost or held: a connection may be near its idle timeout
  std::uint64_t loss_percent_ = 0, repeat_percent_ = 0, jitter_ms_ = 0;
  std::size_t to_lose_ = 0;  // the next so many datagrams of anybody
  std::map<const test::StreamRecord*, Use> uses_;
  std::size_t lent_ = 0, released_ = 0;
  std::uint8_t next_byte_ = 0;
};

}  // namespace usquic::fuzz
