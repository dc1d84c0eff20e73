// System calls that fail by plan. The program's own sendmmsg, recvmmsg and socket (linked with --wrap) ask
// here before they go to the kernel.
#pragma once

#include <cstddef>
#include <cstdint>

namespace usquic::test {

enum class Call { none, sendmmsg, recvmmsg, socket };

struct Plan {
  Call call = Call::none;
  int error = 0;                     // errno of a failure; 0: the call does less than it was asked (sendmmsg)
  unsigned one_in = 1;               // a failure in so many calls, by chance
  std::size_t only_larger_than = 0;  // sendmmsg: messages whose packets are larger fail
  std::uint64_t seed = 1;
};

// From here to its end the plan holds; one at a time.
class Faults {
 public:
  explicit Faults(const Plan& plan);
  ~Faults();
  Faults(const Faults&) = delete;
  Faults& operator=(const Faults&) = delete;

  std::size_t count() const;  // calls that failed so far
};

}  // namespace usquic::test
