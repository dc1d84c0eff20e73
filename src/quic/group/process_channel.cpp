#include "quic/group/process_channel.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "engine/option_list.h"
#include "usquic/error.h"

namespace usquic::quic {
namespace {

// In front of the datagram. Both ends are the same library on one machine, and a run of another version shows itself.
struct Head {
  std::uint32_t version = 1;
  std::uint32_t ecn = 0;
  Address peer;
  Address local;
};

constexpr std::size_t max_message_bytes = sizeof(Head) + 65'536;
constexpr int most_messages_at_once = 64;

std::string path_of(const std::string& directory, unsigned worker) {
  return directory + "/worker-" + std::to_string(worker);
}

// Nothing: it is too long.
std::optional<sockaddr_un> unix_address(const std::string& path) {
  sockaddr_un address{};
  if (path.size() >= sizeof(address.sun_path)) return std::nullopt;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  return address;
}

FileDescriptor unix_socket() {
  return FileDescriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

bool connect_to(const FileDescriptor& fd, const std::string& path) {
  const auto address = unix_address(path);
  return address && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof(*address)) == 0;
}

int code_of(int error_number) {
  return error_number == EACCES || error_number == EPERM ? US_QUIC_E_ACCESS : US_QUIC_E_IO;
}

// Of the message's sender; nothing: the kernel told none.
std::optional<uid_t> user_of(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_CREDENTIALS) continue;
    ucred credentials;
    std::memcpy(&credentials, CMSG_DATA(part), sizeof(credentials));
    return credentials.uid;
  }
  return std::nullopt;
}

}  // namespace

Result<void> ProcessChannel::check_directory(const std::string& directory) {
  if (!unix_address(path_of(directory, option_bounds::max_worker_index))) return Error{US_QUIC_E_INVALID};
  struct stat found {};
  if (stat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) return Error{US_QUIC_E_ACCESS};
  const bool is_ours = found.st_uid == geteuid();
  const bool is_closed = (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  return is_ours && is_closed ? Result<void>() : Error{US_QUIC_E_ACCESS};
}

bool ProcessChannel::is_alive(const std::string& directory, unsigned worker) {
  const FileDescriptor fd = unix_socket();
  return fd.is_open() && connect_to(fd, path_of(directory, worker));
}

Result<std::unique_ptr<ProcessChannel>> ProcessChannel::open(us_loop_t* loop, const std::string& directory,
                                                             unsigned worker, HandOverReceiver& receiver,
                                                             GroupCounts& counts, const Logger& log) {
  if (is_alive(directory, worker)) {
    log.log(LogLevel::error, "group: another process is worker %u in %s", worker, directory.c_str());
    return Error{US_QUIC_E_INVALID};
  }
  const std::string path = path_of(directory, worker);
  const sockaddr_un address = *unix_address(path);
  FileDescriptor fd = unix_socket();
  const int wanted = 1;
  ::unlink(path.c_str());  // of a process that is gone
  const bool is_bound = fd.is_open() &&
                        setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &wanted, sizeof(wanted)) == 0 &&
                        bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
                        chmod(path.c_str(), S_IRUSR | S_IWUSR) == 0;
  if (!is_bound) {
    const int error_number = errno;
    log.log(LogLevel::error, "group: %s: %s", path.c_str(), std::strerror(error_number));
    return Error{code_of(error_number)};
  }
  const int raw = fd.get();
  std::unique_ptr<ProcessChannel> made(
      new ProcessChannel(directory, worker, std::move(fd), receiver, counts));
  if (const auto started = made->start(loop, raw, readable, true); !started) return Error{started.error()};
  return made;
}

ProcessChannel::ProcessChannel(std::string directory, unsigned worker, FileDescriptor fd,
                               HandOverReceiver& receiver, GroupCounts& counts)
    : directory_(std::move(directory)),
      worker_(worker),
      fd_(std::move(fd)),
      receiver_(receiver),
      counts_(counts),
      buffer_(max_message_bytes) {}

ProcessChannel::~ProcessChannel() {
  stop();
  ::unlink(path_of(directory_, worker_).c_str());
}

void ProcessChannel::on_ready(unsigned /*events*/) {
  batch_.clear();
  for (int i = 0; i < most_messages_at_once && receive_one(); ++i) {
  }
  if (!batch_.datagrams.empty()) receiver_.on_handed_over(batch_);
}

