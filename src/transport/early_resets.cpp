#include "transport/early_resets.h"

#include "base/varint.h"

namespace usquic::transport {
namespace {

constexpr std::uint8_t stream_with_length = 0x0a;  // RFC 9000 section 19.8

}  // namespace

void EarlyResets::begin(Bytes datagram, bool may_hold) {
  end_ = may_hold ? datagram.data() + datagram.size() : nullptr;
  is_held_ = false;
}

Bytes EarlyResets::again(Bytes datagram, std::span<const std::int64_t> streams) {
  is_held_ = false;
  for (const std::int64_t id : streams) {
    front_.push_back(stream_with_length);
    append_longest_varint(front_, static_cast<std::uint64_t>(id));
    front_.push_back(0);
  }
  datagram_.assign(datagram.begin(), datagram.end());
  datagram_.resize(datagram.size() + front_.size());
  end_ = datagram_.data() + datagram_.size();
  return datagram_;
}

void EarlyResets::end() {
  end_ = nullptr;
  front_ = {};
  datagram_ = {};
}

}  // namespace usquic::transport
