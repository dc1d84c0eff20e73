#include "transport/send_buffer.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/prefetch.h"

namespace usquic::transport {

namespace {

// Small answers get a block of about their size; a stream that goes on gets larger ones, so that a bulk
// transfer costs one allocation per 64 KiB while thousands of small streams stay small.
constexpr std::size_t min_block_bytes = 256;
constexpr std::size_t max_block_bytes = 64 * 1024 + 16;  // and the head of a frame

// Moves bytes from the front of the sources.
void fill(MutableBytes to, std::span<Bytes> sources) {
  for (Bytes& source : sources) {
    const std::size_t length = std::min(to.size(), source.size());
    if (length > 0) std::memcpy(to.data(), source.data(), length);
    to = to.subspan(length);
    source = source.subspan(length);
  }
}

}  // namespace

struct SendBuffer::Block {
  Block* next;
  const std::uint8_t* data;  // own storage right behind the block, or the owner's memory
  std::size_t length;
  std::size_t capacity;  // of own storage; 0 for static memory
  void (*release)(void* user);
  void* user;

  std::uint8_t* storage() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  std::size_t room() const { return capacity - std::min(length, capacity); }
};

SendBuffer::~SendBuffer() {
  clear();
}

SendBuffer::Block* SendBuffer::allocate(std::size_t capacity) {
  auto* block = static_cast<Block*>(pool_.allocate(sizeof(Block) + capacity));
  if (block == nullptr) return nullptr;
  *block = Block{nullptr, block->storage(), 0, capacity, nullptr, nullptr};
  return block;
}

void SendBuffer::prefetch_block() const {
  prefetch(head_, sizeof(Block));
}

SendBuffer::Block* SendBuffer::obtain(std::size_t wanted) {
  if (spare_ != nullptr && wanted > min_block_bytes) return std::exchange(spare_, nullptr);
  const auto history = static_cast<std::size_t>(std::min<std::uint64_t>(accepted_, max_block_bytes));
  return allocate(std::clamp(std::max(wanted, history), min_block_bytes, max_block_bytes));
}

void SendBuffer::link(Block* chain, Block* chain_tail) {
  if (chain == nullptr) return;
  (tail_ == nullptr ? head_ : tail_->next) = chain;
  tail_ = chain_tail;
  if (cursor_ == nullptr) {
    cursor_ = chain;
    cursor_offset_ = 0;
  }
}

bool SendBuffer::append(Bytes data, Bytes more) {
  const std::size_t length = data.size() + more.size();
  const std::size_t in_tail = tail_ == nullptr ? 0 : std::min(tail_->room(), length);
  // New blocks first, so that a failed allocation leaves the buffer as it was.
  Block* chain = nullptr;
  Block* chain_tail = nullptr;
  for (std::size_t rest = length - in_tail; rest > 0; rest -= chain_tail->length) {
    Block* block = obtain(rest);
    if (block == nullptr) {
      release_chain(chain);
      return false;
    }
    block->length = std::min(block->capacity, rest);
    (chain == nullptr ? chain : chain_tail->next) = block;
    chain_tail = block;
  }
  std::array<Bytes, 2> source = {data, more};
  if (in_tail > 0) {
    fill({tail_->storage() + tail_->length, in_tail}, source);
    if (cursor_ == nullptr) {
      cursor_ = tail_;
      cursor_offset_ = tail_->length;
    }
    tail_->length += in_tail;
  }
  for (Block* block = chain; block != nullptr; block = block->next) {
    fill({block->storage(), block->length}, source);
  }
  link(chain, chain_tail);
  accepted_ += length;
  return true;
}

bool SendBuffer::append_static(Bytes head, Bytes data, void (*release)(void* user), void* user) {
  Block* block = allocate(0);
  if (block == nullptr) return false;
  if (!append(head)) {
    BlockPool::release(block);
    return false;
  }
  *block = Block{nullptr, data.data(), data.size(), 0, release, user};
  link(block, block);
  accepted_ += data.size();
  return true;
}

std::size_t SendBuffer::peek(std::span<Bytes> views, std::size_t most, std::size_t skip) const {
  std::size_t count = 0;
  std::size_t offset = cursor_offset_;
  for (const Block* block = cursor_; block != nullptr && count < views.size() && most > 0;
       block = block->next) {
    const std::size_t skipped = std::min(block->length - offset, skip);
    skip -= skipped;
    offset += skipped;
    const std::size_t length = std::min(block->length - offset, most);
    if (length > 0) views[count++] = {block->data + offset, length};
    most -= length;
    offset = 0;
  }
  return count;
}

void SendBuffer::take(std::size_t length) {
  CHECK(length <= untaken());
  taken_ += length;
  while (cursor_ != nullptr) {
    const std::size_t step = std::min(length, cursor_->length - cursor_offset_);
    cursor_offset_ += step;
    length -= step;
    if (cursor_offset_ < cursor_->length) return;
    cursor_ = cursor_->next;
    cursor_offset_ = 0;
  }
}

void SendBuffer::acknowledge(std::size_t length) {
  if (cleared_) return;
  CHECK(length <= taken_ - acknowledged_);
  acknowledged_ += length;
  while (head_ != nullptr && head_ != cursor_) {
    const std::size_t step = std::min(length, head_->length - head_offset_);
    head_offset_ += step;
    length -= step;
    if (head_offset_ < head_->length) return;
    pop_front();
    if (cleared_) return;  // by what a release function did
  }
  head_offset_ += length;
  if (head_ == nullptr) drop_spare();
}

// The list is in order again before the owner's code runs.
void SendBuffer::pop_front() {
  Block* block = std::exchange(head_, head_->next);
  head_offset_ = 0;
  if (head_ == nullptr) tail_ = nullptr;
  block->next = nullptr;
  if (block->capacity == max_block_bytes && spare_ == nullptr) {
    block->length = 0;
    spare_ = block;
    return;
  }
  release_chain(block);
}

void SendBuffer::drop_spare() {
  BlockPool::release(std::exchange(spare_, nullptr));
}

void SendBuffer::clear() {
  Block* chain = std::exchange(head_, nullptr);
  tail_ = cursor_ = nullptr;
  cursor_offset_ = head_offset_ = 0;
  taken_ = acknowledged_ = accepted_;
  cleared_ = true;
  drop_spare();
  release_chain(chain);
}

void SendBuffer::release_chain(Block* block) {
  while (block != nullptr) {
    Block* next = block->next;
    if (block->release != nullptr) block->release(block->user);
    BlockPool::release(block);
    block = next;
  }
}

}  // namespace usquic::transport