// False: there is no more. What is malformed, or another user's, is passed over.
bool ProcessChannel::receive_one() {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(ucred))];
  iovec part{buffer_.data(), buffer_.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof(control);
  const ssize_t length = recvmsg(fd_.get(), &message, MSG_CMSG_CLOEXEC);
  if (length < 0) return errno == EINTR;
  const auto user = user_of(message);
  const bool is_trusted = user && (*user == geteuid() || *user == 0);
  const bool is_whole =
      static_cast<std::size_t>(length) > sizeof(Head) && (message.msg_flags & MSG_TRUNC) == 0;
  if (!is_trusted || !is_whole) return true;
  Head head;
  std::memcpy(&head, buffer_.data(), sizeof(head));
  if (head.version != Head().version) return true;
  const Bytes bytes = Bytes(buffer_).first(static_cast<std::size_t>(length)).subspan(sizeof(head));
  batch_.datagrams.push_back(
      {head.peer, head.local, static_cast<std::uint8_t>(head.ecn & 3), batch_.bytes.size(), bytes.size()});
  batch_.bytes.insert(batch_.bytes.end(), bytes.begin(), bytes.end());
  return true;
}

WorkerLink::Given ProcessChannel::give(unsigned worker, const Address& peer, const Address& local,
                                       Bytes bytes, std::uint8_t ecn) {
  std::unique_ptr<Way>& way = ways_[worker];
  if (way == nullptr) way = std::make_unique<Way>(loop(), path_of(directory_, worker), counts_);
  Head head;
  head.ecn = ecn;
  head.peer = peer;
  head.local = local;
  std::vector<std::uint8_t> message(sizeof(head) + bytes.size());
  std::memcpy(message.data(), &head, sizeof(head));
  std::ranges::copy(bytes, message.begin() + sizeof(head));
  return way->send(std::move(message));
}

ProcessChannel::Way::~Way() {
  stop();
}

WorkerLink::Given ProcessChannel::Way::send(std::vector<std::uint8_t> message) {
  using Given = WorkerLink::Given;
  if (!fd_.is_open() && !connect()) return Given::nobody;
  if (waiting_.empty()) {
    if (::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0) return Given::taken;
    if (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) {
      // That process is gone; another may be there.
      disconnect();
      if (!connect()) return Given::nobody;
      return ::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0 ? Given::taken
                                                                                  : Given::dropped;
    }
    if (errno != EAGAIN && errno != ENOBUFS) return Given::dropped;
  }
  const bool is_full = waiting_.size() >= HandOverQueue::max_datagrams ||
                       waiting_bytes_ + message.size() > HandOverQueue::max_bytes;
  if (is_full) return Given::dropped;
  waiting_bytes_ += message.size();
  waiting_.push_back(std::move(message));
  if (watch()) return Given::taken;
  waiting_bytes_ -= waiting_.back().size();
  waiting_.pop_back();
  return Given::dropped;
}

void ProcessChannel::Way::on_ready(unsigned /*events*/) {
  while (!waiting_.empty()) {
    const std::vector<std::uint8_t>& message = waiting_.front();
    const bool is_sent = ::send(fd_.get(), message.data(), message.size(), MSG_NOSIGNAL) >= 0;
    if (!is_sent && (errno == EAGAIN || errno == ENOBUFS)) return;
    if (!is_sent && errno != EMSGSIZE) return disconnect();
    if (!is_sent) counts_.count_drop();
    waiting_bytes_ -= message.size();
    waiting_.pop_front();
  }
  stop();
}

bool ProcessChannel::Way::connect() {
  fd_ = unix_socket();
  if (fd_.is_open() && connect_to(fd_, path_)) return true;
  fd_ = FileDescriptor();
  return false;
}

void ProcessChannel::Way::disconnect() {
  stop();
  for (std::size_t i = 0; i < waiting_.size(); ++i) counts_.count_drop();
  waiting_.clear();
  waiting_bytes_ = 0;
  fd_ = FileDescriptor();
}

bool ProcessChannel::Way::watch() {
  return is_started() || static_cast<bool>(start(home_, fd_.get(), writable, true));
}

}  // namespace usquic::quic
