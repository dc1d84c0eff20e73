#include "quic/group/newcomers.h"

#include <algorithm>

namespace usquic::quic {
namespace {

// RFC 8999 section 5.1. Empty: it has none.
std::string_view long_header_id(Bytes datagram) {
  constexpr std::size_t length_at = 5;
  constexpr std::size_t id_at = length_at + 1;
  if (datagram.size() < id_at || (datagram[0] & 0x80) == 0) return {};
  if (datagram.size() < id_at + datagram[length_at]) return {};
  return {reinterpret_cast<const char*>(datagram.data()) + id_at, datagram[length_at]};
}

}  // namespace

std::optional<unsigned> Newcomers::find(Bytes datagram) const {
  if (sent_on_.empty() && staying_.empty()) return std::nullopt;
  const std::string_view id = long_header_id(datagram);
  if (std::ranges::find(staying_, id) != staying_.end()) return worker_;
  const auto found = sent_on_.find(id);
  return found != sent_on_.end() ? std::optional(found->second) : std::nullopt;
}

unsigned Newcomers::place(Bytes datagram, TimePoint now) {
  forget(now);
  const std::string_view id = long_header_id(datagram);
  const unsigned to = remembered_.size() < max_remembered && !id.empty() ? loads_.choose(worker_) : worker_;
  if (to != worker_) {
    remembered_.push_back({now + handshake_time_, std::string(id)});
    sent_on_.emplace(id, to);
  } else {
    staying_.emplace_back(id);
  }
  loads_.add(to);
  return to;
}

void Newcomers::forget(TimePoint now) {
  while (!remembered_.empty() && remembered_.front().until <= now) {
    sent_on_.erase(remembered_.front().id);
    remembered_.pop_front();
  }
}

}  // namespace usquic::quic
