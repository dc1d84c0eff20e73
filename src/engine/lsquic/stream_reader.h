// Reads what came on a stream and tells the application, inside lsquic's callbacks.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "engine/lsquic/stream.h"

namespace usquic::engine::lsquic {

class StreamReader {
 public:
  explicit StreamReader(LsquicStream& s) : s_(s) {}

  // There is something to read.
  void read();
  // lsquic holds one more header section.
  void section_waits() { ++s_.in_.waiting_sets; }
  // The peer reset the stream.
  void reset();
  // Of lsquic_stream_readf(): how many of the bytes were taken.
  std::size_t take(Bytes data);
  // Nobody waits for its header section any more, which did not come in time.
  void give_up();

 private:
  enum class Step : std::uint8_t { more, done };

  bool may_deliver() const;
  bool is_over() const;
  Step read_section();
  Step read_body();
  bool is_at_end();
  bool is_too_short() const;
  void deliver_section(int kind);
  void deliver_end();
  void stop_reading();
  void refuse(int reason);
  void answer_oversized();

  LsquicStream& s_;
};

}  // namespace usquic::engine::lsquic
