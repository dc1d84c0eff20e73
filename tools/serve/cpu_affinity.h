// The CPUs that a thread may use, to be given to the threads that it starts while it is kept on one of them itself.
#pragma once

#include <sched.h>

namespace usquic::tools::serve {

class CpuAffinity {
 public:
  // Of the thread that makes it. It fails on machines of more than 1,024 CPUs, and then there is nothing to give.
  CpuAffinity() : is_known_(sched_getaffinity(0, sizeof(cpus_), &cpus_) == 0) {}

  // This thread's from here on.
  void apply() const {
    if (is_known_) sched_setaffinity(0, sizeof(cpus_), &cpus_);
  }

 private:
  cpu_set_t cpus_ = {};
  bool is_known_;
};

// As long as it lives this thread has another affinity than its own.
class CpuAffinityScope {
 public:
  explicit CpuAffinityScope(const CpuAffinity& affinity) { affinity.apply(); }
  ~CpuAffinityScope() { own_.apply(); }
  CpuAffinityScope(const CpuAffinityScope&) = delete;
  CpuAffinityScope& operator=(const CpuAffinityScope&) = delete;

 private:
  const CpuAffinity own_;
};

}  // namespace usquic::tools::serve
