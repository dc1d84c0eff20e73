#include "integration/http/app_fixture.h"

#include <array>
#include <fstream>
#include <stdexcept>

namespace usquic::test {

AppIdentity AppIdentity::make() {
  std::array<char, 8192> cert;
  std::array<char, 8192> key;
  if (us_quic_development_certificate(10, cert.data(), cert.size(), key.data(), key.size(), nullptr) != 0)
    throw std::runtime_error("no development certificate");
  return {cert.data(), key.data()};
}

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
