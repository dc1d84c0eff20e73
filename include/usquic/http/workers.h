// Workers: an app on several cores. Each worker is a thread with a loop of its own, and all listen on the same port.
//
//   usquic::runWorkers(4, [](usquic::Worker& worker) {
//     usquic::App app(worker, {.key_file_name = "key.pem", .cert_file_name = "cert.pem"});
//     app.get("/*", [](auto* res, auto*) { res->end("hello"); }).listen(4433, nullptr).run();
//   });
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "usquic/http/app.h"
#include "usquic/http/loop.h"
#include "usquic/quic_group.h"

namespace usquic {

namespace app {
class WorkerState;
}

// One of the workers that run. Thread: its own, for every call. Lives until its setup returns.
class US_API Worker {
 public:
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  unsigned index() const;  // from 0 on
  unsigned count() const;
  // The loop of this thread.
  const std::shared_ptr<Loop>& loop() const;
  // For contexts of the C interface (option group, with worker_index = index()) and for us_quic_group_stats.
  us_quic_group_t* group() const;

 private:
  friend class app::WorkerState;
  explicit Worker(app::WorkerState& state) : state_(state) {}

  app::WorkerState& state_;
};

struct WorkersOptions {
  unsigned count = 0;  // 1 to 256; 0 = one for each CPU that this process may use
  bool pins = false;   // keeps each worker on a CPU of its own, as long as there are as many
  // As in us_quic_group_options_t: 32 bytes, borrowed; nullptr = random.
  const std::uint8_t* secret = nullptr;
  int steering = US_QUIC_STEERING_AUTO;
};

// Runs `setup` on each worker's thread, at the same time on all, and returns when all have returned from it; the calling
// thread is worker 0. What a setup makes is its thread's alone: apps, clients, timers. It makes them, and then runs the
// loop (App::run, Loop::run); a loop that it did not run is run when it returned, until nothing keeps it alive.
//
// Where an app of a worker could not be made or cannot listen, or a setup throws before its loop runs, the loops of all
// workers are stopped; a loop that did not run yet is not run. An exception that leaves a handler on a loop
// ends the process (std::terminate).
//
// Returns: US_QUIC_OK; the US_QUIC_E_* of the app that failed first; US_QUIC_E_INVALID for the options, US_QUIC_E_NOMEM
// where a thread or a loop cannot be made. Throws what the first setup that failed threw, when all have ended.
// Thread: any that runs no loop of this library.
US_API int runWorkers(const WorkersOptions& options, const std::function<void(Worker& worker)>& setup);
inline int runWorkers(unsigned count, const std::function<void(Worker& worker)>& setup) {
  WorkersOptions options;
  options.count = count;
  return runWorkers(options, setup);
}

// CPUs that this process may use: its affinity, and the quota of its control group. At least 1.
US_API unsigned availableCpus();

}  // namespace usquic
