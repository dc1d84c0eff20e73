#include "support/sim_network.h"

#include <algorithm>

namespace usquic::test {

SimNetwork::SimNetwork(std::uint64_t seed)
    : engine_random_(seed), link_random_(seed ^ 0x9e3779b97f4a7c15ULL) {}

RandomSource SimNetwork::random_source() {
  return RandomSource(
      [](void* user, std::uint8_t* data, std::size_t length) {
        auto& random = static_cast<SimNetwork*>(user)->engine_random_;
        for (std::size_t i = 0; i < length; ++i) data[i] = static_cast<std::uint8_t>(random());
      },
      this);
}

double SimNetwork::chance() {
  return static_cast<double>(link_random_() >> 11) * 0x1.0p-53;
}

void SimNetwork::attach(engine::Endpoint& endpoint, const Address& address) {
  nodes_.push_back(std::make_unique<Node>(Node{&endpoint, address, {}, {}}));
}

void SimNetwork::set_conditions(const LinkConditions& both_ways) {
  for (auto& node : nodes_) node->out = both_ways;
}

void SimNetwork::set_conditions(const Address& from, const LinkConditions& conditions) {
  node_at(from)->out = conditions;
}

void SimNetwork::rebind(const Address& inside, const Address& outside) {
  std::erase_if(rebound_, [&](const auto& entry) { return entry.first == inside; });
  rebound_.emplace_back(inside, outside);
}

SimNetwork::Node* SimNetwork::node_at(const Address& address) {
  for (auto& node : nodes_) {
    if (node->address == address) return node.get();
  }
  return nullptr;
}

engine::Path SimNetwork::path(const Address& local, const Address& remote) {
  return {local, remote, node_at(local)};
}

// Hands packets of a flush to the links, one by one.
class SimNetwork::Batch final : public engine::SendBatch {
 public:
  explicit Batch(SimNetwork& network) : network_(network), room_(run_capacity) {}

  MutableBytes reserve(void* /*socket*/) override { return room_; }

  void commit(const engine::Path& path, engine::Ecn ecn, std::size_t length,
              std::size_t segment_size) override {
    sent_ = true;
    auto* node = static_cast<Node*>(path.socket);
    for (std::size_t at = 0; at < length; at += segment_size) {
      network_.send(*node, path, Bytes(room_).subspan(at, std::min(segment_size, length - at)), ecn);
    }
  }

  bool sent() const { return sent_; }

 private:
  SimNetwork& network_;
  std::vector<std::uint8_t> room_;
  bool sent_ = false;
};

bool SimNetwork::in_blackhole(const LinkConditions& conditions) const {
  if (conditions.blackhole_on <= Duration::zero()) return false;
  const Duration phase = (now_ - start_) % (conditions.blackhole_on + conditions.blackhole_off);
  return phase >= conditions.blackhole_off;
}

void SimNetwork::send(Node& from, const engine::Path& path, Bytes bytes, engine::Ecn ecn) {
  Address target = path.remote;
  Address shown = from.address;
  for (const auto& [inside, outside] : rebound_) {
    if (inside == from.address) shown = outside;
    if (outside == target) target = inside;
  }
  // After a rebinding the old outside address leads nowhere.
  const bool is_stale = std::any_of(rebound_.begin(), rebound_.end(),
                                    [&](const auto& entry) { return entry.first == path.remote; });
  Node* to = is_stale ? nullptr : node_at(target);
  const LinkConditions& link = from.out;
  const bool is_lost = to == nullptr || bytes.size() > link.mtu || in_blackhole(link) || chance() < link.loss;
  trace_.push_back({now_, shown, path.remote, bytes.size(), !is_lost});
  if (is_lost) {
    ++dropped_;
    return;
  }
  transmit(from, *to, shown, bytes, ecn, Duration::zero());
  if (chance() < link.duplication) transmit(from, *to, shown, bytes, ecn, std::chrono::milliseconds(1));
}

void SimNetwork::transmit(Node& from, Node& to, const Address& shown_from, Bytes bytes, engine::Ecn ecn,
                          Duration extra) {
  const LinkConditions& link = from.out;
  std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
  if (!copy.empty() && chance() < link.corruption) {
    copy[link_random_() % copy.size()] ^= static_cast<std::uint8_t>(1U << (link_random_() % 8));
  }
  TimePoint departure = now_;
  if (link.bandwidth > 0) {
    const TimePoint start = std::max(now_, from.link_free);
    const Duration waiting = start - now_;
    if (static_cast<double>(waiting.count()) * static_cast<double>(link.bandwidth) / 1e9 >
        static_cast<double>(link.queue_bytes)) {
      ++dropped_;
      return;
    }
    departure = start + Duration(static_cast<std::int64_t>(bytes.size() * 1'000'000'000ULL / link.bandwidth));
    from.link_free = departure;
  }
  Duration delay = link.delay + extra;
  if (link.jitter > Duration::zero()) {
    delay += Duration(static_cast<std::int64_t>(chance() * static_cast<double>(link.jitter.count())));
  }
  if (chance() < link.reordering) delay += link.reordering_delay;
  in_flight_.push(InFlight{departure + delay, next_order_++, &to, shown_from, std::move(copy), ecn});
}

bool SimNetwork::deliver_due() {
  bool any = false;
  while (!in_flight_.empty() && in_flight_.top().arrival <= now_) {
    InFlight datagram = in_flight_.top();
    in_flight_.pop();
    any = true;
    const engine::Path path{datagram.to->address, datagram.from, datagram.to};
    const engine::Datagram one{&path, datagram.bytes, datagram.ecn};
    datagram.to->endpoint->receive(now_, {&one, 1});
  }
  return any;
}

bool SimNetwork::expire_due() {
  bool any = false;
  for (auto& node : nodes_) {
    if (node->endpoint->deadline() > now_) continue;
    node->endpoint->expire(now_);
    any = true;
  }
  return any;
}

bool SimNetwork::flush_all() {
  bool any = false;
  for (auto& node : nodes_) {
    if (!node->endpoint->wants_flush()) continue;
    Batch batch(*this);
    node->endpoint->flush(now_, batch);
    any = any || batch.sent();
  }
  return any;
}

TimePoint SimNetwork::next_event() const {
  TimePoint next = in_flight_.empty() ? never : in_flight_.top().arrival;
  for (const auto& node : nodes_) next = std::min(next, node->endpoint->deadline());
  return next;
}

bool SimNetwork::run_until(const std::function<bool()>& done, Duration limit) {
  const TimePoint end = now_ + limit;
  for (;;) {
    // A flush that sent something may want another (the send quantum); time stands still meanwhile.
    while (flush_all()) {
      if (done()) return true;
    }
    if (done()) return true;
    const TimePoint next = next_event();
    if (next == never || next > end) {
      now_ = end;
      return done();
    }
    now_ = std::max(now_, next);
    deliver_due();
    expire_due();
  }
}

void SimNetwork::run_for(Duration time) {
  run_until([] { return false; }, time);
}

}  // namespace usquic::test
