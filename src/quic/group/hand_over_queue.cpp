#include "quic/group/hand_over_queue.h"

#include <utility>

namespace usquic::quic {

HandOverQueue::Pushed HandOverQueue::push(const Address& peer, const Address& local, Bytes bytes,
                                          std::uint8_t ecn) {
  const bool is_full =
      waiting_.datagrams.size() >= max_datagrams || waiting_.bytes.size() + bytes.size() > max_bytes;
  if (is_full) return Pushed::dropped;
  const std::size_t offset = waiting_.bytes.size();
  waiting_.bytes.insert(waiting_.bytes.end(), bytes.begin(),
                        bytes.end());  // without a datagram nobody sees them
  waiting_.datagrams.push_back({peer, local, ecn, offset, bytes.size()});
  return waiting_.datagrams.size() == 1 ? Pushed::first : Pushed::behind;
}

void HandOverQueue::take(HandedBatch& batch) {
  batch.clear();
  std::swap(waiting_, batch);
}

}  // namespace usquic::quic
