// Where randomness comes from: the system by default, a seeded source in tests.
#pragma once

#include "base/bytes.h"

namespace usquic {

class RandomSource {
 public:
  using Fill = void (*)(void* user, std::uint8_t* data, std::size_t length);

  // The kernel's generator (getrandom).
  RandomSource();
  RandomSource(Fill from, void* user) : fill_(from), user_(user) {}

  void fill(MutableBytes out) const { fill_(user_, out.data(), out.size()); }

 private:
  Fill fill_;
  void* user_ = nullptr;
};

}  // namespace usquic
