#include "integration/http/app_fixture.h"

#include <fstream>
#include <stdexcept>

namespace usquic::test {

long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    if (word != "VmHWM:") continue;
    long kib = 0;
    status >> kib;
    return kib;
  }
  throw std::runtime_error("no VmHWM in /proc/self/status");
}

void restart_peak_memory() {
  // proc(5): 5 resets the peak resident set size to the current value.
  std::ofstream("/proc/self/clear_refs") << 5;
}

}  // namespace usquic::test
