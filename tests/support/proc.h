// Whether proc(5) is mounted: it is not in every folder that tests run in.
#pragma once

#include <unistd.h>

namespace usquic::test {

inline bool has_proc() {
  return access("/proc/self/status", R_OK) == 0;
}

}  // namespace usquic::test
