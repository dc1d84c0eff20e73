#include "usquic/http/workers.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <fstream>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "app/worker_state.h"

namespace usquic {

namespace app {

void WorkerCrew::enter(WorkerState& worker) {
  const std::lock_guard lock(mutex_);
  workers_.push_back(&worker);
}

void WorkerCrew::leave(WorkerState& worker) {
  const std::lock_guard lock(mutex_);
  std::erase(workers_, &worker);
}

void WorkerCrew::fail(int error, std::exception_ptr thrown) {
  const std::lock_guard lock(mutex_);
  if (has_failed_) return;
  has_failed_ = true;
  error_ = error;
  thrown_ = std::move(thrown);
  for (WorkerState* worker : workers_) worker->stop();
}

bool WorkerCrew::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}

void WorkerState::run() noexcept {
  has_run_ = true;
  // One that fails after this is asked posts to the loop.
  if (!crew_.has_failed()) loop->run();
}

void WorkerState::stop() {
  loop->defer([loop = loop.get()] { loop->stop(); });
}

}  // namespace app

namespace {

constexpr unsigned most_workers = 256;

using Setup = std::function<void(Worker& worker)>;

std::vector<int> allowed_cpus() {
  cpu_set_t set;
  std::vector<int> cpus;
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return cpus;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  }
  return cpus;
}

// CPUs that the control group's quota comes to (cpu.max of cgroup v2); 0 = no limit.
unsigned quota_cpus() {
  std::ifstream groups("/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line) && !line.starts_with("0::")) {
  }
  if (!line.starts_with("0::")) return 0;
  double quota = 0;
  double period = 0;
  std::ifstream limits("/sys/fs/cgroup" + line.substr(3) + "/cpu.max");
  if (!(limits >> quota >> period) || period <= 0) return 0;  // "max" is no number
  return static_cast<unsigned>(std::max(1.0, std::ceil(quota / period)));
}

// Keeps the calling thread on one CPU as long as it lives.
class Pin {
 public:
  explicit Pin(int cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    is_pinned_ = pthread_getaffinity_np(pthread_self(), sizeof(before_), &before_) == 0 &&
                 pthread_setaffinity_np(pthread_self(), sizeof(only), &only) == 0;
  }
  ~Pin() {
    if (is_pinned_) pthread_setaffinity_np(pthread_self(), sizeof(before_), &before_);
  }
  Pin(const Pin&) = delete;
  Pin& operator=(const Pin&) = delete;

 private:
  cpu_set_t before_;
  bool is_pinned_ = false;
};

// One worker, from its loop to its end. Its loop goes with it, on its thread.
void work(app::WorkerCrew& crew, const Setup& setup, us_quic_group_t* group, unsigned index, unsigned count,
          std::optional<int> cpu) {
  std::optional<Pin> pin;
  if (cpu) pin.emplace(*cpu);
  const std::shared_ptr<Loop> loop = Loop::create();
  if (loop == nullptr) return crew.fail(US_QUIC_E_NOMEM);
  const auto state = std::make_shared<app::WorkerState>(crew, loop, group, index, count);
  crew.enter(*state);
  try {
    Worker worker = state->handle();
    if (!crew.has_failed()) setup(worker);
  } catch (...) {
    crew.fail(US_QUIC_OK, std::current_exception());
  }
  if (!state->has_run()) state->run();
  crew.leave(*state);
}

struct GroupDeleter {
  void operator()(us_quic_group_t* group) const { us_quic_group_free(group); }
};

}  // namespace

unsigned Worker::index() const {
  return state_.index;
}

unsigned Worker::count() const {
  return state_.count;
}

const std::shared_ptr<Loop>& Worker::loop() const {
  return state_.loop;
}

us_quic_group_t* Worker::group() const {
  return state_.group;
}

unsigned availableCpus() {
  const auto allowed = static_cast<unsigned>(std::max<std::size_t>(1, allowed_cpus().size()));
  const unsigned quota = quota_cpus();
  return quota == 0 ? allowed : std::min(allowed, quota);
}

int runWorkers(const WorkersOptions& options, const std::function<void(Worker& worker)>& setup) {
  const unsigned count = options.count == 0 ? std::min(availableCpus(), most_workers) : options.count;
  us_quic_group_options_t of_group{};
  of_group.struct_size = sizeof(of_group);
  of_group.worker_count = count;
  of_group.secret = options.secret;
  of_group.steering = options.steering;
  int error = US_QUIC_OK;
  const std::unique_ptr<us_quic_group_t, GroupDeleter> group(us_create_quic_group(&of_group, &error));
  if (group == nullptr) return error;

  const std::vector<int> cpus = options.pins ? allowed_cpus() : std::vector<int>();
  const auto cpu_of = [&](unsigned index) {
    return count <= cpus.size() ? std::optional(cpus[index]) : std::nullopt;
  };
  app::WorkerCrew crew;
  const auto run = [&](unsigned index) {
    try {
      work(crew, setup, group.get(), index, count, cpu_of(index));
    } catch (const std::bad_alloc&) {
      crew.fail(US_QUIC_E_NOMEM);
    }
  };
  std::vector<std::jthread> threads;
  try {
    threads.reserve(count - 1);
    for (unsigned i = 1; i < count; ++i) threads.emplace_back(run, i);
  } catch (const std::system_error&) {
    crew.fail(US_QUIC_E_NOMEM);
  }
  run(0);
  threads.clear();  // waits for them
  if (crew.thrown() != nullptr) std::rethrow_exception(crew.thrown());
  return crew.error();
}

}  // namespace usquic
