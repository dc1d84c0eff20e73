// What a worker was handed, written down; and addresses for it.
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "quic/group/worker_link.h"

namespace usquic::quic {

inline const Address some_peer = *Address::parse("2001:db8::1", 1000);
inline const Address some_local = *Address::parse("192.0.2.2", 443);

struct Recorder final : HandOverReceiver {
  void on_handed_over(const HandedBatch& batch) override {
    ++batches;
    thread = std::this_thread::get_id();
    for (const HandedDatagram& each : batch.datagrams) {
      const Bytes bytes = batch.bytes_of(each);
      texts.emplace_back(bytes.begin(), bytes.end());
      last = each;
    }
  }

  int batches = 0;
  std::thread::id thread;
  std::vector<std::string> texts;
  HandedDatagram last;
};

}  // namespace usquic::quic
