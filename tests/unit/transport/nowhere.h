// An owner of connection IDs that datagrams are never passed to.
#pragma once

#include "transport/connection_ids.h"

namespace usquic::transport {

class Nowhere final : public ConnectionIdOwner {
 public:
  Nowhere() : ConnectionIdOwner(Kind::live) {}
  void on_deadline(TimePoint /*now*/) override {}
};

}  // namespace usquic::transport
