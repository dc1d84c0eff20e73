// What files in memory take, in bytes, as long as anybody holds them: the caches, and answers that slow clients
// have not taken yet, also of files that the caches dropped since.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace usquic::files {

class ContentCharge;

// Thread: any, for every call.
class ContentAccount {
 public:
  explicit ContentAccount(std::size_t limit) : limit_(limit) {}
  ContentAccount(const ContentAccount&) = delete;
  ContentAccount& operator=(const ContentAccount&) = delete;

  // Takes bytes where there is room for them. An eighth of what is left may be taken at once: the fuller it is,
  // the smaller a file must be, so that large ones, which are sent as well in pieces, never keep out the small ones.
  static std::optional<ContentCharge> try_charge(const std::shared_ptr<ContentAccount>& account,
                                                 std::size_t bytes);
  // Whether there would be room if nothing else were there.
  bool could_hold(std::size_t bytes) const { return bytes <= limit_ / 8; }
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

  // A cache found no room, though it let go of what it could: caches of other threads may have what is in the way.
  void note_shortage() { shortages_.fetch_add(1, std::memory_order_relaxed); }
  // How often that was.
  std::uint64_t shortages() const { return shortages_.load(std::memory_order_relaxed); }

 private:
  friend class ContentCharge;

  const std::size_t limit_;
  std::atomic<std::size_t> used_ = 0;
  std::atomic<std::uint64_t> shortages_ = 0;
};

// Bytes of an account as long as it lives. Keeps the account alive.
class ContentCharge {
 public:
  ~ContentCharge() {
    if (account_) account_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
  }
  ContentCharge(ContentCharge&&) noexcept = default;
  ContentCharge& operator=(ContentCharge&&) = delete;

 private:
  friend class ContentAccount;
  // They are in the account already.
  ContentCharge(std::shared_ptr<ContentAccount> account, std::size_t bytes)
      : account_(std::move(account)), bytes_(bytes) {}

  std::shared_ptr<ContentAccount> account_;
  std::size_t bytes_;
};

// The bytes of a file, paid for until the last who holds them lets go.
std::shared_ptr<const std::string> charged_content(std::string bytes, ContentCharge charge);

}  // namespace usquic::files
