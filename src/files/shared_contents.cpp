#include "files/shared_contents.h"

#include <mutex>
#include <unordered_map>
#include <utility>

namespace usquic::files {
namespace {

struct IdentityHash {
  std::size_t operator()(const FileIdentity& identity) const {
    std::uint64_t hash = identity.device;
    for (const std::uint64_t part :
         {identity.inode, identity.size, static_cast<std::uint64_t>(identity.modified_ns),
          static_cast<std::uint64_t>(identity.changed_ns)}) {
      hash = (hash ^ part) * 0x9e3779b97f4a7c15U;
      hash ^= hash >> 32;
    }
    return static_cast<std::size_t>(hash);
  }
};

}  // namespace

struct SharedContents::Register {
  std::mutex mutex;
  std::unordered_map<FileIdentity, std::weak_ptr<const Entry>, IdentityHash> entries;
};

struct SharedContents::Entry {
  Entry(std::shared_ptr<Register> its_register, const FileIdentity& its_identity, std::string its_bytes,
        ContentCharge its_charge)
      : owner(std::move(its_register)),
        identity(its_identity),
        charge(std::move(its_charge)),
        bytes(std::move(its_bytes)) {}
  ~Entry() {
    const std::lock_guard lock(owner->mutex);
    const auto found = owner->entries.find(identity);
    // Another one of the same file may stand there by now.
    if (found != owner->entries.end() && found->second.expired()) owner->entries.erase(found);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  std::shared_ptr<Register> owner;
  FileIdentity identity;
  ContentCharge charge;
  std::string bytes;  // gone before it is not paid for any more
};

SharedContents::SharedContents(std::size_t limit)
    : account_(std::make_shared<ContentAccount>(limit)), register_(std::make_shared<Register>()) {}

SharedContents::~SharedContents() = default;

SharedContents::Content SharedContents::hold(std::shared_ptr<const Entry> entry) {
  const auto holder = std::make_shared<const std::shared_ptr<const Entry>>(std::move(entry));
  return {holder, &(*holder)->bytes};
}

SharedContents::Content SharedContents::find(const FileIdentity& identity) const {
  std::shared_ptr<const Entry> entry;  // let go when the lock is
  {
    const std::lock_guard lock(register_->mutex);
    const auto found = register_->entries.find(identity);
    if (found != register_->entries.end()) entry = found->second.lock();
  }
  return entry ? hold(std::move(entry)) : nullptr;
}

SharedContents::Content SharedContents::keep(const FileIdentity& identity, std::string bytes,
                                             ContentCharge charge) {
  auto entry = std::make_shared<const Entry>(register_, identity, std::move(bytes), std::move(charge));
  std::shared_ptr<const Entry> earlier;
  {
    const std::lock_guard lock(register_->mutex);
    std::weak_ptr<const Entry>& known = register_->entries[identity];
    earlier = known.lock();
    if (!earlier) known = entry;
  }
  return hold(earlier ? std::move(earlier) : std::move(entry));
}

std::size_t SharedContents::size() const {
  const std::lock_guard lock(register_->mutex);
  return register_->entries.size();
}

}  // namespace usquic::files
