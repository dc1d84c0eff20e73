// Bytes of one stream on their way out: accepted, then taken for sending, then acknowledged. Copied bytes
// live in blocks of its own, static ones stay where their owner has them and are released exactly once.
// An empty buffer holds no memory beside itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/block_pool.h"
#include "base/bytes.h"

namespace usquic::transport {

class SendBuffer {
 public:
  explicit SendBuffer(BlockPool& pool) : pool_(pool) {}
  ~SendBuffer();  // releases what is left
  SendBuffer(const SendBuffer&) = delete;
  SendBuffer& operator=(const SendBuffer&) = delete;

  // Both are all or nothing; false = memory is used up, and then nothing was appended (and `release`
  // will not run).
  bool append(Bytes data, Bytes more = {});  // one after the other
  // `release` may be nullptr. It runs from inside acknowledge(), clear() or the destructor, after the bytes
  // left this buffer; for empty `data` too.
  bool append_static(Bytes data, void (*release)(void* user), void* user) {
    return append_static({}, data, release, user);
  }
  // `head`, which is copied, goes before it.
  bool append_static(Bytes head, Bytes data, void (*release)(void* user), void* user);

  std::uint64_t accepted() const { return accepted_; }          // bytes ever appended
  std::uint64_t taken() const { return taken_; }                // bytes ever taken for sending
  std::uint64_t acknowledged() const { return acknowledged_; }  // bytes ever acknowledged
  std::size_t untaken() const { return static_cast<std::size_t>(accepted_ - taken_); }

  // Views of the next bytes to take: fills up to views.size() entries, at most `most` bytes; returns entries
  // filled. They stay valid and in place until acknowledged.
  // `skip`: untaken bytes to leave out first.
  std::size_t peek(std::span<Bytes> views, std::size_t most, std::size_t skip = 0) const;
  void take(std::size_t length);
  // The next `length` taken bytes were acknowledged (in order): blocks are reused, static memory is released.
  void acknowledge(std::size_t length);
  // Of what is acknowledged next.
  void prefetch_block() const;
  // Nothing more will be sent: drop and release everything (after a reset, or when the stream is over). From
  // here on all that was accepted counts as taken and acknowledged, and late acknowledgements are ignored.
  void clear();

 private:
  struct Block;

  Block* allocate(std::size_t capacity);
  static void release_chain(Block* block);

  Block* obtain(std::size_t wanted);
  void link(Block* chain, Block* chain_tail);
  void pop_front();
  void drop_spare();

  BlockPool& pool_;
  Block* head_ = nullptr;    // oldest block that is not wholly acknowledged
  Block* tail_ = nullptr;    // where copied bytes are appended
  Block* cursor_ = nullptr;  // block of the next byte to take; nullptr = all blocks are taken
  Block* spare_ = nullptr;   // one full-size block, kept while a long transfer runs
  std::size_t cursor_offset_ = 0;
  std::size_t head_offset_ = 0;  // bytes of head_ that are acknowledged
  std::uint64_t accepted_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t acknowledged_ = 0;
  bool cleared_ = false;
};

}  // namespace usquic::transport
