#include "load/process_cpu.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/ascii.h"

namespace usquic::tools::load {
namespace {

// proc(5): the first number is nanoseconds on a core.
std::optional<std::int64_t> read_schedstat(const std::filesystem::path& task) {
  std::ifstream file(task / "schedstat");
  std::int64_t ns = 0;
  return file >> ns ? std::optional(ns) : std::nullopt;
}

// Where the kernel keeps no schedstat: user and system time in clock ticks, which are the 14th and 15th
// field. The second one, the name in brackets, may hold spaces.
std::optional<std::int64_t> read_stat(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::string_view rest(line);
  rest.remove_prefix(std::min(rest.size(), rest.rfind(')') + 2));
  std::int64_t ticks = 0;
  for (int field = 3; field <= 15 && !rest.empty(); ++field) {
    const auto space = std::min(rest.find(' '), rest.size());
    if (field >= 14) ticks += static_cast<std::int64_t>(parse_number(rest.substr(0, space)).value_or(0));
    rest.remove_prefix(std::min(rest.size(), space + 1));
  }
  return ticks * (1'000'000'000 / sysconf(_SC_CLK_TCK));
}

}  // namespace

std::optional<CpuSample> sample_cpu(pid_t process) {
  CpuSample sample;
  clockid_t clock = 0;
  timespec time = {};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return std::nullopt;
  sample.total_ns = (std::int64_t{time.tv_sec} * 1'000'000'000) + time.tv_nsec;
  std::error_code error;
  const std::string tasks = "/proc/" + std::to_string(process) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(tasks, error)) {
    const auto id = parse_number(task.path().filename().string());
    auto ns = read_schedstat(task.path());
    if (!ns) ns = read_stat(task.path());
    if (id && ns) sample.threads_ns.emplace(static_cast<pid_t>(*id), *ns);
  }
  return sample;
}

unsigned allowed_cores(pid_t process) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (sched_getaffinity(process, sizeof cores, &cores) != 0) return 1;
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&cores)));
}

CpuUse cpu_between(const CpuSample& begin, const CpuSample& end) {
  CpuUse use;
  use.total_ns = end.total_ns - begin.total_ns;
  for (const auto& [thread, ns] : end.threads_ns) {
    const auto before = begin.threads_ns.find(thread);
    const std::int64_t since = before == begin.threads_ns.end() ? 0 : before->second;
    use.busiest_thread_ns = std::max(use.busiest_thread_ns, ns - since);
  }
  return use;
}

}  // namespace usquic::tools::load
