#include "http3/qpack/encoder_table.h"

#include <cstring>
#include <new>

#include "base/text_hash.h"

namespace usquic::http3::qpack {
FieldHash hash_field(std::string_view name, std::string_view value) {
  const std::uint64_t of_name = hash_text(name);
  return {static_cast<std::uint32_t>(of_name), static_cast<std::uint32_t>(hash_text(value, of_name))};
}

EncoderTable::~EncoderTable() {
  BlockPool::release(links_);
}

// An index of which only the low bits are known; none: the entry was evicted, or never was.
std::uint64_t EncoderTable::index_of(std::uint32_t low) const {
  const std::uint32_t age = static_cast<std::uint32_t>(table_.insert_count()) - low;
  return age - 1 < table_.count() ? table_.insert_count() - age : none;
}

std::uint64_t EncoderTable::find(FieldHash hash, std::string_view name, std::string_view value,
                                 std::uint64_t limit) const {
  if (size_ == 0) return none;
  std::uint64_t index = index_of(buckets_[hash.field & (size_ - 1)].field);
  for (; index != none; index = index_of(link(index).older_field)) {
    if (index >= limit || link(index).hash.field != hash.field) continue;
    const TableEntry& entry = table_.entry(index);
    if (entry.name() == name && entry.value() == value) break;
  }
  return index;
}

std::uint64_t EncoderTable::find_name(FieldHash hash, std::string_view name, std::uint64_t limit) const {
  if (size_ == 0) return none;
  std::uint64_t index = index_of(buckets_[hash.name & (size_ - 1)].name);
  for (; index != none; index = index_of(link(index).older_name)) {
    if (index < limit && link(index).hash.name == hash.name && table_.entry(index).name() == name) break;
  }
  return index;
}

bool EncoderTable::has_room(std::size_t size, std::uint64_t kept) const {
  if (size > table_.capacity()) return false;
  std::size_t left = table_.capacity() - table_.size();
  for (std::uint64_t i = table_.first(); left < size; ++i) {
    if (i >= kept || i >= table_.insert_count()) return false;
    left += table_.entry(i).size();
  }
  return true;
}

bool EncoderTable::is_old(std::uint64_t index) const {
  // Bytes from the entry's first one to the newest one's last: it is evicted when they are more than fit.
  const std::uint32_t depth = position_ - link(index).position;
  return depth > table_.capacity() / 4 * 3;
}

bool EncoderTable::insert(FieldHash hash, std::string_view name, std::string_view value) {
  if (!reserve()) return false;
  const std::uint64_t index = table_.insert_count();
  TableEntry* entry = table_.make_entry(name.size() + value.size());
  if (entry == nullptr) return false;
  entry->name_length = static_cast<std::uint32_t>(name.size());
  entry->value_length = static_cast<std::uint32_t>(value.size());
  if (!name.empty()) std::memcpy(entry->text(), name.data(), name.size());
  if (!value.empty()) std::memcpy(entry->text() + name.size(), value.data(), value.size());
  if (!table_.insert(entry)) {
    BlockPool::release(entry);
    return false;
  }
  links_[index & (size_ - 1)] = {hash, 0, 0, position_};
  position_ += static_cast<std::uint32_t>(entry->size());
  add_to_chains(index);
  return true;
}

void EncoderTable::add_to_chains(std::uint64_t index) {
  Link& added = links_[index & (size_ - 1)];
  Bucket& by_name = buckets_[added.hash.name & (size_ - 1)];
  Bucket& by_field = buckets_[added.hash.field & (size_ - 1)];
  added.older_name = by_name.name;
  added.older_field = by_field.field;
  by_name.name = by_field.field = static_cast<std::uint32_t>(index);
}

// Room for one more entry's link.
bool EncoderTable::reserve() {
  if (table_.count() < size_) return true;
  constexpr std::uint32_t smallest = 16;
  const std::uint32_t size = size_ == 0 ? smallest : size_ * 2;
  void* memory = pool_.allocate(size * (sizeof(Link) + sizeof(Bucket)));
  if (memory == nullptr) return false;
  auto* links = static_cast<Link*>(memory);
  for (std::uint64_t i = table_.first(); i != table_.insert_count(); ++i) links[i & (size - 1)] = link(i);
  BlockPool::release(links_);
  links_ = links;
  buckets_ = reinterpret_cast<Bucket*>(links + size);
  size_ = size;
  // An index that was evicted: it ends a chain.
  const auto nothing = static_cast<std::uint32_t>(table_.first() - 1);
  for (std::uint32_t i = 0; i < size; ++i) buckets_[i] = {nothing, nothing};
  for (std::uint64_t i = table_.first(); i != table_.insert_count(); ++i) add_to_chains(i);
  return true;
}

}  // namespace usquic::http3::qpack
