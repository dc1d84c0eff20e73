// Something that a loop must wake up for.
#pragma once

#include "base/deadline_heap.h"

namespace usquic::quic {

// In a heap that holds nothing else; the heap's owner fires it at its deadline.
class DeadlineTimer : public DeadlineEntry {
 public:
  virtual void fire(TimePoint now) = 0;

 protected:
  ~DeadlineTimer() = default;
};

}  // namespace usquic::quic
