#include "files/resource_cache.h"

namespace usquic::files {

const ResourceCache::Entry* ResourceCache::find(const std::string& path) {
  const auto found = index_.find(path);
  if (found == index_.end()) return nullptr;
  order_.splice(order_.begin(), order_, found->second);
  return &found->second->entry;
}

void ResourceCache::put(const std::string& path, std::shared_ptr<const Resource> resource,
                        std::int64_t now_ms) {
  erase(path);
  // The path stands in the list and in the index; the rest is what the containers need.
  const std::size_t cost = resource->cost() + 2 * path.size() + sizeof(Node) + 64;
  if (cost > max_bytes_) return;
  while (bytes_ + cost > max_bytes_) drop(std::prev(order_.end()));
  order_.push_front({path, {std::move(resource), now_ms}, cost});
  bytes_ += cost;  // before what may find no memory: an entry that nobody finds is dropped in its time
  index_.emplace(path, order_.begin());
}

void ResourceCache::erase(const std::string& path) {
  if (const auto found = index_.find(path); found != index_.end()) drop(found->second);
}

void ResourceCache::clear() {
  index_.clear();
  order_.clear();
  bytes_ = 0;
}

void ResourceCache::drop(Order::iterator node) {
  bytes_ -= node->cost;
  index_.erase(node->path);
  order_.erase(node);
}

}  // namespace usquic::files
