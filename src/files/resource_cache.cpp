#include "files/resource_cache.h"

#include <utility>

namespace usquic::files {
namespace {

// Making room takes some microseconds at most, however much is in the way.
constexpr int max_looks = 128;
// Of these, drops that may make no room, as other caches have the same bytes: what is asked for here is not to go
// for nothing.
constexpr int max_futile_drops = 8;
// When other caches need room: a millisecond's work.
constexpr int max_given_way = 1024;

}  // namespace

const ResourceCache::Entry* ResourceCache::find(const std::string& path) {
  const auto found = index_.find(path);
  if (found == index_.end()) return nullptr;
  use(found->second);
  return &found->second->entry;
}

void ResourceCache::use(Order::iterator node) {
  node->used_in = calls_;
  order_.splice(order_.begin(), order_, node);
}

std::optional<ContentCharge> ResourceCache::reserve(std::size_t bytes) {
  const std::shared_ptr<ContentAccount>& account = contents_->account();
  if (!account->could_hold(bytes)) return std::nullopt;
  int futile = 0;
  for (int looks = 0;; ++looks) {
    if (auto charge = ContentAccount::try_charge(account, bytes)) return charge;
    if (looks == max_looks || futile == max_futile_drops || order_.empty()) break;
    const auto last = std::prev(order_.end());
    if (last->entry.resource->is_held()) {
      use(last);
      continue;
    }
    const std::size_t before = account->used();
    const std::size_t wanted = last->entry.resource->kept_bytes();
    drop(last);
    if (before < account->used() + wanted) ++futile;
  }
  account->note_shortage();
  return std::nullopt;
}

std::shared_ptr<const std::string> ResourceCache::keep(const Representation& version, std::string bytes,
                                                       ContentCharge charge) {
  // What is not settled is nobody else's: another version may have the same identity.
  if (!version.is_settled) return charged_content(std::move(bytes), std::move(charge));
  return contents_->keep(version.identity, std::move(bytes), std::move(charge));
}

void ResourceCache::put(const std::string& path, std::shared_ptr<const Resource> resource,
                        std::int64_t now_ms) {
  erase(path);
  // The path stands in the list and in the index; the rest is what the containers need.
  auto overhead = reserve(resource->overhead() + 2 * path.size() + sizeof(Node) + 64);
  if (!overhead) return;
  order_.push_front({path, {std::move(resource), now_ms}, std::move(*overhead), calls_});
  // It may find no memory: an entry that nobody finds is dropped in its time.
  index_.emplace(path, order_.begin());
}

void ResourceCache::erase(const std::string& path) {
  if (const auto found = index_.find(path); found != index_.end()) drop(found->second);
}

void ResourceCache::clear() {
  index_.clear();
  order_.clear();
}

void ResourceCache::give_way() {
  const std::uint64_t shortages = contents_->account()->shortages();
  const bool is_wanted = std::exchange(seen_shortages_, shortages) != shortages;
  ++calls_;
  for (int count = 0; is_wanted && count < max_given_way && !order_.empty(); ++count) {
    const auto last = std::prev(order_.end());
    if (last->used_in + 2 > calls_) return;
    if (last->entry.resource->is_held()) {
      use(last);
    } else {
      drop(last);
    }
  }
}

void ResourceCache::drop(Order::iterator node) {
  index_.erase(node->path);
  order_.erase(node);
}

}  // namespace usquic::files
