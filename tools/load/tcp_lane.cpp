#include "load/tcp_lane.h"

#include <utility>

#include "base/system_clock.h"

namespace usquic::tools::load {

TcpLane::TcpLane(tcp_client::Driver& driver, const tcp_client::Setup& setup, const Target& target,
                 std::size_t streams, std::uint64_t requests_per_connection, Delegate& delegate)
    : driver_(driver),
      setup_(setup),
      target_(target),
      streams_(streams),
      max_requests_(requests_per_connection),
      delegate_(delegate) {
  make_multi();
}

TcpLane::~TcpLane() {
  driver_.forget(*this);
  for (const auto& slot : slots_) slot->clear(*multi_);
}

void TcpLane::make_multi() {
  multi_ = std::make_unique<tcp_client::Multi>(
      driver_,
      tcp_client::Multi::Limits{.connections = 1, .streams_per_connection = static_cast<long>(streams_)});
}

bool TcpLane::has_room(std::int64_t now) {
  if (is_open_ && !meter_.has_open()) note_lost();
  const std::size_t under_way = slots_.size() - free_.size();
  if (is_used_up()) return false;
  return is_open_ ? under_way < streams_ : under_way == 0 && now >= not_before_ns_;
}

TcpSlot& TcpLane::take_free() {
  if (free_.empty()) {
    slots_.push_back(std::make_unique<TcpSlot>(static_cast<TcpSlot::Delegate&>(*this)));
    return *slots_.back();
  }
  TcpSlot& slot = *free_.back();
  free_.pop_back();
  return slot;
}

void TcpLane::launch(std::uint64_t number, std::int64_t start_ns, bool is_first) {
  TcpSlot& slot = take_free();
  slot.is_first = is_first;
  if (max_requests_ != 0) ++launched_;
  slot.launch(*multi_, setup_, meter_, target_, number, start_ns);
}

void TcpLane::launch_handshake() {
  take_free().connect(*multi_, setup_, meter_, target_);
}

void TcpLane::on_connected(TcpSlot& slot, std::int64_t connection) {
  if (slot.was_connected()) delegate_.on_repeated(slot);
  if (is_open_ && connection_ == connection) return;
  if (is_open_) note_lost();
  connection_ = connection;
  is_open_ = true;
  answered = 0;
  delegate_.on_opened(*this, monotonic_ns() - slot.launched_ns(), !std::exchange(had_connection_, true));
}

void TcpLane::note_lost() {
  is_open_ = false;
  delegate_.on_lost(*this);
}

void TcpLane::on_done(TcpSlot& slot, const tcp_client::Outcome& outcome) {
  free_.push_back(&slot);
  if (outcome.is_ok()) ++answered;
  delegate_.on_done(*this, slot, outcome);
  // Its connection is closed with all that libcurl keeps of it, outside of libcurl's calls.
  if (is_used_up() && free_.size() == slots_.size()) return driver_.run_soon(*this);
  delegate_.on_room(*this);
}

void TcpLane::run() {
  for (const auto& slot : slots_) slot->clear(*multi_);
  if (is_open_) note_lost();
  make_multi();
  connection_.reset();
  launched_ = 0;
  had_connection_ = false;  // the next one takes no other's place
  delegate_.on_room(*this);
}

}  // namespace usquic::tools::load
