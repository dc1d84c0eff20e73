#include "transport/packet_run.h"

#include <algorithm>

#include "base/check.h"

namespace usquic::transport {
namespace {

bool is_same(const engine::Path& a, const engine::Path& b) {
  return &a == &b || (a.remote == b.remote && a.local == b.local);
}

}  // namespace

MutableBytes PacketRun::room(std::size_t most) {
  if (!held_.bytes.empty() && !place_held()) return {};
  if (packets_ > 0 && length_ + most > max_bytes) commit();
  if (room_.empty()) room_ = batch_.reserve(socket_);
  if (room_.empty()) return {};
  const std::size_t end = std::min(room_.size(), max_bytes);
  return room_.subspan(length_, std::min(end - length_, most));
}

void PacketRun::add(std::size_t length, const engine::Path& path, engine::Ecn ecn, bool goes_alone) {
  const bool fits =
      packets_ == 0 || (!goes_alone && length <= segment_ && ecn == ecn_ && is_same(path, path_));
  if (!fits) {
    const auto packet = room_.subspan(length_, length);
    held_.bytes.assign(packet.begin(), packet.end());
    held_.path = path;
    held_.ecn = ecn;
    held_.goes_alone = goes_alone;
    commit();
    place_held();
    return;
  }
  if (packets_ == 0) begin(path, ecn, length);
  length_ += length;
  ++packets_;
  if (goes_alone || length < segment_ || packets_ == max_packets) commit();
}

void PacketRun::begin(const engine::Path& path, engine::Ecn ecn, std::size_t segment) {
  path_ = path;
  ecn_ = ecn;
  segment_ = segment;
}

bool PacketRun::place_held() {
  CHECK(packets_ == 0);
  if (room_.empty()) room_ = batch_.reserve(socket_);
  if (room_.empty()) return false;
  std::copy(held_.bytes.begin(), held_.bytes.end(), room_.begin());
  begin(held_.path, held_.ecn, held_.bytes.size());
  length_ = held_.bytes.size();
  packets_ = 1;
  held_.bytes.clear();
  if (held_.goes_alone) commit();
  return true;
}

void PacketRun::commit() {
  if (packets_ == 0) return;
  batch_.commit(path_, ecn_, length_, segment_);
  room_ = {};
  length_ = 0;
  packets_ = 0;
}

}  // namespace usquic::transport
