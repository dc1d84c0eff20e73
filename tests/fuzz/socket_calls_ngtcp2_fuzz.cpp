// The C interface in any order of calls, over the built-in engine and real sockets on loopback.
#include <gtest/gtest.h>

#include "call_script.h"

// What a Peer finds wrong ends the run.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  GTEST_FLAG_SET(throw_on_failure, true);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usquic::fuzz::Input input(data, size);
  usquic::fuzz::CallScript(input).run();
  return 0;
}
