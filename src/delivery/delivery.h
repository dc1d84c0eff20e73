// The answers that are under way: who holds buffers, who waits for one, and who lets them lie.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "delivery/recipient.h"
#include "delivery/waiting_line.h"
#include "files/buffer_pool.h"
#include "files/file_budget.h"
#include "usquic/http/response.h"

namespace usquic::delivery {

class FileResponse;

class Delivery {
 public:
  // stall_ms: a client that takes nothing for so long loses its answers while others wait. resume_soon: asked
  // for a call of resume_waiting(), in an iteration of its own; it must not throw.
  Delivery(std::size_t max_buffers, std::size_t max_files, std::int64_t stall_ms,
           std::function<void()> resume_soon);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  void resume_waiting();
  void resume_after_disk();
  // Asked for a call of resume_after_disk() in a moment, in an iteration of its own.
  void set_disk_call(std::function<void()> call) { call_after_disk_ = std::move(call); }
  // To be called a few times within stall_ms.
  void look_after_stalled(std::int64_t now_ms);

  // ---- For responses ----
  files::BufferPool& buffer_pool() { return pool_; }
  files::FileBudget& files() { return files_; }
  // Whether an answer that reads a file may begin, or is to wait without its file.
  bool may_begin(const Recipient& recipient) const;
  std::shared_ptr<Recipient> recipient_of(Response& response);
  void enter(FileResponse& response) { responses_.insert(&response); }
  void leave(FileResponse& response) { responses_.erase(&response); }
  // It is resumed when a buffer is there.
  void wait_for_buffer(FileResponse& response, Recipient& recipient);
  void on_buffer_released();
  // It is resumed a moment later.
  void wait_for_disk(FileResponse& response);

 private:
  // Handles are used again when a connection is gone, and what it held may outlive it: its own first
  // connection ID is nobody else's. Over TCP nothing outlives it, so that the client's address and port will do.
  struct ConnectionKey {
    std::array<std::uint8_t, 20> id{};
    bool is_tcp = false;
    bool operator==(const ConnectionKey&) const = default;
  };
  struct HashKey {
    std::size_t operator()(const ConnectionKey& key) const;
  };

  static ConnectionKey key_of(Response& response);
  void look_at(Recipient& recipient, std::int64_t now_ms) const;

  files::BufferPool pool_;
  files::FileBudget files_;
  const std::int64_t stall_ms_;
  const std::function<void()> resume_soon_;
  std::function<void()> call_after_disk_;
  WaitingLine line_;
  std::deque<std::weak_ptr<FileResponse>> at_disk_;
  std::unordered_map<ConnectionKey, std::weak_ptr<Recipient>, HashKey> recipients_;
  std::unordered_set<FileResponse*> responses_;
  std::uint64_t looks_ = 0;
};

}  // namespace usquic::delivery
