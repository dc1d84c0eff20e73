// Resources that one thread was asked for lately. They, those of other threads, and all bytes of files that somebody
// still holds are within one bound; the ones not used for longest go first.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "files/content_account.h"
#include "files/resource.h"
#include "files/shared_contents.h"

namespace usquic::files {

class ResourceCache {
 public:
  struct Entry {
    std::shared_ptr<const Resource> resource;
    std::int64_t checked_ms = 0;  // when the files were last compared
  };

  // With the bytes of files that other caches have, and their account.
  explicit ResourceCache(std::shared_ptr<SharedContents> contents) : contents_(std::move(contents)) {}
  explicit ResourceCache(std::size_t max_bytes) : contents_(std::make_shared<SharedContents>(max_bytes)) {}

  // Null when the path is not kept. Valid until the next call.
  const Entry* find(const std::string& path);
  // Room for bytes of a file that is to be kept. Drops for it what was not used for longest, but nothing that
  // somebody holds: that would make no room. Empty: there is none.
  std::optional<ContentCharge> reserve(std::size_t bytes);
  // Bytes that were read of a file, and are paid for, to be kept with that version of it.
  std::shared_ptr<const std::string> keep(const Representation& version, std::string bytes,
                                          ContentCharge charge);
  // The bytes of its files are paid for. Where there is no room for the rest it is not kept.
  void put(const std::string& path, std::shared_ptr<const Resource> resource, std::int64_t now_ms);
  void erase(const std::string& path);
  void clear();
  // To be called every second or so where there are other caches. When one of them found no room since, what was not
  // asked for here since the call before the last is dropped: bytes that two caches have are free when both let go.
  void give_way();

  SharedContents& contents() const { return *contents_; }
  // Of what is kept, and of what others hold of what was.
  std::size_t bytes() const { return contents_->account()->used(); }
  std::size_t size() const { return index_.size(); }

 private:
  struct Node {
    std::string path;
    Entry entry;
    ContentCharge overhead;
    std::uint64_t used_in = 0;  // the time between two calls of give_way, by its number
  };
  using Order = std::list<Node>;  // most recently used first

  void use(Order::iterator node);
  void drop(Order::iterator node);

  std::shared_ptr<SharedContents> contents_;
  Order order_;
  std::unordered_map<std::string, Order::iterator> index_;
  std::uint64_t calls_ = 0;  // of give_way
  std::uint64_t seen_shortages_ = 0;
};

}  // namespace usquic::files
