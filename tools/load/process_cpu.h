// CPU time of a local process, from its CPU clock and /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>

namespace usquic::tools::load {

struct CpuSample {
  std::int64_t total_ns = 0;                 // all threads, also those that have ended
  std::map<pid_t, std::int64_t> threads_ns;  // those that live
};

// Empty when there is no such process.
std::optional<CpuSample> sample_cpu(pid_t process);

// Cores that the process may run on (taskset); 1 when that cannot be told.
unsigned allowed_cores(pid_t process);

// What a process used between two samples.
struct CpuUse {
  std::int64_t total_ns = 0;
  std::int64_t busiest_thread_ns = 0;
};
CpuUse cpu_between(const CpuSample& begin, const CpuSample& end);

}  // namespace usquic::tools::load
