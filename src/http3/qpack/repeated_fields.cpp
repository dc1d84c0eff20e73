#include "http3/qpack/repeated_fields.h"

#include <algorithm>

namespace usquic::http3::qpack {

bool RepeatedFields::is_repeated(std::uint32_t field_hash) {
  if (sets_ == nullptr) {
    void* memory = pool_.allocate(set_count * sizeof(Set));
    if (memory == nullptr) return false;
    sets_ = static_cast<Set*>(memory);
    std::fill_n(sets_, set_count, Set{});
  }
  Set& set = sets_[field_hash % set_count];
  if (std::find(set.begin(), set.end(), field_hash) != set.end()) return true;
  std::copy_backward(set.begin(), set.end() - 1, set.end());
  set.front() = field_hash;
  return false;
}

}  // namespace usquic::http3::qpack
