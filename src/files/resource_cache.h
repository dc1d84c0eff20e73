// Resources that were asked for lately, within a bound of bytes; the ones not used for longest go first.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "files/resource.h"

namespace usquic::files {

class ResourceCache {
 public:
  struct Entry {
    std::shared_ptr<const Resource> resource;
    std::int64_t checked_ms = 0;  // when the files were last compared
  };

  explicit ResourceCache(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  // Null when the path is not kept. Valid until the next call.
  const Entry* find(const std::string& path);
  // What alone is larger than the bound is not kept.
  void put(const std::string& path, std::shared_ptr<const Resource> resource, std::int64_t now_ms);
  void erase(const std::string& path);
  void clear();

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return index_.size(); }

 private:
  struct Node {
    std::string path;
    Entry entry;
    std::size_t cost = 0;
  };
  using Order = std::list<Node>;  // most recently used first

  void drop(Order::iterator node);

  std::size_t max_bytes_;
  std::size_t bytes_ = 0;
  Order order_;
  std::unordered_map<std::string, Order::iterator> index_;
};

}  // namespace usquic::files
