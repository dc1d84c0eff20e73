#include "load/process_cpu.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

namespace usquic::tools::load {
namespace {

void use_cpu(std::int64_t ns) {
  const auto used = [] {
    timespec time = {};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
  };
  const std::int64_t until = used() + ns;
  while (used() < until) {
  }
}

TEST(LoadProcessCpu, CountsWhatTheProcessUsed) {
  const auto begin = sample_cpu(getpid());
  use_cpu(30'000'000);
  const auto end = sample_cpu(getpid());
  ASSERT_TRUE(begin && end);
  const CpuUse use = cpu_between(*begin, *end);
  EXPECT_GE(use.total_ns, 30'000'000);
  EXPECT_GT(use.busiest_thread_ns, 0);
  EXPECT_EQ(end->threads_ns.count(gettid()), 1u);
}

TEST(LoadProcessCpu, CountsAThreadThatBeganInBetweenFromItsBeginning) {
  const CpuSample begin = {.total_ns = 100, .threads_ns = {{1, 100}}};
  const CpuSample end = {.total_ns = 1000, .threads_ns = {{1, 200}, {2, 800}}};
  const CpuUse use = cpu_between(begin, end);
  EXPECT_EQ(use.total_ns, 900);
  EXPECT_EQ(use.busiest_thread_ns, 800);
}

TEST(LoadProcessCpu, IsEmptyForAProcessThatIsGone) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  ASSERT_GT(child, 0);
  waitpid(child, nullptr, 0);
  EXPECT_FALSE(sample_cpu(child).has_value());
  EXPECT_EQ(allowed_cores(child), 1u);
}

TEST(LoadProcessCpu, CountsTheCoresThatAProcessMayUse) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  ASSERT_EQ(sched_getaffinity(0, sizeof cores, &cores), 0);
  EXPECT_EQ(allowed_cores(getpid()), static_cast<unsigned>(CPU_COUNT(&cores)));
}

}  // namespace
}  // namespace usquic::tools::load
