#include "udp/run_sender.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

namespace usquic::udp {
namespace {

// ICMP errors that wait on the socket fail whichever packet is sent next, and vanish by that: the packet
// itself deserves another try. More than these only when such errors arrive faster than system calls return.
constexpr int max_attempts = 3;

constexpr std::size_t sent_control_bytes =
    CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(std::uint16_t));

// Writes control messages one behind the other.
class ControlWriter {
 public:
  explicit ControlWriter(char* buffer) : buffer_(buffer) {}

  template <class T>
  void put(int level, int type, const T& value) {
    cmsghdr header{};
    header.cmsg_level = level;
    header.cmsg_type = type;
    header.cmsg_len = CMSG_LEN(sizeof(T));
    std::memcpy(buffer_ + length_, &header, sizeof(header));
    std::memcpy(buffer_ + length_ + CMSG_LEN(0), &value, sizeof(T));
    length_ += CMSG_SPACE(sizeof(T));
  }

  std::size_t length() const { return length_; }

 private:
  char* buffer_;
  std::size_t length_ = 0;
};

// RFC 9000 5.1, 13.4: replies leave from the address that the peer sent to, with the path's ECN codepoint.
std::size_t write_control(char* buffer, const Run& run, std::size_t segment_size) {
  ControlWriter writer(buffer);
  if (run.local.is_specified() && run.is_ipv4) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in*>(run.local.get())->sin_addr;
    writer.put(IPPROTO_IP, IP_PKTINFO, info);
  } else if (run.local.is_specified()) {
    const auto* local = reinterpret_cast<const sockaddr_in6*>(run.local.get());
    in6_pktinfo info{};
    info.ipi6_addr = local->sin6_addr;
    info.ipi6_ifindex = local->sin6_scope_id;
    writer.put(IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
  if (run.ecn != 0) {
    const int traffic_class = run.ecn;
    writer.put(run.is_ipv4 ? IPPROTO_IP : IPPROTO_IPV6, run.is_ipv4 ? IP_TOS : IPV6_TCLASS, traffic_class);
  }
  if (segment_size != 0) writer.put(IPPROTO_UDP, UDP_SEGMENT, static_cast<std::uint16_t>(segment_size));
  return writer.length();
}

// The arguments of one sendmmsg.
class Messages {
 public:
  static constexpr std::size_t capacity = 64;

  // One message per run, or one per packet of a run that must go plainly.
  std::size_t prepare(std::span<Run> runs, bool is_segmenting) {
    count_ = 0;
    for (Run& run : runs) {
      std::size_t offset = 0;
      do {
        if (count_ == capacity) return count_;
        const std::size_t left = run.length - offset;
        const bool is_whole = left <= run.segment_size || (is_segmenting && !run.is_plain);
        const std::size_t length = is_whole ? left : run.segment_size;
        add(run, offset, length, length > run.segment_size ? run.segment_size : 0);
        offset += length;
      } while (offset < run.length);
    }
    return count_;
  }

  // Takes the first `taken` messages off their runs. Returns how many runs that finished.
  std::size_t advance(std::size_t taken) {
    std::size_t finished = 0;
    for (std::size_t i = 0; i < taken; ++i) {
      Run& run = *runs_[i];
      run.data += parts_[i].iov_len;
      run.length -= parts_[i].iov_len;
      if (run.length == 0) ++finished;
    }
    return finished;
  }

  mmsghdr* headers() { return headers_.data(); }
  bool is_first_segmented() const { return parts_[0].iov_len > runs_[0]->segment_size; }
  Run& first_run() { return *runs_[0]; }

 private:
  void add(Run& run, std::size_t offset, std::size_t length, std::size_t segment_size) {
    const std::size_t i = count_++;
    runs_[i] = &run;
    parts_[i] = {const_cast<std::uint8_t*>(run.data) + offset, length};
    msghdr header{};
    header.msg_name = run.remote.get();
    header.msg_namelen = run.remote.length();
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_controllen = write_control(controls_[i].bytes, run, segment_size);
    header.msg_control = header.msg_controllen == 0 ? nullptr : controls_[i].bytes;
    headers_[i] = {header, 0};
  }

  struct alignas(cmsghdr) Control {
    char bytes[sent_control_bytes];
  };

  // Left uninitialized: only what add() filled is read.
  std::size_t count_;
  std::array<mmsghdr, capacity> headers_;
  std::array<iovec, capacity> parts_;
  std::array<Run*, capacity> runs_;
  std::array<Control, capacity> controls_;
};

}  // namespace

void RunSender::attach(const Kernel& kernel, const OpenedSocket& socket, const Logger& log) {
  kernel_ = kernel;
  log_ = log;
  fd_ = socket.fd;
  is_dual_stack_ = socket.is_dual_stack;
  is_bound_to_any_ = is_any(socket.local);
  is_segmenting_ = socket.can_segment;
  errors_.clear();
}

Run RunSender::make_run(const Address& remote, const Address& local, std::uint8_t ecn) const {
  Run run;
  const Address peer = remote.unmapped();
  run.is_ipv4 = peer.family() == AF_INET;
  run.remote = is_dual_stack_ ? peer.mapped() : peer;
  run.ecn = ecn;
  // Bound to one address, the kernel knows the source already.
  const Address source = local.unmapped();
  if (is_bound_to_any_ && source.family() == peer.family() && !is_any(source)) {
    run.local = source;
  }
  return run;
}

SendResult RunSender::send(std::span<Run> runs) {
  Messages messages;  // NOLINT(cppcoreguidelines-pro-type-member-init): 11 KiB, filled as far as needed
  SendResult result;
  int attempt = 0;
  while (result.runs < runs.size()) {
    const std::size_t count = messages.prepare(runs.subspan(result.runs), is_segmenting_);
    const int taken = kernel_.sendmmsg(fd_, messages.headers(), static_cast<unsigned>(count), 0);
    if (taken > 0) {
      result.runs += messages.advance(static_cast<std::size_t>(taken));
      result.has_progressed = true;
      attempt = 0;
      continue;
    }
    // An error is always the first message's: sendmmsg counts when a later one fails.
    const int error_number = taken == 0 ? EAGAIN : errno;
    switch (judge(error_number, messages.first_run(), messages.is_first_segmented(), ++attempt)) {
      case Verdict::again:
        break;
      case Verdict::drop:
        result.runs += messages.advance(1);
        attempt = 0;
        break;
      case Verdict::blocked:
        result.outcome = SendOutcome::blocked;
        return result;
      case Verdict::try_later:
        result.outcome = SendOutcome::try_later;
        return result;
    }
  }
  return result;
}

RunSender::Verdict RunSender::judge(int error_number, Run& run, bool is_segmented, int attempt) {
  switch (error_number) {
    case EINTR:
      return Verdict::again;
    case EAGAIN:
      return Verdict::blocked;
    case ENOBUFS:
    case ENOMEM:
      return Verdict::try_later;
    case EIO:
      // The device cannot checksum segments: no run of this socket will fare better.
      if (!is_segmented) break;
      is_segmenting_ = false;
      log_.log(LogLevel::info, "udp: segmentation offload fails here (EIO) and is switched off");
      return Verdict::again;
    case EINVAL:
      if (!is_segmented) break;
      run.is_plain = true;
      return Verdict::again;
    default:
      break;
  }
  if (attempt < max_attempts) return Verdict::again;
  if (error_number == EMSGSIZE && is_segmented) {
    // The last packet of the run may be small enough.
    run.is_plain = true;
    return Verdict::again;
  }
  report(run, error_number);
  return Verdict::drop;
}

void RunSender::report(const Run& run, int error_number) {
  // Too large is path MTU discovery's business. A firewall's refusal may be for this packet alone. Refusals
  // by the peer come through the error queue, which names the right one.
  if (error_number == EMSGSIZE || error_number == EPERM || error_number == ECONNREFUSED) return;
  if (errors_.size() == max_errors) return;
  try {
    errors_.push_back({run.remote.unmapped(), error_number});
  } catch (const std::bad_alloc&) {
    // One report less: the peer errs again.
  }
}

}  // namespace usquic::udp
