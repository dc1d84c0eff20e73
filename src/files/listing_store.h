// Pages that list folders: each is made once for all who ask for it within a second, and what they all take
// in memory is bounded, also while clients do not read them.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/listing_job.h"

namespace usquic::files {

class ListingStore {
 public:
  using Page = std::shared_ptr<const std::string>;
  // The page, or null and why there is none: an errno.
  using Ready = std::function<void(const Page& page, int error)>;

  // What pages take that are kept, or held by those who got them; of several stores, on threads of their own, where
  // they have it in common.
  using HeldBytes = std::atomic<std::size_t>;

  struct Limits {
    // How long a page is given out; what changes in the folder meanwhile is seen after that.
    std::int64_t fresh_ms = 1000;
    // Pages that are kept to be given out, and all that somebody holds, clients that do not read among them.
    // No new one is begun beyond the latter; each store may be at work on one page.
    std::size_t kept_bytes = 8 << 20;
    std::size_t held_bytes = 16 << 20;
    // Folders that wait for their turn, and those who wait for a page.
    std::size_t folders = 64;
    std::size_t waiting = 16'384;
  };

  ListingStore() = default;
  explicit ListingStore(const Limits& limits, std::shared_ptr<HeldBytes> held_bytes = nullptr)
      : limits_(limits), held_bytes_(held_bytes ? std::move(held_bytes) : std::make_shared<HeldBytes>(0)) {}

  // A page that is fresh; or, where no new one can be made now, the last one. Else null.
  Page find(const std::string& path, std::int64_t now_ms) const;
  // Whether await() may be called for the folder.
  bool can_make(const std::string& path) const;
  // Have the page made; ready runs in work().
  void await(const std::string& path, Ready ready);

  // One step of work. Returns whether there is more to do.
  bool work(const DocumentRoot& root, std::int64_t now_ms);

  // Forget what was made.
  void clear();

  std::size_t held_bytes() const { return *held_bytes_; }

 private:
  struct Made {
    Page page;
    std::int64_t made_ms = 0;
  };
  struct Wanted {
    std::string path;
    std::vector<Ready> waiting;
  };
  // Who waited for the page that was made last.
  struct Delivery {
    Page page;
    int error = 0;
    std::vector<Ready> waiting;
  };

  bool is_short_of_memory() const { return held_bytes() >= limits_.held_bytes; }
  void deliver_some();
  void finish(int error, std::int64_t now_ms);
  Page keep(const std::string& path, std::string text, std::int64_t now_ms);
  void drop_oldest();

  Limits limits_;
  std::map<std::string, Made> made_;
  std::size_t kept_bytes_ = 0;
  std::deque<Wanted> wanted_;  // the first is worked on
  std::optional<ListingJob> job_;
  Delivery delivery_;
  std::size_t waiting_ = 0;
  // Pages may outlive the store.
  std::shared_ptr<HeldBytes> held_bytes_ = std::make_shared<HeldBytes>(0);
};

}  // namespace usquic::files
