// Nanoseconds for a run of packets in a send batch: the batch's own work, with a kernel that takes everything
// at once, and with the real one over loopback.
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>

#include "udp/udp_socket.h"

namespace {

using usquic::Address;
using usquic::MutableBytes;
using usquic::udp::OpenOptions;
using usquic::udp::SystemCalls;

constexpr std::size_t packet_bytes = 1452;
constexpr std::size_t run_count = 16;  // between two flushes

class TakesEverything final : public SystemCalls {
 public:
  int sendmmsg(int, mmsghdr* messages, unsigned count, int) override {
    for (unsigned i = 0; i < count; ++i) {
      messages[i].msg_len = static_cast<unsigned>(messages[i].msg_hdr.msg_iov[0].iov_len);
    }
    return static_cast<int>(count);
  }
};

class Deaf final : public us_udp_socket_t::Handler {
 public:
  void on_datagrams(us_udp_socket_t&, std::span<const usquic::udp::Received>) override {}
  void on_writable(us_udp_socket_t&) override {}
  void on_peer_error(us_udp_socket_t&, const Address&, int) override {}
};

// A socket that sends to one that does not read: what its buffer does not hold is lost there.
class Sender {
 public:
  explicit Sender(SystemCalls* calls)
      : loop_(us_create_loop(nullptr, nullptr, nullptr, nullptr, 0), us_loop_free) {
    OpenOptions options;
    options.system_calls = calls;
    const Address any = *Address::parse("127.0.0.1", 0);
    is_open_ = socket_.open(loop_.get(), any, options, deaf_, {}, true) &&
               sink_.open(loop_.get(), any, {}, deaf_, {}, true);
  }
  ~Sender() {
    socket_.close();
    sink_.close();
  }
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  bool is_open() const { return is_open_; }
  // One run, of which the caller wrote the first bytes.
  bool send_run(std::size_t packets) {
    const MutableBytes room = socket_.send_batch().reserve();
    if (room.size() < packets * packet_bytes) return false;
    room[0] = static_cast<std::uint8_t>(packets);
    socket_.send_batch().commit(sink_.local_address(), {}, 0, packets * packet_bytes, packet_bytes);
    return true;
  }
  bool flush() {
    socket_.flush();
    return !socket_.send_batch().is_blocked();
  }

 private:
  std::unique_ptr<us_loop_t, void (*)(us_loop_t*)> loop_;
  Deaf deaf_;
  us_udp_socket_t socket_;
  us_udp_socket_t sink_;
  bool is_open_ = false;
};

void send(benchmark::State& state, SystemCalls* calls) {
  const auto packets = static_cast<std::size_t>(state.range(0));
  Sender sender(calls);
  bool is_well = sender.is_open();
  std::size_t queued = 0;
  while (state.KeepRunning()) {
    is_well = is_well && sender.send_run(packets);
    if (++queued % run_count == 0) is_well = is_well && sender.flush();
    if (!is_well) {
      state.SkipWithError("the socket does not take the run");
      break;
    }
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(queued * packets));
}

void queue_a_run(benchmark::State& state) {
  TakesEverything calls;
  send(state, &calls);
}
BENCHMARK(queue_a_run)->Arg(1)->Arg(10)->Arg(44);

void send_a_run_over_loopback(benchmark::State& state) {
  send(state, nullptr);
}
BENCHMARK(send_a_run_over_loopback)->Arg(1)->Arg(10)->Arg(44);

}  // namespace
