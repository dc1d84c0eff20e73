#include "quic/group/group.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace usquic::quic {
namespace {

bool is_valid(const us_quic_group_options_t& o) {
  if (o.struct_size != sizeof(o)) return false;
  if (o.worker_count < 1 || o.worker_count > GroupCounts::max_workers) return false;
  if (o.steering != US_QUIC_STEERING_AUTO && o.steering != US_QUIC_STEERING_NONE) return false;
  // Processes that each made their own would take each other's connections for lost ones.
  if (o.secret == nullptr) return o.directory == nullptr;
  return !is_all_zero(o.secret);
}

}  // namespace

bool is_all_zero(const std::uint8_t* secret) {
  return std::all_of(secret, secret + engine::secret_bytes, [](std::uint8_t octet) { return octet == 0; });
}

Result<std::shared_ptr<Group>> Group::create(const us_quic_group_options_t& options) {
  if (!is_valid(options)) return Error{US_QUIC_E_INVALID};
  if (options.directory != nullptr) {
    if (const Result<void> usable = ProcessChannel::check_directory(options.directory); !usable) {
      return Error{usable.error()};
    }
  }
  return std::make_shared<Group>(options, RandomSource());
}

Group::Group(const us_quic_group_options_t& options, const RandomSource& random)
    : worker_count_(options.worker_count),
      handshakes_(engine::create_shared_handshakes(random)),
      loads_(options.worker_count),
      channels_(options.worker_count),
      thread_ports_(options.worker_count, options.steering == US_QUIC_STEERING_AUTO),
      process_ports_(options.worker_count, options.steering == US_QUIC_STEERING_AUTO) {
  if (options.secret != nullptr) {
    std::memcpy(secret_.data(), options.secret, secret_.size());
  } else {
    random.fill(secret_);
  }
  if (options.directory != nullptr) directory_ = options.directory;
  for (unsigned i = 0; i < worker_count_; ++i) links_.push_back(std::make_shared<WorkerLink>());
}

void Group::read(us_quic_group_stats_t& out) const {
  out = {};
  counts_.read(out);
  for (const auto& link : links_) out.workers += link->is_attached() ? 1 : 0;
  out.is_steered = thread_ports_.is_steered() || process_ports_.is_steered() ? 1 : 0;
}

Result<void> Group::join(unsigned worker, us_loop_t* loop, HandOverReceiver& receiver, const Logger& log) {
  if (worker >= worker_count_ || !links_[worker]->attach(loop, receiver)) return Error{US_QUIC_E_INVALID};
  if (!directory_) return {};
  auto channel = ProcessChannel::open(loop, *directory_, worker, receiver, counts_, log);
  if (!channel) {
    links_[worker]->detach();
    return Error{channel.error()};
  }
  channels_[worker] = *std::move(channel);
  return {};
}

void Group::leave(unsigned worker) {
  links_[worker]->detach();
  channels_[worker].reset();
  counts_.retire(worker);
  loads_.publish(worker, 0, 0);
}

Result<udp::OpenedSocket> Group::open(unsigned worker, const Address& wanted, const udp::OpenOptions& options,
                                      std::size_t id_bytes, const Logger& log) {
  return directory_ ? process_ports_.open(*directory_, worker, wanted, options, id_bytes, log)
                    : thread_ports_.take(worker, wanted, options, id_bytes, log);
}

bool Group::hand_over(unsigned from, Destination to, const Address& peer, const Address& local, Bytes bytes,
                      std::uint8_t ecn) {
  WorkerLink::Given given = links_[to.worker]->give(peer, local, bytes, ecn);
  if (given == WorkerLink::Given::nobody && channels_[from] != nullptr) {
    given = channels_[from]->give(to.worker, peer, local, bytes, ecn);
  }
  if (given == WorkerLink::Given::taken)
    to.is_placed ? counts_.count_passed_on() : counts_.count_handed_over();
  if (given == WorkerLink::Given::dropped) counts_.count_drop();
  return given != WorkerLink::Given::nobody;
}

}  // namespace usquic::quic

us_quic_group_t* us_create_quic_group(const us_quic_group_options_t* options, int* error) {
  int code = US_QUIC_E_INVALID;
  us_quic_group_t* made = nullptr;
  try {
    if (options != nullptr) {
      auto group = usquic::quic::Group::create(*options);
      code = group.error();
      if (group) made = new us_quic_group_t{*std::move(group)};
    }
  } catch (const std::bad_alloc&) {
    code = US_QUIC_E_NOMEM;
  }
  if (error != nullptr) *error = code;
  return made;
}

void us_quic_group_free(us_quic_group_t* group) {
  delete group;
}

void us_quic_group_stats(us_quic_group_t* group, us_quic_group_stats_t* stats) {
  group->group->read(*stats);
}
