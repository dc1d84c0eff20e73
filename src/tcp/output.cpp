#include "tcp/output.h"

#include <sys/socket.h>

#include <cerrno>

#include "tcp/socket_error.h"

namespace usquic::tcp {
namespace {

// In one turn, so that a peer that takes much does not keep others waiting.
constexpr std::size_t max_bytes_per_turn = 256 << 10;
// Encrypted at a time: what is encrypted early waits in memory twice.
constexpr std::size_t max_encrypted = 64 << 10;

}  // namespace

void Output::clear() {
  plain_.clear();
  wire_.clear();
}

// What waits as records goes first. Other records are made for the kernel to take them at once: what it leaves waits.
bool Output::next(tls::StreamSession* tls, OutputMemory& memory, Bytes& bytes) {
  bytes = wire_.front(max_bytes_per_turn);
  if (tls == nullptr || !bytes.empty()) return true;
  std::vector<std::uint8_t>& records = memory.records();
  if (const Bytes plain = plain_.front(max_encrypted); !plain.empty()) {
    if (!tls->send(plain, records)) return false;
    plain_.consume(plain.size());
    if (plain_.empty()) memory.take_back(plain_);
  } else if (state_ == State::ending && !has_close_notify_) {
    has_close_notify_ = true;
    tls->close(records);
  }
  bytes = records;
  return true;
}

Output::Sent Output::sent_all(int fd) {
  if (state_ == State::ending && ::shutdown(fd, SHUT_WR) == 0) state_ = State::ended;
  return {Sent::Outcome::drained};
}

Output::Sent Output::send(int fd, tls::StreamSession* tls, OutputMemory& memory) {
  for (std::size_t sent = 0; sent < max_bytes_per_turn;) {
    Bytes bytes;
    if (!next(tls, memory, bytes)) return {Sent::Outcome::failed};
    if (bytes.empty()) return sent_all(fd);
    ssize_t taken = -1;
    do taken = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    while (taken < 0 && errno == EINTR);
    const int error = taken < 0 ? errno : 0;
    const std::size_t done = taken < 0 ? 0 : static_cast<std::size_t>(taken);
    if (wire_.empty()) {
      if (done < bytes.size()) wire_.append(bytes.subspan(done));
    } else {
      wire_.remove_front(done);
    }
    if (error != 0) {
      is_blocked_ = error == EAGAIN || is_shortage(error);
      return {is_blocked_ ? Sent::Outcome::blocked : Sent::Outcome::failed, error};
    }
    sent += done;
  }
  return {size() == 0 && state_ == State::open ? Sent::Outcome::drained : Sent::Outcome::paused};
}

}  // namespace usquic::tcp
