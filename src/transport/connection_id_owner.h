// What a connection ID leads to: a live connection, or what is left of a closed one.
#pragma once

#include <cstdint>

#include "base/deadline_heap.h"
#include "base/time.h"

namespace usquic::transport {

class ConnectionIdOwner : public DeadlineEntry {
 public:
  enum class Kind : std::uint8_t { live, closed };

  explicit ConnectionIdOwner(Kind kind) : kind_(kind) {}
  virtual ~ConnectionIdOwner() = default;
  virtual void on_deadline(TimePoint now) = 0;

  // An engine has one type for each: datagrams go to it without a virtual call.
  Kind kind() const { return kind_; }

 private:
  const Kind kind_;
};

}  // namespace usquic::transport
