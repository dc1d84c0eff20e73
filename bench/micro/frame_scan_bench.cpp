// Nanoseconds to look at the frames of a received 1-RTT packet, by what is in it.
#include <benchmark/benchmark.h>

#include <string>

#include "transport/frame_scan.h"

namespace {

using usquic::transport::FrameScan;

// One STREAM frame to the end of the packet: what a download is made of.
std::string bulk() {
  return std::string("\x0c\x04\x80\x01\x00\x00", 6) + std::string(1400, 'd');
}

// An ACK of two ranges and six requests of 40 bytes, each with its FIN.
std::string requests() {
  std::string frames("\x02\x44\x00\x10\x01\x05\x01\x07", 8);
  for (char id = 0; id < 6; ++id) {
    frames += '\x0b';
    frames += static_cast<char>(4 * id);
    frames += '\x28';
    frames += std::string(40, 'r');
  }
  return frames;
}

// What a sender of a flood fills a packet with.
std::string stops() {
  std::string frames;
  for (int i = 0; i < 400; ++i) frames += std::string("\x05\x04\x41\x0c", 4);
  return frames;
}

void scan(benchmark::State& state, const std::string& payload) {
  const usquic::Bytes bytes = usquic::as_bytes(payload);
  FrameScan found;
  while (state.KeepRunning()) {
    found.clear();
    found.read(bytes);
    benchmark::DoNotOptimize(found);
  }
}

BENCHMARK_CAPTURE(scan, bulk, bulk());
BENCHMARK_CAPTURE(scan, ack_and_6_requests, requests());
BENCHMARK_CAPTURE(scan, flood_of_400_stop_sending, stops());

}  // namespace
