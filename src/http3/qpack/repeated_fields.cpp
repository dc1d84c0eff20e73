#include "http3/qpack/repeated_fields.h"

#include <cstring>

namespace usquic::http3::qpack {

bool RepeatedFields::is_repeated(std::uint32_t field_hash) {
  if (hashes_ == nullptr) {
    hashes_ = static_cast<std::uint32_t*>(pool_.allocate(remembered * sizeof(std::uint32_t)));
    if (hashes_ == nullptr) return false;
    std::memset(hashes_, 0, remembered * sizeof(std::uint32_t));
  }
  std::uint32_t& slot = hashes_[field_hash % remembered];
  if (slot == field_hash) return true;
  slot = field_hash;
  return false;
}

}  // namespace usquic::http3::qpack
