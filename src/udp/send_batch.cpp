#include "udp/send_batch.h"

#include <array>
#include <new>
#include <utility>

#include "base/check.h"

namespace usquic::udp {

// The queue of one socket; its size is the queue's bound. Big enough for a few full runs between two calls
// of the kernel, small enough to stay in the processor's cache.
struct SendBlock {  // NOLINT(cppcoreguidelines-pro-type-member-init): see bytes
  static constexpr std::size_t byte_capacity = 256 << 10;
  static constexpr std::size_t run_capacity = 256;

  std::array<Run, run_capacity> runs;
  std::array<std::uint8_t, byte_capacity> bytes;  // left uninitialized
};

void SendBlockDeleter::operator()(SendBlock* block) const {
  delete block;
}

SendBlockPointer SendBlockPool::take() {
  if (idle_count_ == 0) return SendBlockPointer(new (std::nothrow) SendBlock);
  return std::move(idle_[--idle_count_]);
}

void SendBlockPool::give_back(SendBlockPointer block) {
  if (block != nullptr && idle_count_ < idle_.size()) idle_[idle_count_++] = std::move(block);
}

MutableBytes SendBatch::reserve() {
  if (sender_ == nullptr) return {};
  if (block_ == nullptr) {
    block_ = pool_->take();
    if (block_ == nullptr) {
      outcome_ = SendOutcome::try_later;
      return {};
    }
  }
  if (!has_room() && !is_blocked()) send_queued();
  if (!has_room()) return {};
  return {block_->bytes.data() + used_bytes_, run_capacity};
}

void SendBatch::commit(const Address& remote, const Address& local, std::uint8_t ecn, std::size_t length,
                       std::size_t segment_size) {
  if (length == 0 || block_ == nullptr) return;
  CHECK(has_room() && length <= max_run_bytes && segment_size > 0);
  CHECK((length + segment_size - 1) / segment_size <= max_run_packets);
  Run& run = block_->runs[used_runs_++];
  run = sender_->make_run(remote, local, ecn);
  run.data = block_->bytes.data() + used_bytes_;
  run.length = length;
  run.segment_size = segment_size;
  used_bytes_ += length;
}

bool SendBatch::empty() const {
  return sent_runs_ == used_runs_;
}

void SendBatch::attach(RunSender& sender, std::shared_ptr<SendBlockPool> pool) {
  sender_ = &sender;
  pool_ = std::move(pool);
}

void SendBatch::detach() {
  if (pool_ != nullptr) pool_->give_back(std::move(block_));
  block_.reset();
  pool_.reset();
  sender_ = nullptr;
  used_bytes_ = used_runs_ = sent_runs_ = 0;
  outcome_ = SendOutcome::drained;
}

SendResult SendBatch::flush() {
  if (sender_ == nullptr) return {};
  const SendResult result = send_queued();
  // An idle socket keeps no memory here.
  if (block_ != nullptr && empty()) pool_->give_back(std::move(block_));
  return result;
}

bool SendBatch::has_room() const {
  return SendBlock::byte_capacity - used_bytes_ >= run_capacity && used_runs_ < SendBlock::run_capacity;
}

SendResult SendBatch::send_queued() {
  SendResult result;
  if (!empty()) {
    result = sender_->send({block_->runs.data() + sent_runs_, used_runs_ - sent_runs_});
    sent_runs_ += result.runs;
  }
  outcome_ = result.outcome;
  if (empty()) used_bytes_ = used_runs_ = sent_runs_ = 0;
  return result;
}

}  // namespace usquic::udp
