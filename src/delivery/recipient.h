// One connection, as far as downloads go. Outlives the connection while its bytes are not yet released.
#pragma once

#include <cstddef>
#include <cstdint>

#include "delivery/stall_clock.h"
#include "delivery/waiting_line.h"
#include "files/buffer_pool.h"

namespace usquic::delivery {

struct Recipient : files::BufferShare {
  LineMember line{*this};
  StallClock clock;
  std::size_t open_files = 0;
  std::uint64_t taken = 0;      // bytes that it took from us, sent for the first time or acknowledged
  bool is_stalled = false;      // when it was looked at last
  std::uint64_t last_look = 0;  // its number

  void note_sent(std::uint64_t bytes) { taken += bytes; }
  // What is in flight gets less by acknowledgements alone, and more only by what is sent: a client cannot
  // make it look like progress without taking anything.
  void note_in_flight(std::uint64_t bytes) {
    if (bytes < in_flight_) taken += in_flight_ - bytes;
    in_flight_ = bytes;
  }

 private:
  std::uint64_t in_flight_ = 0;
};

}  // namespace usquic::delivery
