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

bool Output::fill_wire(tls::StreamSession* tls) {
  if (tls == nullptr || !wire_.empty()) return true;
  if (const Bytes next = plain_.front(max_encrypted); !next.empty()) {
    if (!tls->send(next, wire_.appendable())) return false;
    plain_.remove_front(next.size());
  } else if (state_ == State::ending && !has_close_notify_) {
    has_close_notify_ = true;
    tls->close(wire_.appendable());
  }
  return true;
}

Output::Sent Output::send(int fd, tls::StreamSession* tls) {
  for (std::size_t sent = 0; sent < max_bytes_per_turn;) {
    if (!fill_wire(tls)) return {Sent::Outcome::failed};
    if (wire_.empty()) {
      if (state_ == State::ending && ::shutdown(fd, SHUT_WR) == 0) state_ = State::ended;
      return {Sent::Outcome::drained};
    }
    const Bytes next = wire_.front(max_bytes_per_turn - sent);
    const ssize_t taken = ::send(fd, next.data(), next.size(), MSG_NOSIGNAL);
    if (taken < 0) {
      if (errno == EINTR) continue;
      is_blocked_ = errno == EAGAIN || is_shortage(errno);
      return {is_blocked_ ? Sent::Outcome::blocked : Sent::Outcome::failed, errno};
    }
    wire_.remove_front(static_cast<std::size_t>(taken));
    sent += static_cast<std::size_t>(taken);
  }
  return {size() == 0 && state_ == State::open ? Sent::Outcome::drained : Sent::Outcome::paused};
}

}  // namespace usquic::tcp
