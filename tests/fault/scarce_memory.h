// Memory that runs out by a plan: while one of these lives, the program's allocations go through it. It sees
// operator new, what the library asks of malloc, the blocks of its pools (with those of ngtcp2),
// and GnuTLS's own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace usquic::test {

class ScarceMemory {
 public:
  ScarceMemory();
  ~ScarceMemory();
  ScarceMemory(const ScarceMemory&) = delete;
  ScarceMemory& operator=(const ScarceMemory&) = delete;

  // The allocation number `number` from now on fails, and no other.
  void fail_once(std::uint64_t number);
  // One in `one_in` fails, by chance.
  void fail_one_in(std::uint64_t one_in, std::uint64_t seed);
  void heal();

  std::uint64_t allocations() const { return allocations_; }  // since the plan began
  std::uint64_t failed() const { return failed_; }

  // Whether the allocation that is being asked for is to fail.
  bool takes_it();

 private:
  std::uint64_t allocations_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t number_ = 0;
  std::uint64_t one_in_ = 0;
  std::mt19937_64 random_;
};

}  // namespace usquic::test
