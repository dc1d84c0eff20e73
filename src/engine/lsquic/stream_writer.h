// Hands what the application sent on a stream over to lsquic, inside lsquic's callbacks.
#pragma once

#include <cstdint>

#include "engine/lsquic/stream.h"

namespace usquic::engine::lsquic {

class StreamWriter {
 public:
  explicit StreamWriter(LsquicStream& s) : s_(s) {}

  // lsquic takes some.
  void write();
  // There is something to hand over.
  bool has_work() const;
  // The peer wants no more.
  void stopped();
  // The application let go of the stream before it ended it, and all that it had written is sent: the peer must not
  // take that for the end.
  void abandon();

 private:
  enum class Step : std::uint8_t { done, blocked };

  bool is_over() const;
  Step write_sections();
  Step write_trailers();
  bool is_buffer_flushed();
  Step write_body();
  Step send(OutgoingSection& section);
  void finish();
  void tell_writable();

  LsquicStream& s_;
};

}  // namespace usquic::engine::lsquic
