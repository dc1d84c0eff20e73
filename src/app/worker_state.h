// A worker that runs, and what it knows of the others.
#pragma once

#include <exception>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "usquic/http/workers.h"

namespace usquic::app {

class WorkerState;

// What all workers of one runWorkers know: who is there, and whether one failed.
class WorkerCrew {
 public:
  // A worker begins, or has ended. Any thread.
  void enter(WorkerState& worker);
  void leave(WorkerState& worker);
  // The first failure counts: an error, or what a setup threw. Stops all loops. Any thread.
  void fail(int error, std::exception_ptr thrown = nullptr);

  bool has_failed() const;
  int error() const { return error_; }
  std::exception_ptr thrown() const { return thrown_; }

 private:
  mutable std::mutex mutex_;
  std::vector<WorkerState*> workers_;
  bool has_failed_ = false;
  int error_ = 0;
  std::exception_ptr thrown_;
};

// Its thread's, but for stop().
class WorkerState : public std::enable_shared_from_this<WorkerState> {
 public:
  WorkerState(WorkerCrew& crew, std::shared_ptr<Loop> its_loop, us_quic_group_t* its_group,
              unsigned its_index, unsigned of_count)
      : index(its_index), count(of_count), group(its_group), loop(std::move(its_loop)), crew_(crew) {}

  static std::shared_ptr<WorkerState> of(Worker& worker) { return worker.state_.shared_from_this(); }
  Worker handle() { return Worker(*this); }

  const unsigned index;
  const unsigned count;
  us_quic_group_t* const group;
  const std::shared_ptr<Loop> loop;

  // What this worker meets with before its loop runs.
  void fail(int error) {
    if (!has_run_) crew_.fail(error);
  }
  // Unless a worker failed. An exception that leaves a handler ends the process.
  void run() noexcept;
  bool has_run() const { return has_run_; }
  // Any thread, as long as the worker is in its crew.
  void stop();

 private:
  WorkerCrew& crew_;
  bool has_run_ = false;
};

}  // namespace usquic::app
