#include "quic/group/process_ports.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include "base/file_descriptor.h"
#include "quic/group/process_channel.h"
#include "udp/steering.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

// The workers whose sockets are bound to a port, in the kernel's order, kept in a file of the group's folder. One process
// at a time has it, from before it binds until it has written.
class BindOrder {
 public:
  BindOrder(const std::string& directory, std::uint16_t port)
      : directory_(directory), path_(directory + "/order-" + std::to_string(port)) {
    lock_ = FileDescriptor(::open((path_ + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_.is_open() || flock(lock_.get(), LOCK_EX) != 0) return;
    std::ifstream file(path_);
    for (unsigned worker = 0; file >> worker;) workers_.push_back(worker);
    drop_dead();
  }

  // Of sockets that closed the last one took the place.
  void add(unsigned worker) {
    remove(worker);
    workers_.push_back(worker);
    std::ofstream file(path_, std::ios::trunc);
    for (const unsigned each : workers_) file << each << '\n';
  }

  bool empty() const { return workers_.empty(); }
  // All of them, each at its index.
  bool is_complete(unsigned count) const {
    if (!lock_.is_open() || workers_.size() != count) return false;
    for (unsigned i = 0; i < count; ++i) {
      if (workers_[i] != i) return false;
    }
    return true;
  }

 private:
  void drop_dead() {
    for (const unsigned worker : std::vector<unsigned>(workers_)) {
      if (!ProcessChannel::is_alive(directory_, worker)) remove(worker);
    }
  }
  void remove(unsigned worker) {
    const auto found = std::ranges::find(workers_, worker);
    if (found == workers_.end()) return;
    *found = workers_.back();
    workers_.pop_back();
  }

  const std::string directory_;
  const std::string path_;
  FileDescriptor lock_;  // flock(2) goes with the descriptor
  std::vector<unsigned> workers_;
};

}  // namespace

Result<udp::OpenedSocket> ProcessPorts::open(const std::string& directory, unsigned worker,
                                             const Address& wanted, const udp::OpenOptions& options,
                                             std::size_t id_bytes, const Logger& log) {
  if (wanted.port() == 0) {
    log.log(LogLevel::error, "group: workers that are processes need a port that is not 0");
    return Error{US_QUIC_E_INVALID};
  }
  BindOrder order(directory, wanted.port());
  udp::OpenOptions shared = options;
  shared.reuse_port = true;
  auto opened = udp::open_socket(wanted, shared, log);
  if (!opened) return opened;
  order.add(worker);
  bool is_steered = false;
  if (steers_ && workers_ > 1 && order.is_complete(workers_)) {
    is_steered = udp::attach_steering(opened->fd, udp::steering_program(id_bytes, workers_));
    if (!is_steered) {
      log.log(LogLevel::info, "group: the kernel takes no steering program (%s); datagrams are handed over",
              std::strerror(errno));
    }
  } else if (workers_ > 1) {
    udp::detach_steering(opened->fd);  // it was made for another order
  }
  is_steered_.store(is_steered, std::memory_order_relaxed);
  return opened;
}

}  // namespace usquic::quic
