// What it costs when a datagram comes to the wrong worker, and what the program costs that prevents it.
#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "quic/group/worker_link.h"
#include "udp/open_socket.h"
#include "udp/steering.h"

namespace {

using namespace usquic;

struct Counter final : quic::HandOverReceiver {
  void on_handed_over(const quic::HandedBatch& batch) override {
    for (const quic::HandedDatagram& each : batch.datagrams)
      benchmark::DoNotOptimize(batch.bytes_of(each).data());
    datagrams += batch.datagrams.size();
  }
  std::size_t datagrams = 0;
};

// CPU time of both threads for a datagram of 1,200 bytes, of which `burst` come together: copied, woken for, taken.
void hand_over(benchmark::State& state) {
  const auto burst = static_cast<std::size_t>(state.range(0));
  us_loop_t* loop = us_create_loop(nullptr, nullptr, nullptr, nullptr, 0);
  const auto link = std::make_shared<quic::WorkerLink>();
  Counter counter;
  link->attach(loop, counter);
  const Address peer = *Address::parse("192.0.2.1", 1);
  const std::vector<std::uint8_t> datagram(1200, 7);
  while (state.KeepRunning()) {
    for (std::size_t i = 0; i < burst; ++i) link->give(peer, peer, datagram, 0);
    us_loop_tick(loop);
  }
  link->detach();
  us_loop_free(loop);
  state.SetItemsProcessed(static_cast<std::int64_t>(counter.datagrams));
}
BENCHMARK(hand_over)->Arg(1)->Arg(8)->Arg(64);

// A datagram to one of two sockets and out of it again, by the kernel's hash (0) and by the program (1).
void send_to_group(benchmark::State& state) {
  const bool is_steered = state.range(0) != 0;
  udp::OpenOptions options;
  options.reuse_port = true;
  auto first = udp::open_socket(*Address::parse("127.0.0.1", 0), options, {});
  auto second = udp::open_socket(first->local, options, {});
  constexpr std::size_t id_bytes = 9;
  if (is_steered && !udp::attach_steering(first->fd, udp::steering_program(id_bytes, 2))) {
    state.SkipWithError("no program");
    return;
  }
  const int client = socket(AF_INET, SOCK_DGRAM, 0);
  const Address server = first->local;
  if (connect(client, server.get(), server.length()) != 0) state.SkipWithError("no server");
  std::vector<std::uint8_t> datagram(1200, 0x40);
  datagram[id_bytes] = 1;
  std::vector<std::uint8_t> received(2000);
  while (state.KeepRunning()) {
    benchmark::DoNotOptimize(send(client, datagram.data(), datagram.size(), 0));
    if (recv(second->fd, received.data(), received.size(), MSG_DONTWAIT) < 0)
      benchmark::DoNotOptimize(recv(first->fd, received.data(), received.size(), MSG_DONTWAIT));
  }
  for (const int fd : {client, first->fd, second->fd}) close(fd);
}
BENCHMARK(send_to_group)->Arg(0)->Arg(1);

}  // namespace
